"""Orders of refunds in memory: the real rules over them, and what the database would refuse."""

import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.faults.rows import Rows
from xiaohu.core import ordering
from xiaohu.core.ordering import Asked, OrderOutcome, Terms
from xiaohu.settlement.models import RefundOrder

HOURS_HELD = 24
HOLDER = UUID(int=100)
PEOPLE = tuple(UUID(int=number) for number in (101, 102, 103))


@dataclass
class Orders:
    """Stands for the room that keeps orders; each is the real row, kept in memory."""

    rows: Rows
    limit_fen: int

    def last(self, _closing_id: object = None) -> RefundOrder | None:
        """Return the newest order."""
        return copy.copy(self.rows.orders[-1]) if self.rows.orders else None

    def current(self, _closing_id: object = None) -> RefundOrder | None:
        """Return the order that stands."""
        order = self.last()
        return order if order is not None and order.ended_at is None else None

    def place(
        self,
        *,
        asked: Asked,
        terms: Terms,
        now: datetime,
        agreed: Any = (),
        first_ever: bool = False,
        **columns: Any,
    ) -> RefundOrder:
        """Order a refund in place of one that stood."""
        standing = self.current()
        assert standing is None or not first_ever
        if standing is not None:
            self.end(standing, OrderOutcome.REPLACED, now=now)
        first, second = (*agreed, (None, None), (None, None))[:2]
        order = RefundOrder(
            pk=len(self.rows.orders) + 1,
            amount_fen=asked.amount_fen,
            moved=asked.moved,
            identity=asked.identity,
            reasons=[reason.value for reason in terms.reasons],
            needed=terms.needed,
            first_by=first[0],
            first_at=first[1],
            second_by=second[0],
            second_at=second[1],
            created_at=now,
            **columns,
        )
        self.rows.orders.append(order)
        return copy.copy(order)

    def end(self, order: RefundOrder, outcome: OrderOutcome, *, now: datetime) -> None:
        """Note what became of an order."""
        stored = self.rows.orders[order.pk - 1]
        assert stored.ended_at is None
        stored.outcome, stored.ended_at = outcome.value, now

    def send(self, _closing_id: object, *, effect_id: UUID, now: datetime) -> None:
        """Note under which effect an order goes."""
        order = self.current()
        if order is not None:
            self.end(order, OrderOutcome.SENT, now=now)
            self.rows.orders[-1].effect_id = effect_id

    def words(self, order: RefundOrder) -> list[tuple[UUID | None, datetime | None]]:
        """Return who agreed, and when."""
        both = [(order.first_by, order.first_at), (order.second_by, order.second_at)]
        return [word for word in both if word[0] is not None]

    def agree(self, by: UUID) -> bool:
        """Let somebody agree, where somebody must and it may be them; say whether it counts."""
        order = self.current()
        if order is None or not order.missing or by in {order.prepared_by, order.first_by}:
            return False
        stored = self.rows.orders[-1]
        if stored.first_by is None:
            stored.first_by, stored.first_at = by, self.rows.now
        else:
            stored.second_by, stored.second_at = by, self.rows.now
        return True

    def asked(
        self,
        case: Any,
        *,
        by_staff: bool,
        amount_fen: int | None,
        now: datetime,
        changed: bool = False,
        identity: UUID | None = None,
    ) -> Asked:
        """Return what is known of a refund."""
        assert now == self.rows.now
        return Asked(
            moved=changed and case.payee_index is not None,
            by_staff=by_staff,
            deciders=1,
            same_payee=False,
            amount_fen=amount_fen,
            together_fen=amount_fen or 0,
            limit_fen=self.limit_fen,
            identity=identity,
        )

    def terms(self, _case: Any, asked: Asked) -> Terms:
        """Return the real terms."""
        return ordering.terms(asked, hold_hours=HOURS_HELD)

    def require(self, fen: int, effect_id: UUID, payee: bytes | None) -> None:
        """Pass where the database would let so much be set aside under an effect."""
        order = self.rows.orders[-1]
        assert order.outcome == OrderOutcome.SENT.value
        assert (order.effect_id, order.amount_fen, order.payee) == (effect_id, fen, payee)
        who = {order.first_by, order.second_by} - {None}
        assert order.prepared_by not in who
        assert len(who) >= order.needed >= int(fen > self.limit_fen or order.moved)
        assert order.identity is not None or not order.moved
        assert order.held_until is None or order.held_until <= self.rows.now

    def payees(self, key: UUID) -> set[bytes | None]:
        """Return to whom payments under a key were ordered."""
        return {
            bytes(order.payee) if order.payee is not None else None
            for order in self.rows.orders
            if order.effect_id == key
        }
