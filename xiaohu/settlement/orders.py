"""Orders of refunds: who prepared one, who agreed, until when it is held, and what became of it.

All inner steps: call them inside a transaction that holds the closing. The database itself keeps
money of a closing from going on its way while its order is not agreed to, is held, or was stopped.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from xiaohu.core.ordering import OrderOutcome, OrderStopped, Terms
from xiaohu.core.references import ALPHABET
from xiaohu.settlement.models import RefundOrder

STOP_CODE = 12  # characters, sixty bits: enough that nobody guesses one


def new_stop_code() -> str:
    """Return what stands in the link by which a refund can be stopped."""
    return "".join(secrets.choice(ALPHABET) for _ in range(STOP_CODE))


def place(
    *,
    operator: str,
    closing_id: UUID,
    terms: Terms,
    prepared_by: UUID,
    now: datetime,
    agreed: Sequence[UUID] = (),
    stop_code: str = "",
) -> RefundOrder:
    """Order a refund in place of an order that stood; `agreed` are those who have agreed already."""
    standing = current(closing_id)
    if standing is not None:
        end(standing, OrderOutcome.REPLACED, now=now)
    first, second = (*agreed, None, None)[:2]
    return RefundOrder.objects.create(
        operator=operator,
        closing_id=closing_id,
        reasons=[reason.value for reason in terms.reasons],
        needed=terms.needed,
        prepared_by=prepared_by,
        first_by=first,
        first_at=now if first else None,
        second_by=second,
        second_at=now if second else None,
        held_until=now + terms.held if terms.held else None,
        stop_code=stop_code or new_stop_code(),
        created_at=now,
    )


def current(closing_id: UUID) -> RefundOrder | None:
    """Return the order that stands for a closing."""
    return RefundOrder.objects.filter(closing_id=closing_id, ended_at=None).first()


def current_of(closing_ids: Iterable[UUID]) -> dict[UUID, RefundOrder]:
    """Return the order that stands for each closing that has one, with one query."""
    found = RefundOrder.objects.filter(closing_id__in=list(closing_ids), ended_at=None)
    return {order.closing_id: order for order in found}


def last(closing_id: UUID) -> RefundOrder | None:
    """Return the newest order of a closing, whatever became of it."""
    return RefundOrder.objects.filter(closing_id=closing_id).order_by("-pk").first()


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


def end(order: RefundOrder, outcome: OrderOutcome, *, now: datetime) -> None:
    """Note what became of an order."""
    order.outcome, order.ended_at = outcome.value, now
    order.save(update_fields=["outcome", "ended_at"])


def sent(closing_id: UUID, *, now: datetime) -> None:
    """Note that the money an order is about went on its way."""
    order = current(closing_id)
    if order is not None:
        end(order, OrderOutcome.SENT, now=now)
