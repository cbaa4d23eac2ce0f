"""PostgreSQL keeps money from going against its order, whoever writes past every verb."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.settlement.books import REFUNDABLE_FEN, settled
from tests.stories import NOON, OPERATOR
from xiaohu.core.ordering import OrderOutcome, OrderReason, OrderStopped, Terms
from xiaohu.settlement import ledger, orders
from xiaohu.settlement.models import RefundOrder, Transfer

pytestmark = pytest.mark.django_db
WANG, LI, SUN = uuid4(), uuid4(), uuid4()
DAY = timedelta(hours=24)


def ordered(
    closing_id: UUID, *, needed: int = 1, held: timedelta = timedelta(), agreed: Sequence[UUID] = ()
) -> RefundOrder:
    """Order a refund prepared by Wang."""
    terms = Terms(needed=needed, reasons=(OrderReason.BY_STAFF,), held=held)
    return orders.place(
        operator=OPERATOR,
        closing_id=closing_id,
        terms=terms,
        prepared_by=WANG,
        agreed=agreed,
        now=NOON,
    )


def reserve(closing_id: UUID) -> None:
    """Send money on its way past every verb."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settlement_transfer"
            " (id, operator, closing_id, debit, credit, amount_fen, effect_id, at)"
            " VALUES (%s, %s, %s, 'balance', 'refund_pending', %s, %s, %s)",
            [uuid4(), OPERATOR, closing_id, REFUNDABLE_FEN, uuid4(), NOON],
        )


def write(order: RefundOrder, **columns: object) -> None:
    """Write columns of an order past every verb."""
    with transaction.atomic():
        RefundOrder.objects.filter(pk=order.pk).update(**columns)


def test_money_without_an_order_goes() -> None:
    closing_id = settled()
    reserve(closing_id)
    assert Transfer.objects.filter(closing_id=closing_id, credit="refund_pending").exists()


@pytest.mark.parametrize(("needed", "agreed"), [(1, []), (2, []), (2, [LI])])
def test_money_nobody_agreed_to_stays(needed: int, agreed: list[UUID]) -> None:
    closing_id = settled()
    ordered(closing_id, needed=needed, agreed=agreed)
    with pytest.raises(IntegrityError, match="against its order"):
        reserve(closing_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.reserve_refund(closing_id=closing_id, effect_id=uuid4(), now=NOON)


def test_money_that_is_held_stays_until_its_time() -> None:
    closing_id = settled()
    ordered(closing_id, needed=0, held=DAY)
    with pytest.raises(IntegrityError, match="against its order"):
        reserve(closing_id)
    later = NOON + DAY
    assert ledger.reserve_refund(closing_id=closing_id, effect_id=uuid4(), now=later)


@pytest.mark.parametrize("outcome", [OrderOutcome.STOPPED, OrderOutcome.DECLINED])
def test_money_that_was_stopped_stays_until_it_is_ordered_anew(outcome: OrderOutcome) -> None:
    closing_id = settled()
    orders.end(ordered(closing_id, agreed=[LI]), outcome, now=NOON)
    with pytest.raises(IntegrityError, match="against its order"):
        reserve(closing_id)
    ordered(closing_id, agreed=[LI])
    reserve(closing_id)


def test_two_agree_and_it_goes() -> None:
    closing_id = settled()
    order = ordered(closing_id, needed=2)
    orders.agree(order, by=LI, now=NOON)
    orders.agree(order, by=SUN, now=NOON)
    assert order.missing == 0
    reserve(closing_id)
    with pytest.raises(OrderStopped):
        orders.agree(order, by=SUN, now=NOON)


@pytest.mark.parametrize(
    ("agreed", "columns"),
    [
        ([], {"first_by": WANG, "first_at": NOON}),
        ([LI], {"second_by": WANG, "second_at": NOON}),
        ([LI], {"second_by": LI, "second_at": NOON}),
        ([], {"second_by": LI, "second_at": NOON}),
        ([], {"first_by": LI}),
        ([], {"outcome": "sent", "ended_at": NOON}),
        ([LI], {"outcome": "sent", "ended_at": NOON}),
        ([LI], {"outcome": "sent"}),
    ],
)
def test_nobody_agrees_alone_to_what_takes_two(
    agreed: list[UUID], columns: dict[str, object]
) -> None:
    order = ordered(settled(), needed=2, agreed=agreed)
    with pytest.raises(IntegrityError):
        write(order, **columns)


@pytest.mark.parametrize(
    "columns",
    [
        {"needed": 0},
        {"prepared_by": SUN},
        {"held_until": None},
        {"closing_id": uuid4()},
        {"first_by": SUN},
        {"first_by": None, "first_at": None},
    ],
)
def test_the_terms_of_an_order_stay(columns: dict[str, object]) -> None:
    order = ordered(settled(), needed=2, held=DAY, agreed=[LI])
    with pytest.raises(IntegrityError, match="stay as they are"):
        write(order, **columns)


def test_an_order_is_not_taken_away() -> None:
    order = ordered(settled())
    with pytest.raises(IntegrityError), transaction.atomic():
        order.delete()
    orders.end(order, OrderOutcome.STOPPED, now=NOON)
    with pytest.raises(IntegrityError):
        write(order, outcome="", ended_at=None)


def test_one_order_stands_for_a_closing() -> None:
    closing_id = settled()
    first = ordered(closing_id)
    second = ordered(closing_id)
    first.refresh_from_db()
    assert first.outcome == OrderOutcome.REPLACED
    assert orders.current(closing_id) == second == orders.last(closing_id)
