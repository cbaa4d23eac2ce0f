"""Every fen of the opening balance, and of every item of the bill, is accounted for."""

from dataclasses import asdict, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.settlement import Item, ItemKind, Purses, Settlement, Terms, amounts_of, settle

DAY = date(2026, 11, 23)
FEN = st.integers(min_value=0, max_value=10**9)
DAYS = st.integers(min_value=-40, max_value=40).map(lambda n: DAY + timedelta(days=n))
PURSES = st.builds(Purses, FEN, FEN, FEN, FEN)
ITEM = st.builds(Item, st.sampled_from(ItemKind), FEN, DAYS)
ITEMS = st.lists(ITEM, max_size=8)
TERMS = st.builds(
    Terms,
    monthly_stops_on=st.none() | DAYS,
    late_fees_stop_on=st.none() | DAYS,
    exit_fee_at_most_fen=st.none() | FEN,
    claimed=st.frozensets(st.sampled_from(ItemKind)),
)


def amounts(result: Settlement) -> list[int]:
    """Return every amount of a settlement."""
    return [
        result.opening_fen,
        result.usage_fen,
        result.fees_fen,
        result.exit_fee_fen,
        result.device_fen,
        result.arrears_fen,
        result.refundable_fen,
        result.forfeited_gift_fen,
        result.debt_fen,
        result.operator_cost_fen,
        *(fen for line in result.lines for fen in (line.paid_fen, line.owed_fen, line.borne_fen)),
        *asdict(result.left).values(),
    ]


def item(kind: ItemKind, amount_fen: int, on: date = DAY) -> Item:
    """Return an item of the day."""
    return Item(kind, amount_fen, on)


@given(PURSES, ITEMS, TERMS)
def test_the_amount_identity_holds(purses: Purses, items: list[Item], terms: Terms) -> None:
    result = settle(purses, items, terms)
    spent = result.usage_fen + result.fees_fen + result.exit_fee_fen
    spent += result.device_fen + result.arrears_fen
    assert purses.total_fen == spent + result.refundable_fen + result.forfeited_gift_fen
    billed = sum(each.amount_fen for each in items)
    assert billed == spent + result.debt_fen + result.operator_cost_fen
    for line in result.lines:
        assert line.item.amount_fen == line.paid_fen + line.owed_fen + line.borne_fen
    assert sorted(map(repr, items)) == sorted(repr(line.item) for line in result.lines)


@given(PURSES, ITEMS, TERMS)
def test_no_amount_is_negative(purses: Purses, items: list[Item], terms: Terms) -> None:
    assert min(amounts(settle(purses, items, terms))) >= 0


@given(PURSES, ITEMS, TERMS)
def test_gift_never_pays_out(purses: Purses, items: list[Item], terms: Terms) -> None:
    result = settle(purses, items, terms)
    assert result.refundable_fen <= purses.cash_fen + purses.deposit_fen + purses.promotion_fen
    unpaid = [line for line in result.lines if line.item.kind not in terms.claimed]
    if any(line.owed_fen for line in unpaid):
        assert result.left.total_fen == 0


@given(PURSES, ITEMS, TERMS, ITEM)
def test_one_more_item_never_returns_more(
    purses: Purses, items: list[Item], terms: Terms, more: Item
) -> None:
    before, after = settle(purses, items, terms), settle(purses, [*items, more], terms)
    assert after.refundable_fen <= before.refundable_fen
    assert after.debt_fen >= before.debt_fen


@given(PURSES, ITEMS, TERMS, FEN, st.sampled_from(["cash_fen", "deposit_fen", "promotion_fen"]))
def test_a_fuller_purse_never_returns_less(
    purses: Purses, items: list[Item], terms: Terms, more: int, purse: str
) -> None:
    fuller = replace(purses, **{purse: getattr(purses, purse) + more})
    before, after = settle(purses, items, terms), settle(fuller, items, terms)
    assert before.refundable_fen <= after.refundable_fen <= before.refundable_fen + more
    assert after.debt_fen <= before.debt_fen


@given(PURSES, ITEMS, TERMS, DAYS)
def test_an_earlier_stop_never_costs_the_holder_more(
    purses: Purses, items: list[Item], terms: Terms, stop: date
) -> None:
    later = replace(terms, monthly_stops_on=None, late_fees_stop_on=None)
    stopped = replace(terms, monthly_stops_on=stop, late_fees_stop_on=stop)
    before, after = settle(purses, items, later), settle(purses, items, stopped)
    assert after.refundable_fen >= before.refundable_fen
    assert after.debt_fen <= before.debt_fen


@given(PURSES, ITEMS, TERMS, st.randoms())
def test_the_order_of_a_bill_changes_no_sum(
    purses: Purses, items: list[Item], terms: Terms, chance: st.DataObject
) -> None:
    shuffled = list(items)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = settle(purses, items, terms), settle(purses, shuffled, terms)
    assert amounts(one)[:10] == amounts(other)[:10]


