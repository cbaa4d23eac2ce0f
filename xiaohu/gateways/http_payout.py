"""A payout provider reached over HTTP, as the payout simulator shows it."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from xiaohu.gateways import http
from xiaohu.gateways.protocols import Answer, Payee
from xiaohu.queue.effects import Capabilities


@dataclass(frozen=True, slots=True)
class HttpPayout:
    """Speaks to one base address."""

    base_url: str
    capabilities: ClassVar[Capabilities] = Capabilities(
        idempotent=True,
        lookup=True,
        callback=True,
        asynchronous=True,
        key_lifetime=timedelta(hours=24),
        settle_delay=timedelta(seconds=2),
    )

    def answers(self) -> bool:
        """Say whether the other side can be reached."""
        return http.answers(self.base_url, "/payouts")

    def pay(self, *, amount_fen: int, payee: Payee, reference: str, key: UUID) -> Answer:
        """Pay an amount once."""
        body = {
            "amount_fen": amount_fen,
            "currency": "CNY",
            "reference": reference,
            "destination": {name: value for name, value in asdict(payee).items() if value},
        }
        return http.answer(http.call(self.base_url, "POST", "/payouts", key=key, json=body))

    def look_up(self, key: UUID) -> Answer:
        """Return what became of a payment."""
        return http.answer(http.call(self.base_url, "GET", f"/payouts/{key}"))
