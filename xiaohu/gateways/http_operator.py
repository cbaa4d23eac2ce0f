"""An operator reached over HTTP, as the operator simulator shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import UUID

from xiaohu.core.checks import LineStatus
from xiaohu.core.settlement import Bill, Purses
from xiaohu.gateways import http
from xiaohu.gateways.protocols import (
    Answer,
    AnswerState,
    FinalBill,
    GatewayUnavailable,
    OperatorFacts,
    Order,
    UnknownLine,
)
from xiaohu.queue.effects import Capabilities

_AMOUNTS = (
    "cash_fen",
    "deposit_fen",
    "promotion_fen",
    "gift_fen",
    "points",
    "arrears_fen",
    "unbilled_fen",
    "exit_fee_fen",
)
_FLAGS = ("registered", "filing", "port_out", "open_order", "legal_hold")


@dataclass(frozen=True, slots=True)
class HttpOperator:
    """Speaks to one base address."""

    base_url: str
    capabilities: ClassVar[Capabilities] = Capabilities(
        idempotent=True,
        lookup=True,
        callback=False,
        asynchronous=True,
        key_lifetime=timedelta(days=7),
        settle_delay=timedelta(seconds=2),
    )

    def facts(self, subscription_id: str) -> OperatorFacts:
        """Return the facts of a line."""
        reply = http.call(self.base_url, "GET", f"/lines/{quote(subscription_id, safe='')}")
        if reply.status == 404:
            raise UnknownLine
        if reply.status != 200:
            raise GatewayUnavailable
        try:
            return _facts(reply.body)
        except (KeyError, TypeError, ValueError):
            raise GatewayUnavailable from None

    def order(self, order: Order, subscription_id: str, *, key: UUID) -> Answer:
        """Have something done to a line."""
        body = {"kind": order.value, "subscription_id": subscription_id}
        return http.answer(http.call(self.base_url, "POST", "/orders", key=key, json=body))

    def look_up_order(self, key: UUID) -> Answer:
        """Return what became of an order."""
        return http.answer(http.call(self.base_url, "GET", f"/orders/{key}"))

    def final_bill(self, subscription_id: str, *, key: UUID) -> FinalBill:
        """Ask for the last bill of a closed line."""
        body = {"subscription_id": subscription_id}
        reply = http.call(self.base_url, "POST", "/bills", key=key, json=body)
        said = http.answer(reply)
        if said.state is not AnswerState.DONE:
            return FinalBill(state=said.state, reason=said.reason)
        try:
            bill = Bill(
                *(_amount(reply.body, f) for f in ("usage_fen", "fees_fen", "exit_fee_fen"))
            )
            purses = Purses(*(_amount(reply.body, field) for field in _AMOUNTS[:4]))
        except (KeyError, TypeError, ValueError):
            return FinalBill(state=AnswerState.UNKNOWN)
        return FinalBill(state=AnswerState.DONE, bill=bill, purses=purses)


def _facts(body: Mapping[str, Any]) -> OperatorFacts:
    ends = body.get("contract_end_on")
    read: dict[str, Any] = {field: _amount(body, field) for field in _AMOUNTS}
    read |= {field: _flag(body, field) for field in _FLAGS}
    return OperatorFacts(
        status=LineStatus(body["status"]),
        contract_end_on=date.fromisoformat(ends) if ends else None,
        **read,
    )


def _amount(body: Mapping[str, Any], field: str) -> int:
    value = body[field]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(field)
    return value


def _flag(body: Mapping[str, Any], field: str) -> bool:
    value = body[field]
    if not isinstance(value, bool):
        raise TypeError(field)
    return value
