"""Orders of refunds: who prepared one, who agreed, until when it is held, and what became of it.

Every refund has an order. All inner steps: call them inside a transaction that holds the closing.
The database itself keeps money of a closing from being set aside but under an order of exactly this
amount, to this payee, agreed to by as many people as it takes, no longer held, and not stopped.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from xiaohu.core.ordering import Asked, OrderOutcome, OrderStopped, Terms
from xiaohu.core.references import ALPHABET
from xiaohu.queue.asking import Question, Slot
from xiaohu.settlement.models import RefundOrder

Word = tuple[UUID | None, datetime | None]  # who agreed, and when
_NOBODY: Word = (None, None)
STOP_CODE = 12  # characters, sixty bits: enough that nobody guesses one


def new_stop_code() -> str:
    """Return what stands in the link by which a refund can be stopped."""
    return "".join(secrets.choice(ALPHABET) for _ in range(STOP_CODE))


def place(
    *,
    operator: str,
    closing_id: UUID,
    asked: Asked,
    terms: Terms,
    route: str,
    payee: bytes | memoryview | None,
    prepared_by: UUID,
    now: datetime,
    held_until: datetime | None = None,
    agreed: Sequence[Word] = (),
    stop_code: str = "",
    first_ever: bool = False,
) -> RefundOrder:
    """Order a refund in place of an order that stood; `agreed` are those who have agreed already.

    `first_ever` says that none was ever placed for this closing.
    """
    standing = None if first_ever else current(closing_id)
    if standing is not None:
        end(standing, OrderOutcome.REPLACED, now=now)
    first, second = (*agreed, _NOBODY, _NOBODY)[:2]
    return RefundOrder.objects.create(
        operator=operator,
        closing_id=closing_id,
        amount_fen=asked.amount_fen,
        together_fen=asked.together_fen,
        limit_fen=asked.limit_fen,
        route=route,
        payee=payee,
        moved=asked.moved,
        identity=asked.identity,
        same_payee=asked.same_payee,
        by_staff=asked.by_staff,
        deciders=asked.deciders,
        reasons=[reason.value for reason in terms.reasons],
        needed=terms.needed,
        prepared_by=prepared_by,
        first_by=first[0],
        first_at=first[1],
        second_by=second[0],
        second_at=second[1],
        held_until=held_until,
        stop_code=stop_code or new_stop_code(),
        created_at=now,
    )


def current(closing_id: UUID) -> RefundOrder | None:
    """Return the order that stands for a closing."""
    return _CURRENT.one(closing_id=closing_id)


def waiting_of(closing_ids: Iterable[UUID]) -> dict[UUID, RefundOrder]:
    """Return the order of each closing whose refund waits by it, with one query."""
    found = RefundOrder.objects.filter(closing_id__in=list(closing_ids), ended_at=None)
    return {order.closing_id: order for order in found if order.waits}


def last(closing_id: UUID) -> RefundOrder | None:
    """Return the newest order of a closing, whatever became of it."""
    return _LAST.one(closing_id=closing_id)


_OF_CLOSING = Q(closing_id=Slot("closing_id"))
_CURRENT = Question(lambda: RefundOrder.objects.filter(_OF_CLOSING, ended_at=None))
_LAST = Question(lambda: RefundOrder.objects.filter(_OF_CLOSING).order_by("-pk")[:1])


def shown_before(closing_ids: Iterable[UUID]) -> set[UUID]:
    """Return the uploads that orders of some closings rest on already; each serves one change."""
    found = RefundOrder.objects.filter(closing_id__in=list(closing_ids), identity__isnull=False)
    return {order.identity for order in found if order.identity is not None}


def rest_on_identity(closing_ids: Iterable[UUID]) -> bool:
    """Say whether an order that stands for any of some closings rests on what somebody showed."""
    standing = RefundOrder.objects.filter(closing_id__in=list(closing_ids), ended_at=None)
    return standing.filter(identity__isnull=False).exists()


def by_stop_code(operator: str, code: str) -> list[RefundOrder]:
    """Return the orders a link is about, one for each closing of a case."""
    return list(RefundOrder.objects.filter(operator=operator, stop_code=code).order_by("pk"))


def agree(order: RefundOrder, *, by: UUID, now: datetime) -> None:
    """Note that somebody agrees; the database refuses whoever prepared it, and nobody twice.

    Raises:
        OrderStopped: nobody needs to agree any more.
    """
    if order.ended_at is not None or order.missing == 0:
        raise OrderStopped
    if order.first_by is None:
        order.first_by, order.first_at = by, now
    else:
        order.second_by, order.second_at = by, now
    order.save(update_fields=["first_by", "first_at", "second_by", "second_at"])


def words(order: RefundOrder) -> list[Word]:
    """Return who agreed to an order, and when."""
    both = [(order.first_by, order.first_at), (order.second_by, order.second_at)]
    return [word for word in both if word[0] is not None]


def end(order: RefundOrder, outcome: OrderOutcome, *, now: datetime) -> None:
    """Note what became of an order."""
    order.outcome, order.ended_at = outcome.value, now
    order.save(update_fields=["outcome", "ended_at"])


def send(closing_id: UUID, *, effect_id: UUID, now: datetime) -> None:
    """Note under which effect the money of an order goes: nothing else is set aside for it."""
    standing = RefundOrder.objects.filter(closing_id=closing_id, ended_at=None)
    standing.update(effect_id=effect_id, outcome=OrderOutcome.SENT.value, ended_at=now)


def forget_payees(closing_ids: "QuerySet[Any, Any]", *, before: datetime) -> int:
    """Forget whom orders that ended before a moment were to pay. Call inside a transaction."""
    ended = RefundOrder.objects.filter(closing_id__in=closing_ids, ended_at__lt=before)
    # From before it was asked who moved a refund: the database takes no change of such an order.
    ended = ended.exclude(moved=True, identity=None)
    return ended.exclude(payee=None).update(payee=None)
