"""What was said of a payment changes: each correction is booked once, and never more than there is."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from tests.settlement.books import (
    REFUNDABLE_FEN,
    change,
    collected,
    reserved,
    row,
    send,
    settled,
    stands,
)
from tests.stories import NOON, OPERATOR
from xiaohu.core.profile import MIN_CLAIM_YEARS
from xiaohu.core.settlement import Purses
from xiaohu.core.unclaimed import Unclaimed
from xiaohu.settlement import corrections, ledger, suspense, unclaimed
from xiaohu.settlement.bills import LedgerBroken
from xiaohu.settlement.models import Account, Transfer, UnclaimedMoney

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)
PART_FEN = 700


def paid() -> tuple[UUID, UUID]:
    """Return a closing whose refund was paid and whose money side has ended, and the effect."""
    closing_id, effect_id = reserved()
    ledger.post_refund(closing_id=closing_id, effect_id=effect_id, ends=True, now=NOON)
    return closing_id, effect_id


def test_what_stands_under_an_effect_is_told_apart() -> None:
    closing_id, effect_id = reserved()
    assert corrections.reserved(uuid4()) is None
    assert corrections.reserved(effect_id) == REFUNDABLE_FEN
    assert corrections.pending_under(effect_id) == REFUNDABLE_FEN
    assert corrections.pending_of(closing_id) == REFUNDABLE_FEN
    assert (corrections.paid_under(effect_id), corrections.on_balance(closing_id)) == (0, 0)
    ledger.post_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    assert corrections.paid_under(effect_id) == REFUNDABLE_FEN
    assert (corrections.pending_under(effect_id), corrections.pending_of(closing_id)) == (0, 0)


def test_a_part_is_paid_once_and_the_rest_is_to_be_paid_again() -> None:
    closing_id, effect_id = reserved()
    for _ in range(2):
        corrections.pay_part(
            closing_id=closing_id, effect_id=effect_id, amount_fen=PART_FEN, now=NOON
        )
    rest = REFUNDABLE_FEN - PART_FEN
    assert stands(closing_id) == {Account.BALANCE: rest, Account.REFUNDED: PART_FEN}
    assert (row(closing_id).refunded_fen, row(closing_id).left_fen) == (PART_FEN, rest)
    assert corrections.on_balance(closing_id) == rest


@pytest.mark.parametrize("fen", [-1, 0, REFUNDABLE_FEN, REFUNDABLE_FEN + 1])
def test_nothing_and_the_whole_are_no_part(fen: int) -> None:
    closing_id, effect_id = reserved()
    with pytest.raises(ValueError, match="less than the whole"):
        corrections.pay_part(closing_id=closing_id, effect_id=effect_id, amount_fen=fen, now=NOON)
    assert stands(closing_id) == {Account.REFUND_PENDING: REFUNDABLE_FEN}


def test_nothing_is_a_part_of_what_was_never_set_aside() -> None:
    with pytest.raises(ValueError, match="less than the whole"):
        corrections.pay_part(closing_id=settled(), effect_id=uuid4(), amount_fen=1, now=NOON)


def test_what_comes_back_is_owed_again_once() -> None:
    closing_id, effect_id = paid()
    for _ in range(2):
        corrections.charge_back(
            closing_id=closing_id, effect_id=effect_id, amount_fen=REFUNDABLE_FEN, now=LATER
        )
    assert stands(closing_id) == {Account.BALANCE: REFUNDABLE_FEN}
    assert row(closing_id).refunded_fen == 0
    assert row(closing_id).completed_at is None
    assert corrections.charged_under(effect_id) == REFUNDABLE_FEN
    assert corrections.charge_backs(closing_id) == 1


@pytest.mark.parametrize("fen", [-1, 0, REFUNDABLE_FEN + 1])
def test_no_more_comes_back_than_was_paid(fen: int) -> None:
    closing_id, effect_id = paid()
    corrections.charge_back(closing_id=closing_id, effect_id=effect_id, amount_fen=fen, now=LATER)
    assert stands(closing_id) == {Account.REFUNDED: REFUNDABLE_FEN}
    assert row(closing_id).completed_at == NOON
    assert corrections.charged_under(effect_id) == 0
    assert corrections.charge_backs(closing_id) == 0


def test_a_payment_believed_lost_that_was_made_after_all_is_booked_once_and_ends_it() -> None:
    closing_id, effect_id = reserved()
    ledger.return_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    for _ in range(2):
        corrections.paid_after_all(
            closing_id=closing_id, effect_id=effect_id, amount_fen=REFUNDABLE_FEN, now=LATER
        )
    assert stands(closing_id) == {Account.REFUNDED: REFUNDABLE_FEN}
    assert row(closing_id).refunded_fen == REFUNDABLE_FEN
    assert row(closing_id).completed_at == LATER


@pytest.mark.parametrize("fen", [-1, 0, REFUNDABLE_FEN + 1])
def test_no_more_was_paid_after_all_than_was_set_aside(fen: int) -> None:
    closing_id, effect_id = reserved()
    ledger.return_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    corrections.paid_after_all(
        closing_id=closing_id, effect_id=effect_id, amount_fen=fen, now=LATER
    )
    corrections.paid_after_all(closing_id=closing_id, effect_id=uuid4(), amount_fen=1, now=LATER)
    assert stands(closing_id) == {Account.BALANCE: REFUNDABLE_FEN}
    assert row(closing_id).completed_at is None


def test_a_part_paid_after_all_does_not_end_it() -> None:
    closing_id, effect_id = reserved()
    ledger.return_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    corrections.paid_after_all(
        closing_id=closing_id, effect_id=effect_id, amount_fen=PART_FEN, now=LATER
    )
    assert row(closing_id).completed_at is None


def test_what_came_back_after_the_end_is_owed_once_and_can_be_claimed_for_years() -> None:
    closing_id, effect_id = paid()
    corrections.charge_back(
        closing_id=closing_id, effect_id=effect_id, amount_fen=REFUNDABLE_FEN, now=LATER
    )
    for _ in range(2):
        corrections.owe(
            closing_id=closing_id, effect_id=effect_id, amount_fen=REFUNDABLE_FEN, now=LATER
        )
    assert stands(closing_id) == {Account.UNCLAIMED: REFUNDABLE_FEN}
    assert row(closing_id).unclaimed_fen == REFUNDABLE_FEN
    assert row(closing_id).completed_at == LATER
    kept = UnclaimedMoney.objects.get(pk=closing_id)
    assert (kept.reason, kept.booked_at) == (Unclaimed.CAME_BACK, LATER)
    assert kept.claim_until == date(NOON.year + MIN_CLAIM_YEARS, LATER.month, LATER.day)


@pytest.mark.parametrize("fen", [-1, 0, REFUNDABLE_FEN + 1])
def test_no_more_is_owed_than_came_back(fen: int) -> None:
    closing_id, effect_id = paid()
    corrections.charge_back(
        closing_id=closing_id, effect_id=effect_id, amount_fen=REFUNDABLE_FEN, now=LATER
    )
    corrections.owe(closing_id=closing_id, effect_id=effect_id, amount_fen=fen, now=LATER)
    assert stands(closing_id) == {Account.BALANCE: REFUNDABLE_FEN}
    assert not UnclaimedMoney.objects.exists()


def test_a_claim_is_paid_or_booked_unclaimed_again() -> None:
    closing_id, first, second = settled(), uuid4(), uuid4()
    unclaimed.book(closing_id=closing_id, why=Unclaimed.COUNTER, years=3, now=NOON)
    assert row(closing_id).completed_at == NOON
    send(closing_id, first, fen=REFUNDABLE_FEN)
    for _ in range(2):
        assert unclaimed.take(closing_id=closing_id, effect_id=first, now=LATER) == REFUNDABLE_FEN
    assert stands(closing_id) == {Account.REFUND_PENDING: REFUNDABLE_FEN}
    assert (row(closing_id).unclaimed_fen, row(closing_id).completed_at) == (0, None)
    unclaimed.back(closing_id=closing_id, effect_id=first, now=LATER)
    assert stands(closing_id) == {Account.UNCLAIMED: REFUNDABLE_FEN}
    assert (row(closing_id).unclaimed_fen, row(closing_id).completed_at) == (REFUNDABLE_FEN, LATER)
    send(closing_id, second, fen=REFUNDABLE_FEN)
    unclaimed.take(closing_id=closing_id, effect_id=second, now=LATER)
    assert unclaimed.paid(closing_id=closing_id, effect_id=second, now=LATER) == REFUNDABLE_FEN
    assert stands(closing_id) == {Account.REFUNDED: REFUNDABLE_FEN}
    assert row(closing_id).completed_at == LATER


def test_the_last_day_of_a_claim_is_noted_only_while_money_waits() -> None:
    closing_id = settled()
    kept = unclaimed.book(closing_id=closing_id, why=Unclaimed.COUNTER, years=3, now=NOON)
    last = NOON.replace(year=NOON.year + 3)
    assert not unclaimed.is_late(closing_id, now=last)
    assert unclaimed.late(now=last) == []
    over = last + timedelta(days=1)
    assert unclaimed.is_late(closing_id, now=over)
    assert unclaimed.late(now=over) == [kept]
    assert unclaimed.of_closings([closing_id]) == {closing_id: kept}
    effect_id = uuid4()
    send(closing_id, effect_id, fen=REFUNDABLE_FEN)
    unclaimed.take(closing_id=closing_id, effect_id=effect_id, now=over)
    assert unclaimed.late(now=over) == []


def test_it_ends_where_one_part_was_waived_and_another_is_owed() -> None:
    closing_id, effect_id = reserved()
    corrections.pay_part(closing_id=closing_id, effect_id=effect_id, amount_fen=PART_FEN, now=NOON)
    ledger.waive(closing_id=closing_id, now=NOON)
    ledger.complete(closing_id=closing_id, now=NOON)
    same = {"closing_id": closing_id, "effect_id": effect_id, "amount_fen": PART_FEN, "now": LATER}
    corrections.charge_back(**same)  # type: ignore[arg-type]
    corrections.owe(**same)  # type: ignore[arg-type]
    assert stands(closing_id) == {Account.UNCLAIMED: PART_FEN}
    assert row(closing_id).completed_at == LATER


def test_a_single_fen_waits_like_any_other_sum() -> None:
    closing_id = settled(Purses(1, 0, 0, 0), ())
    kept = unclaimed.book(closing_id=closing_id, why=Unclaimed.COUNTER, years=3, now=NOON)
    assert unclaimed.late(now=NOON + timedelta(days=4 * 366)) == [kept]


def test_what_comes_back_is_paid_after_all_and_comes_back_again_is_numbered() -> None:
    closing_id, effect_id = paid()
    same = {"closing_id": closing_id, "effect_id": effect_id, "now": LATER}
    for _ in range(2):
        corrections.charge_back(**same, amount_fen=REFUNDABLE_FEN)  # type: ignore[arg-type]
        corrections.paid_after_all(**same, amount_fen=REFUNDABLE_FEN)  # type: ignore[arg-type]
    back = Transfer.objects.filter(effect_id=effect_id, debit=Account.REFUNDED.value)
    assert sorted(back.values_list("times", flat=True)) == [1, 2]
    assert corrections.charge_backs(closing_id) == 2


def test_a_single_fen_is_paid_after_all_comes_back_and_is_owed() -> None:
    closing_id, effect_id = reserved()
    ledger.return_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    for verb in (corrections.paid_after_all, corrections.charge_back, corrections.owe):
        verb(closing_id=closing_id, effect_id=effect_id, amount_fen=1, now=LATER)
    assert row(closing_id).unclaimed_fen == 1


def test_nobody_bears_a_late_charge_before_the_account_is_settled() -> None:
    closing_id, charge_id = collected(), uuid4()
    suspense.suspend(
        operator=OPERATOR, closing_id=closing_id, charge_id=charge_id, amount_fen=60, now=NOON
    )
    for verb in (suspense.absorb, suspense.claim):
        with pytest.raises(suspense.NotSettledYet):
            verb(closing_id=closing_id, charge_id=charge_id, now=NOON)


def test_what_was_never_in_suspense_is_borne_by_nobody() -> None:
    with pytest.raises(LedgerBroken, match="suspense"):
        suspense.absorb(closing_id=settled(), charge_id=uuid4(), now=NOON)


@pytest.mark.parametrize("fen", [1, REFUNDABLE_FEN - 1])
def test_the_smallest_and_the_largest_part_are_parts(fen: int) -> None:
    closing_id, effect_id = reserved()
    corrections.pay_part(closing_id=closing_id, effect_id=effect_id, amount_fen=fen, now=NOON)
    assert row(closing_id).refunded_fen == fen


def test_nothing_unclaimed_goes_on_its_way_where_books_disagree() -> None:
    closing_id = settled()
    unclaimed.book(closing_id=closing_id, why=Unclaimed.COUNTER, years=3, now=NOON)
    more = {"opening_fen": row(closing_id).opening_fen + 1, "refundable_fen": REFUNDABLE_FEN + 1}
    change(closing_id, unclaimed_fen=REFUNDABLE_FEN + 1, **more)
    with pytest.raises(LedgerBroken, match="unclaimed"):
        unclaimed.take(closing_id=closing_id, effect_id=uuid4(), now=LATER)
    assert stands(closing_id) == {Account.UNCLAIMED: REFUNDABLE_FEN}
