"""PostgreSQL keeps money from going against its order, whoever writes past every verb."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from tests.settlement.books import REFUNDABLE_FEN, asked, settled
from tests.stories import NOON, OPERATOR, staff
from xiaohu.core.ordering import OrderOutcome, OrderReason, OrderStopped, Terms
from xiaohu.settlement import ledger, orders
from xiaohu.settlement.models import RefundOrder, Transfer

pytestmark = pytest.mark.django_db
WANG, LI, SUN, STRANGER = uuid4(), uuid4(), uuid4(), uuid4()
DAY = timedelta(hours=24)
AGAINST = "against its order"


@pytest.fixture(autouse=True)
def _our_people() -> None:
    for name, person in {"wang": WANG, "li": LI, "sun": SUN}.items():
        staff(name, pk=person)


def ordered(
    closing_id: UUID,
    *,
    needed: int = 1,
    held: timedelta = timedelta(),
    agreed: Sequence[UUID] = (),
    fen: int | None = REFUNDABLE_FEN,
    **differs: Any,
) -> RefundOrder:
    """Order a refund prepared by Wang."""
    return orders.place(
        operator=OPERATOR,
        closing_id=closing_id,
        asked=asked(fen, **differs),
        terms=Terms(needed=needed, reasons=(OrderReason.BY_STAFF,), held=held),
        route="original",
        payee=None,
        prepared_by=WANG,
        agreed=[(by, NOON) for by in agreed],
        held_until=NOON + held if held else None,
        now=NOON,
    )


def insert(closing_id: UUID, effect_id: UUID, *, fen: int = REFUNDABLE_FEN, **other: str) -> None:
    """Send money on its way past every verb."""
    ways = {"operator": OPERATOR, "debit": "balance", "credit": "refund_pending", **other}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO settlement_transfer"
            " (id, closing_id, effect_id, amount_fen, at, times, operator, debit, credit)"
            " VALUES (%s, %s, %s, %s, %s, (SELECT count(*) + 1 FROM settlement_transfer), %s, %s, %s)",
            [uuid4(), closing_id, effect_id, fen, NOON, *ways.values()],
        )


def reserve(closing_id: UUID) -> None:
    """Let the order say that it is sent, and send its money, past every verb."""
    effect_id = uuid4()
    with transaction.atomic():
        standing = RefundOrder.objects.filter(closing_id=closing_id, ended_at=None)
        standing.update(effect_id=effect_id, outcome="sent", ended_at=NOON)
        insert(closing_id, effect_id)


def write(order: RefundOrder, **columns: object) -> None:
    """Write columns of an order past every verb."""
    with transaction.atomic():
        RefundOrder.objects.filter(pk=order.pk).update(**columns)


def on_its_way(closing_id: UUID) -> bool:
    """Say whether money of a closing was set aside."""
    return Transfer.objects.filter(closing_id=closing_id, credit="refund_pending").exists()


def test_money_without_an_order_stays() -> None:
    closing_id, effect_id = settled(), uuid4()
    with pytest.raises(IntegrityError, match=AGAINST):
        insert(closing_id, effect_id)
    with pytest.raises(IntegrityError, match=AGAINST), transaction.atomic():
        ledger.reserve_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)


def test_money_goes_under_its_order_once() -> None:
    closing_id, effect_id = settled(), uuid4()
    ordered(closing_id, needed=0)
    orders.send(closing_id, effect_id=effect_id, now=NOON)
    half = REFUNDABLE_FEN // 2
    for wrong in ({"fen": half}, {"fen": REFUNDABLE_FEN + 1}, {"debit": "operator"}):
        with pytest.raises(IntegrityError, match=AGAINST):
            insert(closing_id, effect_id, **wrong)
    with pytest.raises(IntegrityError, match=AGAINST):
        insert(closing_id, uuid4())
    with pytest.raises(IntegrityError, match=AGAINST):
        insert(closing_id, effect_id, operator="another")
    insert(closing_id, effect_id)
    for again in (effect_id, uuid4()):
        with pytest.raises(IntegrityError, match=AGAINST):
            insert(closing_id, again)


def test_an_order_that_is_not_sent_moves_nothing() -> None:
    closing_id = settled()
    ordered(closing_id, agreed=[LI])
    with pytest.raises(IntegrityError, match=AGAINST):
        insert(closing_id, uuid4())


def test_what_was_not_set_aside_is_not_paid() -> None:
    closing_id, effect_id = settled(), uuid4()
    for debit in ("balance", "refund_pending", "operator"):
        with pytest.raises(IntegrityError, match="was not set aside"):
            insert(closing_id, effect_id, debit=debit, credit="refunded")
    ordered(closing_id, needed=0)
    orders.send(closing_id, effect_id=effect_id, now=NOON)
    ledger.reserve_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    with pytest.raises(IntegrityError, match="was not set aside"):
        insert(closing_id, effect_id, fen=REFUNDABLE_FEN + 1, credit="refunded")
    ledger.post_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    with pytest.raises(IntegrityError, match="was not set aside"):
        insert(closing_id, effect_id, fen=1, credit="refunded")


@pytest.mark.parametrize(("needed", "agreed"), [(1, []), (2, []), (2, [LI])])
def test_money_nobody_agreed_to_stays(needed: int, agreed: list[UUID]) -> None:
    closing_id = settled()
    ordered(closing_id, needed=needed, agreed=agreed)
    with pytest.raises(IntegrityError, match="nothing_is_sent_that_was_not_agreed_to"):
        reserve(closing_id)
    assert not on_its_way(closing_id)


@pytest.mark.parametrize(
    "differs",
    [
        {"together_fen": 100_001},
        {"limit_fen": REFUNDABLE_FEN - 1},
        {"moved": True, "identity": LI},
        {"same_payee": True},
        {"deciders": 2},
    ],
)
def test_nobody_orders_alone_what_needs_another_person(differs: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="needs_another_person"), transaction.atomic():
        ordered(settled(), needed=0, **differs)
    more = 2 if "deciders" in differs else 1
    assert ordered(settled(), needed=more, **differs).missing == more


def test_one_person_is_not_enough_for_whoever_stands_in_for_a_holder() -> None:
    with pytest.raises(IntegrityError, match="needs_two"), transaction.atomic():
        ordered(settled(), needed=1, deciders=2)
    assert ordered(settled(), needed=1, deciders=2, by_staff=True).missing == 1


@pytest.mark.parametrize("fen", [0, -1])
def test_an_order_is_about_something(fen: int) -> None:
    with pytest.raises(IntegrityError, match="about_something"), transaction.atomic():
        ordered(settled(), needed=0, fen=fen)
    with pytest.raises(IntegrityError, match="about_something"), transaction.atomic():
        ordered(settled(), needed=0, together_fen=1)


def test_nobody_agrees_to_a_sum_that_is_not_known() -> None:
    order = ordered(settled(), fen=None)
    with pytest.raises(IntegrityError, match="only to a sum"):
        write(order, first_by=LI, first_at=NOON)


def test_only_our_people_agree() -> None:
    order = ordered(settled())
    with pytest.raises(IntegrityError, match="only our people"):
        write(order, first_by=STRANGER, first_at=NOON)
    other = staff("zhou")
    type(other).objects.filter(pk=other.pk).update(operator="another")
    with pytest.raises(IntegrityError, match="only our people"):
        write(order, first_by=other.pk, first_at=NOON)


def test_money_that_is_held_stays_until_its_time() -> None:
    closing_id, effect_id = settled(), uuid4()
    ordered(closing_id, needed=0, held=DAY)
    with pytest.raises(IntegrityError, match=AGAINST):
        reserve(closing_id)
    later = NOON + DAY
    orders.send(closing_id, effect_id=effect_id, now=later)
    assert ledger.reserve_refund(closing_id=closing_id, effect_id=effect_id, now=later)


@pytest.mark.parametrize("outcome", [OrderOutcome.STOPPED, OrderOutcome.DECLINED])
def test_money_that_was_stopped_stays_until_it_is_ordered_anew(outcome: OrderOutcome) -> None:
    closing_id = settled()
    stopped = ordered(closing_id, agreed=[LI])
    orders.end(stopped, outcome, now=NOON)
    with pytest.raises(IntegrityError, match=AGAINST):
        reserve(closing_id)
    with pytest.raises(IntegrityError, match="stay as they are"):
        write(stopped, outcome="sent", effect_id=uuid4())
    ordered(closing_id, agreed=[LI])
    reserve(closing_id)
    assert on_its_way(closing_id)


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
        ([LI], {"effect_id": uuid4()}),
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
        {"operator": "another"},
        {"first_by": SUN},
        {"first_by": None, "first_at": None},
        {"amount_fen": 1},
        {"amount_fen": None},
        {"together_fen": REFUNDABLE_FEN + 1},
        {"limit_fen": 900_000},
        {"route": "bank_account"},
        {"payee": b"another"},
        {"moved": True},
        {"same_payee": True},
        {"by_staff": True},
        {"deciders": 2},
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


def test_a_refund_waits_for_people_and_for_time_and_for_nothing_else() -> None:
    free, unsaid, held, gone = settled(), settled(), settled(), settled()
    ordered(free, needed=0)
    waiting = {unsaid: ordered(unsaid, needed=2, agreed=[LI]), held: ordered(held, held=DAY)}
    assert [order.missing for order in waiting.values()] == [1, 1]
    orders.end(ordered(gone, needed=2), OrderOutcome.DECLINED, now=NOON)
    assert orders.waiting_of([free, unsaid, held, gone]) == waiting


def test_the_link_of_an_order_names_it_and_nobody_else_s() -> None:
    one, other = ordered(settled()), ordered(settled())
    assert len(one.stop_code) == orders.STOP_CODE
    assert one.stop_code != other.stop_code
    assert orders.by_stop_code(OPERATOR, one.stop_code) == [one]
    assert orders.by_stop_code("another", one.stop_code) == []


def test_one_link_may_be_about_all_lines_of_a_case() -> None:
    code = orders.new_stop_code()
    both = [
        orders.place(
            operator=OPERATOR,
            closing_id=settled(),
            asked=asked(REFUNDABLE_FEN),
            terms=Terms(),
            route="original",
            payee=None,
            prepared_by=WANG,
            stop_code=code,
            now=NOON,
        )
        for _ in range(2)
    ]
    assert orders.by_stop_code(OPERATOR, code) == both


def test_who_agreed_is_told_in_order() -> None:
    order = ordered(settled(), needed=2)
    assert orders.words(order) == []
    orders.agree(order, by=LI, now=NOON)
    orders.agree(order, by=SUN, now=NOON + DAY)
    assert orders.words(order) == [(LI, NOON), (SUN, NOON + DAY)]
    with pytest.raises(OrderStopped):
        orders.agree(order, by=STRANGER, now=NOON)


def test_what_an_order_rests_on_is_told_and_whether_it_still_stands() -> None:
    shown, moved, plain = uuid4(), settled(), settled()
    order, _ = ordered(moved, moved=True, identity=shown), ordered(plain)
    assert orders.shown_before([moved, plain]) == {shown}
    assert orders.shown_before([plain]) == set()
    assert orders.rest_on_identity([moved, plain])
    assert not orders.rest_on_identity([plain])
    orders.end(order, OrderOutcome.STOPPED, now=NOON)
    assert not orders.rest_on_identity([moved, plain])
    assert orders.shown_before([moved]) == {shown}
