"""A bill in parts: each is kept once, and nothing is settled before the last is there."""

from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.settlement.books import BILL, PURSES, collected, item, keep, row, settled
from tests.stories import NOON, OPERATOR
from xiaohu.core.settlement import Item, ItemKind, Line, Purses
from xiaohu.settlement import bills, ledger
from xiaohu.settlement.bills import LedgerBroken
from xiaohu.settlement.models import Account, BillItem, BillPart

pytestmark = pytest.mark.django_db
ROAMING = item(ItemKind.USAGE, 900, days=-3)


def items_of(closing_id: UUID) -> list[Item]:
    """Return what a bill asks for."""
    return [bills.item_of(row) for row in bills.rows_of(closing_id)]


def test_a_part_is_kept_as_it_first_came() -> None:
    closing_id = collected()
    keep(closing_id, Purses(4, 5, 6, 7), [ROAMING])
    assert sorted(items_of(closing_id), key=repr) == sorted(BILL, key=repr)
    assert bills.purses_of(closing_id) == PURSES


def test_what_asks_for_nothing_is_no_item() -> None:
    assert items_of(collected(items=[item(ItemKind.USAGE, 0)])) == []


def test_nothing_is_settled_before_the_last_part() -> None:
    closing_id = collected(last=False)
    with pytest.raises(LedgerBroken):
        ledger.settle_closing(operator=OPERATOR, closing_id=closing_id, now=NOON)
    keep(closing_id, PURSES, [ROAMING], number=1)
    ledger.settle_closing(operator=OPERATOR, closing_id=closing_id, now=NOON)
    assert row(closing_id).usage_fen == 640 + 900
    assert [part.number for part in bills.parts_of([closing_id])[closing_id]] == [0, 1]


def test_a_settled_bill_says_of_each_item_what_became_of_it() -> None:
    closing_id = collected(Purses(1000, 0, 0, 0), [item(ItemKind.EXIT_FEE, 200), ROAMING])
    assert bills.lines_of(closing_id) == []
    ledger.settle_closing(operator=OPERATOR, closing_id=closing_id, now=NOON)
    assert bills.lines_of(closing_id) == [
        Line(ROAMING, 900, 0, 0),
        Line(item(ItemKind.EXIT_FEE, 200), 100, 100, 0),
    ]


def test_two_items_alike_are_two() -> None:
    closing_id = collected(Purses(1000, 0, 0, 0), [ROAMING, ROAMING])
    ledger.settle_closing(operator=OPERATOR, closing_id=closing_id, now=NOON)
    assert sorted(line.paid_fen for line in bills.lines_of(closing_id)) == [100, 900]


@pytest.mark.parametrize("column", ["cash_fen", "deposit_fen", "promotion_fen", "gift_fen"])
def test_no_purse_is_negative(column: str) -> None:
    part = BillPart.objects.filter(closing_id=collected())
    with pytest.raises(IntegrityError, match="no_purse_is_negative"), transaction.atomic():
        part.update(**{column: -1})


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"amount_fen": 0}, "an_item_asks_for_something"),
        ({"paid_fen": 1, "owed_fen": 0, "borne_fen": 0}, "all_of_an_item_went_somewhere"),
        ({"paid_fen": 641, "owed_fen": -1, "borne_fen": 0}, "all_of_an_item_went_somewhere"),
        ({"paid_fen": 640}, "all_of_an_item_went_somewhere"),
    ],
)
def test_an_item_adds_up(columns: dict[str, int], constraint: str) -> None:
    found = BillItem.objects.filter(part__closing_id=collected(), kind="usage")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        found.update(**columns)


def test_a_bill_has_one_last_part() -> None:
    closing_id = collected()
    with pytest.raises(IntegrityError, match="one_last_part"), transaction.atomic():
        keep(closing_id, PURSES, [], number=1)


def test_a_single_fen_is_an_item_and_is_booked() -> None:
    closing_id = settled(Purses(2, 0, 0, 0), [item(ItemKind.USAGE, 1), item(ItemKind.MONTHLY, 0)])
    assert [each.amount_fen for each in items_of(closing_id)] == [1]
    standing = ledger.balances(closing_id)
    assert (standing[Account.USAGE], standing[Account.BALANCE]) == (1, 1)
