"""The money of a closing: every fen is booked once, and nothing goes on where books disagree."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.settlement.books import (
    BILL,
    PURSES,
    REFUNDABLE_FEN,
    change,
    item,
    paid_under,
    reserved,
    row,
    send,
    settled,
    stands,
)
from tests.stories import NOON, OPERATOR
from xiaohu.core.settlement import Item, ItemKind, Purses, Terms
from xiaohu.settlement import ledger
from xiaohu.settlement.ledger import LedgerBroken
from xiaohu.settlement.models import Account

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
NOTHING = Purses(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("purses", "items", "booked", "debt_fen"),
    [
        (PURSES, BILL, {"usage": 640, "fees": 100, "exit_fee": 6000, "balance": REFUNDABLE_FEN}, 0),
        (PURSES, (), {"forfeited_gift": 2000, "balance": 17940}, 0),
        (Purses(0, 0, 0, 2000), (), {"forfeited_gift": 2000}, 0),
        (NOTHING, (), {}, 0),
        (NOTHING, [item(ItemKind.USAGE, 3820)], {}, 3820),
        (
            Purses(100, 0, 0, 50),
            [
                item(ItemKind.USAGE, 100),
                item(ItemKind.LATE_FEE, 40),
                item(ItemKind.EXIT_FEE, 60),
            ],
            {"usage": 100, "fees": 40, "exit_fee": 10},
            50,
        ),
        (
            Purses(0, 0, 1000, 0),
            [
                item(ItemKind.DEVICE, 300),
                item(ItemKind.EQUIPMENT, 100),
                item(ItemKind.ARREARS, 500),
            ],
            {"device": 400, "arrears": 500, "balance": 100},
            0,
        ),
    ],
)
def test_settling_books_where_every_fen_went(
    purses: Purses, items: Sequence[Item], booked: dict[str, int], debt_fen: int
) -> None:
    closing_id = settled(purses, items)
    standing = ledger.balances(closing_id)
    assert standing.pop(Account.CLAIM) == debt_fen == row(closing_id).debt_fen
    assert standing.pop(Account.OPERATOR) == -purses.total_fen - debt_fen
    assert sum(booked.values()) == purses.total_fen
    assert {account: fen for account, fen in standing.items() if fen} == booked
    assert row(closing_id).refundable_fen == booked.get("balance", 0)


def test_what_is_struck_off_is_booked_as_the_operator_s_own_cost() -> None:
    terms = Terms(monthly_stops_on=NOON.date())
    closing_id = settled(terms=terms)
    assert ledger.balances(closing_id)[Account.OPERATOR_COST] == 100
    assert (row(closing_id).operator_cost_fen, row(closing_id).fees_fen) == (100, 0)
    assert row(closing_id).refundable_fen == REFUNDABLE_FEN + 100


def test_a_closing_is_settled_once() -> None:
    closing_id = settled()
    with pytest.raises(IntegrityError), transaction.atomic():
        ledger.settle_closing(operator=OPERATOR, closing_id=closing_id, now=LATER)
    assert stands(closing_id) == {Account.BALANCE: REFUNDABLE_FEN}


def test_money_is_set_aside_once_for_each_effect() -> None:
    closing_id, effect_id = reserved()
    again = ledger.reserve_refund(closing_id=closing_id, effect_id=effect_id, now=LATER)
    assert again == REFUNDABLE_FEN
    assert stands(closing_id) == {Account.REFUND_PENDING: REFUNDABLE_FEN}


def test_money_on_its_way_is_not_set_aside_for_another_effect() -> None:
    closing_id, _ = reserved()
    with pytest.raises(LedgerBroken):
        ledger.reserve_refund(closing_id=closing_id, effect_id=uuid4(), now=LATER)


def test_a_refund_is_booked_once_and_remembers_its_effect() -> None:
    closing_id, effect_id = reserved()
    assert paid_under(closing_id) is None
    paid = ledger.post_refund(closing_id=closing_id, effect_id=effect_id, now=LATER)
    assert paid == row(closing_id).refunded_fen == REFUNDABLE_FEN
    assert stands(closing_id) == {Account.REFUNDED: REFUNDABLE_FEN}
    assert paid_under(closing_id) == effect_id


@pytest.mark.parametrize("first", [ledger.post_refund, ledger.return_refund])
@pytest.mark.parametrize("second", [ledger.post_refund, ledger.return_refund])
def test_what_was_paid_or_came_back_does_neither_again(
    first: Callable[..., int], second: Callable[..., int]
) -> None:
    closing_id, effect_id = reserved()
    first(closing_id=closing_id, effect_id=effect_id, now=NOON)
    before = stands(closing_id)
    with pytest.raises(LedgerBroken, match="refund_pending"):
        second(closing_id=closing_id, effect_id=effect_id, now=LATER)
    assert stands(closing_id) == before


def test_money_that_came_back_is_paid_another_way() -> None:
    closing_id, effect_id = reserved()
    ledger.return_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    assert stands(closing_id) == {Account.BALANCE: REFUNDABLE_FEN}
    another = uuid4()
    send(closing_id, another)
    ledger.reserve_refund(closing_id=closing_id, effect_id=another, now=LATER)
    ledger.post_refund(closing_id=closing_id, effect_id=another, now=LATER)
    assert paid_under(closing_id) == another
    assert row(closing_id).refunded_fen == REFUNDABLE_FEN


def test_what_nobody_can_be_paid_stays_owed_to_the_holder() -> None:
    closing_id = settled()
    assert ledger.book_unclaimed(closing_id=closing_id, now=NOON) == REFUNDABLE_FEN
    ledger.complete(closing_id=closing_id, now=NOON)
    assert stands(closing_id) == {Account.UNCLAIMED: REFUNDABLE_FEN}
    assert row(closing_id).unclaimed_fen == REFUNDABLE_FEN


def test_the_money_side_ends_once() -> None:
    closing_id, effect_id = reserved()
    ledger.post_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    for now in (NOON, LATER):
        ledger.complete(closing_id=closing_id, now=now)
    assert row(closing_id).completed_at == NOON


@pytest.mark.parametrize(
    ("left", "where"),
    [(settled, "balance"), (lambda: reserved()[0], "refund_pending")],
    ids=["on the balance", "on its way"],
)
def test_the_money_side_does_not_end_with_money_left(left: Callable[[], UUID], where: str) -> None:
    closing_id = left()
    with pytest.raises(LedgerBroken, match=where):
        ledger.complete(closing_id=closing_id, now=NOON)
    assert row(closing_id).completed_at is None


def test_money_of_a_closing_that_was_never_settled_goes_nowhere() -> None:
    for verb in (ledger.book_unclaimed, ledger.waive):
        with pytest.raises(LedgerBroken, match="never settled"):
            verb(closing_id=uuid4(), now=NOON)
    assert ledger.last_paid_at([uuid4()]) is None


def test_what_was_waived_is_the_operator_s_and_no_refund() -> None:
    closing_id, other = settled(), settled()
    assert ledger.waive(closing_id=closing_id, now=NOON) == REFUNDABLE_FEN
    ledger.complete(closing_id=closing_id, now=NOON)
    assert ledger.balances(closing_id)[Account.WAIVED] == REFUNDABLE_FEN
    assert row(closing_id).waived_fen == REFUNDABLE_FEN
    assert ledger.waived_of([closing_id, other]) == REFUNDABLE_FEN
    assert ledger.left_of([closing_id, other]) == {closing_id: 0, other: REFUNDABLE_FEN}


def test_when_money_was_last_paid_is_told_of_several() -> None:
    first, effect_id = reserved()
    ledger.post_refund(closing_id=first, effect_id=effect_id, now=NOON)
    second, another = reserved()
    ledger.post_refund(closing_id=second, effect_id=another, now=LATER)
    assert ledger.last_paid_at([first]) == NOON
    assert ledger.last_paid_at([first, second]) == LATER


def test_what_is_left_is_told_wherever_it_stands() -> None:
    on_its_way, effect_id = reserved()
    assert ledger.left_of([on_its_way]) == {on_its_way: REFUNDABLE_FEN}
    ledger.post_refund(closing_id=on_its_way, effect_id=effect_id, now=NOON)
    unpaid = settled()
    ledger.book_unclaimed(closing_id=unpaid, now=NOON)
    stranger = uuid4()
    expected = {on_its_way: 0, unpaid: 0, stranger: None}
    assert ledger.left_of([on_its_way, unpaid, stranger]) == expected


@pytest.mark.parametrize(
    "columns",
    [
        {"refundable_fen": REFUNDABLE_FEN + 1},
        {"refundable_fen": REFUNDABLE_FEN + 1, "refunded_fen": 1},
        {"refundable_fen": REFUNDABLE_FEN + 1, "unclaimed_fen": 1},
        {"refundable_fen": REFUNDABLE_FEN + 1, "waived_fen": 1},
    ],
    ids=["left", "refunded", "unclaimed", "waived"],
)
def test_where_row_and_postings_disagree_nobody_says_what_is_left(columns: dict[str, int]) -> None:
    closing_id = settled()
    with transaction.atomic():
        change(closing_id, opening_fen=row(closing_id).opening_fen + 1, **columns)
        assert ledger.left_of([closing_id]) == {closing_id: None}


def test_nothing_arrives_that_was_never_set_aside() -> None:
    closing_id = settled()
    for verb in (ledger.post_refund, ledger.return_refund):
        with pytest.raises(LedgerBroken, match="set aside"):
            verb(closing_id=closing_id, effect_id=uuid4(), now=NOON)
    assert stands(closing_id) == {Account.BALANCE: REFUNDABLE_FEN}


@pytest.mark.parametrize("verb", [ledger.waive, ledger.book_unclaimed])
def test_nothing_is_given_up_of_a_balance_that_disagrees(verb: Callable[..., int]) -> None:
    closing_id = settled()
    said = row(closing_id)
    change(closing_id, opening_fen=said.opening_fen + 1, refundable_fen=said.refundable_fen + 1)
    with pytest.raises(LedgerBroken, match="balance"):
        verb(closing_id=closing_id, now=NOON)
    assert stands(closing_id) == {Account.BALANCE: REFUNDABLE_FEN}
