"""An operator reached over HTTP, as the operator simulator shows it."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from pydantic import ValidationError

from xiaohu.core.facts import LineFacts
from xiaohu.core.settlement import Item, ItemKind, Purses, amounts_of
from xiaohu.gateways import http
from xiaohu.gateways.protocols import (
    UNREADABLE,
    Answer,
    AnswerState,
    FinalBill,
    GatewayUnavailable,
    Order,
    Records,
    UnknownLine,
)
from xiaohu.queue.effects import Capabilities

Each = TypeVar("Each")
MOST_PAGES = 100
LINES_AT_ONCE, BILLS_AT_ONCE = 500, 100
_PURSES = ("cash_fen", "deposit_fen", "promotion_fen", "gift_fen")


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

    def answers(self) -> bool:
        """Say whether the other side can be reached."""
        return http.answers(self.base_url, "/orders")

    def facts(self, subscription_id: str) -> LineFacts:
        """Return the facts of a line; what is said of another one is no answer."""
        body = self._read(f"/lines/{quote(subscription_id, safe='')}")
        if body.get("subscription_id", subscription_id) != subscription_id:
            raise GatewayUnavailable
        try:
            return LineFacts.model_validate(body)
        except ValidationError:
            raise GatewayUnavailable from None

    def order(self, order: Order, subscription_id: str, *, key: UUID, detail: str = "") -> Answer:
        """Have something done to a line."""
        body = {"kind": order.value, "subscription_id": subscription_id}
        if detail:
            body["detail"] = detail
        return http.answer(http.call(self.base_url, "POST", "/orders", key=key, json=body))

    def look_up_order(self, key: UUID) -> Answer:
        """Return what became of an order."""
        return http.answer(http.call(self.base_url, "GET", f"/orders/{key}"))

    def check_service_password(self, subscription_id: str, password: str) -> bool:
        """Have the operator check a service password."""
        body = {"password": password}
        path = f"/lines/{quote(subscription_id, safe='')}/service-password"
        reply = http.call(self.base_url, "POST", path, json=body)
        right = reply.body.get("right")
        if reply.status != 200 or not isinstance(right, bool):
            raise GatewayUnavailable
        return right

    def check_face(self, subscription_id: str, photo: bytes) -> bool:
        """Have the operator compare a face with the one it registered."""
        body = {"photo": base64.b64encode(photo).decode()}
        path = f"/lines/{quote(subscription_id, safe='')}/face"
        reply = http.call(self.base_url, "POST", path, json=body)
        right = reply.body.get("right")
        if reply.status != 200 or not isinstance(right, bool):
            raise GatewayUnavailable
        return right

    def closed_among(self, subscription_ids: Sequence[str]) -> frozenset[str]:
        """Return which of some lines are closed for good."""
        gone: set[str] = set()
        for some in _batched(subscription_ids, LINES_AT_ONCE):
            body = {"subscription_ids": some}
            reply = http.call(self.base_url, "POST", "/lines/closed", json=body)
            if reply.status != 200:
                raise GatewayUnavailable
            gone.update(_texts(reply.body.get("closed")))
        return frozenset(gone)

    def bills_of(self, keys: Sequence[UUID]) -> Mapping[UUID, Mapping[str, int]]:
        """Return the amounts of the last bills given under some keys."""
        given: dict[UUID, Mapping[str, int]] = {}
        for some in _batched(keys, BILLS_AT_ONCE):
            body = {"keys": [str(key) for key in some]}
            reply = http.call(self.base_url, "POST", "/bills/list", json=body)
            bills = reply.body.get("bills")
            if reply.status != 200 or not isinstance(bills, dict):
                raise GatewayUnavailable
            given |= {key: _amounts(bills[str(key)]) for key in some if str(key) in bills}
        return given

    def pass_on(self, subscription_id: str, *, party: str, text: str, key: UUID) -> Answer:
        """Have somebody told whom a closing touches."""
        body = {"subscription_id": subscription_id, "party": party, "text": text}
        return http.answer(http.call(self.base_url, "POST", "/notices", key=key, json=body))

    def records(self, subscription_id: str, record: str, month: str) -> Records:
        """Return the records of one kind, page by page."""
        columns: tuple[str, ...] = ()
        rows: list[tuple[str, ...]] = []
        for page in range(1, MOST_PAGES + 1):
            query = urlencode({"month": month, "page": page})
            body = self._read(f"/lines/{quote(subscription_id, safe='')}/records/{record}?{query}")
            columns = _texts(body.get("columns"))
            found = body.get("rows")
            if not isinstance(found, list):
                raise GatewayUnavailable
            rows += [_texts(row) for row in found]
            if body.get("more") is not True:
                return Records(columns, tuple(rows), _texts(body.get("files", [])))
        raise GatewayUnavailable

    def record_file(self, subscription_id: str, record: str, month: str, number: int) -> bytes:
        """Return one file beside a table of records."""
        path = f"/lines/{quote(subscription_id, safe='')}/records/{record}/files/{number}"
        status, data = http.fetch(self.base_url, f"{path}?{urlencode({'month': month})}")
        if status == 404:
            raise UnknownLine
        if status != 200:
            raise GatewayUnavailable
        return data

    def left_behind(self, subscription_id: str) -> Mapping[str, int]:
        """Return how much of each kind a holder would leave behind."""
        body = self._read(f"/lines/{quote(subscription_id, safe='')}/left-behind")
        try:
            return {name: _amount(body, name) for name in body}
        except (TypeError, ValueError):
            raise GatewayUnavailable from None

    def _read(self, path: str) -> Mapping[str, Any]:
        reply = http.call(self.base_url, "GET", path)
        if reply.status == 404:
            raise UnknownLine
        if reply.status != 200:
            raise GatewayUnavailable
        return reply.body

    def final_bill(
        self, subscription_id: str, *, key: UUID, settle: Sequence[str] = (), part: int = 0
    ) -> FinalBill:
        """Ask for a part of the last bill of a closed line."""
        body: dict[str, Any] = {"subscription_id": subscription_id}
        if settle:
            body["settle"] = list(settle)
        if part:
            body["part"] = part
        reply = http.call(self.base_url, "POST", "/bills", key=key, json=body)
        said = http.answer(reply)
        if said.state is not AnswerState.DONE:
            return FinalBill(state=said.state, reason=said.reason)
        try:
            return _bill(reply.body)
        except (KeyError, TypeError, ValueError):
            return FinalBill(state=AnswerState.UNKNOWN, reason=UNREADABLE)


def _batched(many: Sequence[Each], most: int) -> Iterator[list[Each]]:
    rest = iter(many)
    while some := list(islice(rest, most)):
        yield some


def _texts(row: object) -> tuple[str, ...]:
    if not isinstance(row, list) or not all(isinstance(cell, str) for cell in row):
        raise GatewayUnavailable
    return tuple(row)


def _amounts(bill: object) -> Mapping[str, int]:
    """Return every amount a bill names: its purses, and its items kind by kind."""
    try:
        received = _bill(bill) if isinstance(bill, dict) else None
    except (KeyError, TypeError, ValueError):
        received = None
    if received is None or received.purses is None:
        raise GatewayUnavailable
    return amounts_of(received.items, received.purses)


def _bill(body: Mapping[str, Any]) -> FinalBill:
    items = tuple(_item(each) for each in body["items"])
    purses = Purses(*(_amount(body, field) for field in _PURSES))
    last = body.get("last", True)
    if not isinstance(last, bool):
        raise ValueError("last")
    return FinalBill(state=AnswerState.DONE, items=items, purses=purses, last=last)


def _item(said: Mapping[str, Any]) -> Item:
    return Item(ItemKind(said["kind"]), _amount(said, "amount_fen"), date.fromisoformat(said["on"]))


def _amount(body: Mapping[str, Any], field: str) -> int:
    value = body[field]
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(field)
    return value