def test_gift_pays_first_and_cash_comes_back() -> None:
    purses = Purses(cash_fen=12640, deposit_fen=0, promotion_fen=1000, gift_fen=500)
    result = settle(purses, [item(ItemKind.USAGE, 800), item(ItemKind.MONTHLY, 100)])
    assert (result.refundable_fen, result.forfeited_gift_fen, result.debt_fen) == (13240, 0, 0)
    assert result.left == Purses(12640, 0, 600, 0)


def test_a_deposit_is_touched_last() -> None:
    purses = Purses(cash_fen=100, deposit_fen=50, promotion_fen=10, gift_fen=0)
    assert settle(purses, [item(ItemKind.USAGE, 110)]).left == Purses(0, 50, 0, 0)
    assert settle(purses, [item(ItemKind.USAGE, 130)]).left == Purses(0, 30, 0, 0)


def test_what_nothing_covers_is_a_debt() -> None:
    purses = Purses(cash_fen=100, deposit_fen=0, promotion_fen=0, gift_fen=0)
    result = settle(purses, [item(ItemKind.USAGE, 150), item(ItemKind.EXIT_FEE, 30)])
    assert (result.refundable_fen, result.debt_fen) == (0, 80)
    assert [line.owed_fen for line in result.lines] == [50, 30]


@pytest.mark.parametrize("kind", [ItemKind.MONTHLY, ItemKind.LATE_FEE])
@pytest.mark.parametrize(("days", "borne_fen"), [(-1, 0), (0, 300), (1, 300)])
def test_fees_from_the_stop_on_are_the_operator_s_own(
    kind: ItemKind, days: int, borne_fen: int
) -> None:
    terms = Terms(monthly_stops_on=DAY, late_fees_stop_on=DAY)
    result = settle(Purses(1000, 0, 0, 0), [item(kind, 300, DAY + timedelta(days=days))], terms)
    assert (result.operator_cost_fen, result.fees_fen) == (borne_fen, 300 - borne_fen)
    assert result.refundable_fen == 700 + borne_fen


def test_each_kind_of_fee_has_its_own_stop() -> None:
    terms = Terms(late_fees_stop_on=DAY)
    items = [item(ItemKind.MONTHLY, 300), item(ItemKind.LATE_FEE, 20)]
    assert settle(Purses(1000, 0, 0, 0), items, terms).operator_cost_fen == 20


def test_use_is_paid_whenever_it_was() -> None:
    terms = Terms(monthly_stops_on=DAY, late_fees_stop_on=DAY)
    assert settle(Purses(1000, 0, 0, 0), [item(ItemKind.USAGE, 300)], terms).usage_fen == 300


def test_of_two_exit_fees_the_lower_counts() -> None:
    purses = Purses(10000, 0, 0, 0)
    fees = [item(ItemKind.EXIT_FEE, 6000), item(ItemKind.EXIT_FEE, 500)]
    result = settle(purses, fees, Terms(exit_fee_at_most_fen=6200))
    assert (result.exit_fee_fen, result.operator_cost_fen) == (6200, 300)
    assert settle(purses, fees, Terms(exit_fee_at_most_fen=9000)).exit_fee_fen == 6500


def test_what_is_claimed_is_not_taken_from_the_purses() -> None:
    items = [item(ItemKind.ARREARS, 700), item(ItemKind.USAGE, 100)]
    set_off = settle(Purses(1000, 0, 0, 0), items)
    assert (set_off.arrears_fen, set_off.refundable_fen, set_off.debt_fen) == (700, 200, 0)
    claimed = settle(Purses(1000, 0, 0, 0), items, Terms(claimed=frozenset({ItemKind.ARREARS})))
    assert (claimed.arrears_fen, claimed.refundable_fen, claimed.debt_fen) == (0, 900, 700)


def test_a_device_and_equipment_are_one_account() -> None:
    items = [item(ItemKind.DEVICE, 100), item(ItemKind.EQUIPMENT, 20)]
    assert settle(Purses(1000, 0, 0, 0), items).device_fen == 120


def test_a_bill_is_compared_kind_by_kind_and_purse_by_purse() -> None:
    items = [item(ItemKind.USAGE, 5), item(ItemKind.USAGE, 6), item(ItemKind.DEVICE, 1)]
    amounts = amounts_of(items, Purses(1, 2, 3, 4))
    assert {name: fen for name, fen in amounts.items() if fen} == {
        "usage_fen": 11,
        "device_fen": 1,
        "cash_fen": 1,
        "deposit_fen": 2,
        "promotion_fen": 3,
        "gift_fen": 4,
    }
    assert amounts["arrears_fen"] == 0
