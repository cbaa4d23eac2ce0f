"""Two sides that agree leave nothing; whatever differs is named for what it is."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.findings import FindingKind
from xiaohu.core.reconciling import (
    Book,
    Booked,
    Deed,
    Difference,
    OurPayment,
    Payment,
    PaymentState,
    of_bill,
    of_books,
    of_deeds,
    of_lines,
    of_payments,
)

ONE, TWO, CLOSING = UUID(int=1), UUID(int=2), UUID(int=9)
PAID = Payment(ONE, 12640, "CNY", PaymentState.PAID, "PAY-000001")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def own(booked: Booked = Booked.PAID, *, listed: bool = True) -> dict[UUID, OurPayment]:
    """Return a payment of ours."""
    return {ONE: OurPayment(CLOSING, 12640, booked, listed)}


def kinds(ours: dict[UUID, OurPayment], *theirs: Payment) -> list[FindingKind]:
    """Return what differs."""
    return [each.kind for each in of_payments(ours, theirs)]


def changed(**columns: object) -> Payment:
    """Return a payment that differs."""
    values = {name: getattr(PAID, name) for name in PAID.__slots__}
    return Payment(**{**values, **columns})


def test_what_agrees_leaves_nothing() -> None:
    assert kinds(own(), PAID) == []


@pytest.mark.parametrize("state", PaymentState)
def test_what_is_on_its_way_may_stand_anywhere(state: PaymentState) -> None:
    assert kinds(own(Booked.ON_ITS_WAY, listed=False)) == []
    assert kinds(own(Booked.ON_ITS_WAY), changed(state=state)) == []


@pytest.mark.parametrize(
    ("booked", "other", "kind"),
    [
        (Booked.PAID, {"amount_fen": 12641}, FindingKind.WRONG_AMOUNT),
        (Booked.ON_ITS_WAY, {"amount_fen": 1}, FindingKind.WRONG_AMOUNT),
        (Booked.PAID, {"currency": "USD"}, FindingKind.WRONG_CURRENCY),
        (Booked.PAID, {"state": PaymentState.RETURNED}, FindingKind.CHARGEBACK),
        (Booked.CAME_BACK, {}, FindingKind.NOT_BOOKED),
        (Booked.PAID, {"key": TWO}, FindingKind.UNKNOWN_TO_US),
        (Booked.PAID, {"key": None}, FindingKind.UNKNOWN_TO_US),
    ],
)
def test_each_difference_has_its_name(
    booked: Booked, other: dict[str, object], kind: FindingKind
) -> None:
    assert kind in kinds(own(booked), changed(**other))


def test_a_payment_they_do_not_list_is_missing() -> None:
    assert kinds(own()) == [FindingKind.MISSING_AT_PROVIDER]


def test_what_was_paid_while_they_were_asked_is_not_missing() -> None:
    assert kinds(own(listed=False)) == []


def test_one_payment_listed_twice_was_paid_twice() -> None:
    assert kinds(own(), PAID, changed(reference="PAY-000002")) == [FindingKind.PAID_TWICE]


def test_a_difference_says_what_each_side_has() -> None:
    [found] = of_payments(own(), [changed(amount_fen=5)])
    assert (found.ours_fen, found.theirs_fen) == (12640, 5)
    assert (found.closing_id, found.effect_id) == (CLOSING, ONE)
    assert found.reference == "PAY-000001"


@given(
    st.dictionaries(
        st.integers(1, 30).map(lambda number: UUID(int=number)), st.integers(1, 10**9), max_size=20
    ),
    st.randoms(use_true_random=False),
)
def test_the_order_in_which_they_list_does_not_matter(amounts, random) -> None:  # type: ignore[no-untyped-def] # given by hypothesis
    ours = {key: OurPayment(CLOSING, fen, Booked.PAID, listed=True) for key, fen in amounts.items()}
    theirs = [Payment(key, fen, "CNY", PaymentState.PAID, "") for key, fen in amounts.items()]
    random.shuffle(theirs)
    assert list(of_payments(ours, theirs)) == []


def test_books_are_compared_account_by_account() -> None:
    book = Book(CLOSING, {"usage": 5, "left": 0}, {"usage": 5, "left": 1})
    [found] = of_books([book])
    assert found == Difference(
        kind=FindingKind.BOOKS_DISAGREE,
        closing_id=CLOSING,
        reference="left",
        ours_fen=0,
        theirs_fen=1,
    )


def test_a_line_that_still_works_is_named() -> None:
    [found] = of_lines({ONE: "S1", TWO: "S2"}, {"S1"})
    assert (found.kind, found.closing_id) == (FindingKind.LINE_NOT_CLOSED, TWO)


def test_a_bill_is_compared_by_what_both_name() -> None:
    ours = {"usage_fen": 5, "cash_fen": 7}
    assert list(of_bill(CLOSING, ONE, ours, {"usage_fen": 5, "roaming_fen": 9})) == []
    [found] = of_bill(CLOSING, ONE, ours, {"usage_fen": 6, "cash_fen": 7})
    assert (found.reference, found.ours_fen, found.theirs_fen) == ("usage_fen", 5, 6)


def test_a_bill_they_never_gave_is_named() -> None:
    assert [each.kind for each in of_bill(CLOSING, ONE, {}, None)] == [FindingKind.BILL_DIFFERS]


@pytest.mark.parametrize(
    ("not_before", "reviewed", "decided_at", "reference"),
    [
        (None, False, None, "too_soon"),
        (NOON + timedelta(seconds=1), False, None, "too_soon"),
        (NOON, True, None, "undecided"),
        (NOON, True, NOON + timedelta(seconds=1), "undecided"),
        (NOON, True, NOON, ""),
        (NOON, False, None, ""),
    ],
)
def test_nothing_irreversible_comes_before_its_time_or_its_decision(
    not_before: datetime | None, reviewed: bool, decided_at: datetime | None, reference: str
) -> None:
    found = list(of_deeds([Deed(CLOSING, ONE, NOON, not_before, reviewed, decided_at)]))
    assert [each.reference for each in found] == ([reference] if reference else [])


def test_an_account_nothing_was_posted_to_stands_at_nothing() -> None:
    (found,) = of_books([Book(CLOSING, {"usage": 5, "fees": 0}, {})])
    assert (found.reference, found.ours_fen, found.theirs_fen) == ("usage", 5, 0)
