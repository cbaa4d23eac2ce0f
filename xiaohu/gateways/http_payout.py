"""A payout provider reached over HTTP, as the payout simulator shows it."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from xiaohu.core.reconciling import Payment, PaymentState
from xiaohu.gateways import http
from xiaohu.gateways.protocols import Answer, GatewayUnavailable, Payee
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
        listing=True,
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

    def payments(self) -> Iterator[Payment]:
        """Return every payment, page by page."""
        after = 0
        while True:
            reply = http.call(self.base_url, "GET", f"/payouts?after={after}")
            listed, following = reply.body.get("payouts"), reply.body.get("next")
            if reply.status != 200 or not isinstance(listed, list):
                raise GatewayUnavailable
            yield from map(_payment, listed)
            if following is None:
                return
            if not isinstance(following, int) or following <= after:
                raise GatewayUnavailable
            after = following


def _payment(said: object) -> Payment:
    if not isinstance(said, Mapping):
        raise GatewayUnavailable
    state, amount_fen = said.get("state"), http.amount_in(said)
    if state not in set(PaymentState) or amount_fen is None:
        raise GatewayUnavailable
    return Payment(
        key=_key(said),
        amount_fen=amount_fen,
        currency=_text(said, "currency"),
        state=PaymentState(str(state)),
        reference=_text(said, "reference"),
    )


def _key(said: Mapping[str, Any]) -> UUID | None:
    try:
        return UUID(_text(said, "key"))
    except ValueError:
        return None


def _text(said: Mapping[str, Any], field: str) -> str:
    value = said.get(field, "")
    return value[:64] if isinstance(value, str) else ""
