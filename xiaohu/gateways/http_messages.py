"""A message provider reached over HTTP, as the messages simulator shows it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from xiaohu.gateways import http
from xiaohu.gateways.protocols import Answer, Delivery
from xiaohu.queue.effects import Capabilities


@dataclass(frozen=True, slots=True)
class HttpMessages:
    """Speaks to one base address."""

    base_url: str
    capabilities: ClassVar[Capabilities] = Capabilities(
        idempotent=True,
        lookup=True,
        callback=True,
        asynchronous=False,
        key_lifetime=timedelta(hours=24),
        settle_delay=timedelta(seconds=2),
    )

    def answers(self) -> bool:
        """Say whether the other side can be reached."""
        return http.answers(self.base_url, "/messages")

    def send(self, *, to: str, text: str, key: UUID, voice: bool = False) -> Answer:
        """Send a text, or have it read out."""
        body: dict[str, object] = {"to": to, "text": text}
        if voice:
            body["voice"] = True
        return http.answer(http.call(self.base_url, "POST", "/messages", key=key, json=body))

    def delivery(self, key: UUID) -> Delivery:
        """Return whether a message arrived."""
        reply = http.call(self.base_url, "GET", f"/messages/{key}")
        said = str(reply.body.get("delivery"))
        if reply.status != 200 or said not in set(Delivery):
            return Delivery.UNKNOWN
        return Delivery(said)
