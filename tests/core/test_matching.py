"""One outcome of a payment, whatever was said of it, in whatever order and however often."""

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.matching import (
    FOR_PEOPLE,
    MOST_FEN,
    Heard,
    Match,
    Outcome,
    Said,
    kept,
    match,
    read,
)

FEN = 12640
PAID = Heard(said=Said.PAID, amount_fen=FEN, currency="CNY", reference="PAY-1")
SILENT = Heard(said=Said.PAID)
ACCEPTED, REFUSED = Heard(said=Said.ACCEPTED), Heard(said=Said.REFUSED, reason="limit")
RETURNED = Heard(said=Said.RETURNED, amount_fen=FEN, currency="CNY", reference="PAY-1")
MISSING, NOTHING = Heard(said=Said.NOT_FOUND), Heard(said=Said.NOTHING)
OTHER = Heard(said=Said.PAID, amount_fen=FEN - 1, currency="CNY", reference="PAY-1")
DOLLARS = Heard(said=Said.PAID, amount_fen=FEN, currency="USD", reference="PAY-1")
AGAIN = Heard(said=Said.PAID, amount_fen=FEN, currency="CNY", reference="PAY-2")
ALL = [PAID, SILENT, ACCEPTED, REFUSED, RETURNED, MISSING, NOTHING, OTHER, DOLLARS, AGAIN]


def _coded(said: object) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()


def outcome(answer: Heard | None, *callbacks: Heard, lookup: bool = True) -> Outcome:
    """Return what to make of it."""
    return match(amount_fen=FEN, callbacks=callbacks, answer=answer, lookup=lookup).outcome


@pytest.mark.parametrize(
    ("answer", "callbacks", "becomes"),
    [
        (PAID, [], Outcome.PAID),
        (SILENT, [], Outcome.PAID),
        (PAID, [PAID, PAID], Outcome.PAID),
        (REFUSED, [], Outcome.REFUSED),
        (REFUSED, [REFUSED], Outcome.REFUSED),
        (NOTHING, [PAID], Outcome.STILL_OPEN),
        (ACCEPTED, [PAID], Outcome.STILL_OPEN),
        (None, [PAID], Outcome.STILL_OPEN),
        (MISSING, [], Outcome.STILL_OPEN),
        (MISSING, [PAID], Outcome.CONTRADICTORY),
        (PAID, [REFUSED], Outcome.CONTRADICTORY),
        (REFUSED, [PAID], Outcome.CONTRADICTORY),
        (PAID, [AGAIN], Outcome.CONTRADICTORY),
        (PAID, [OTHER], Outcome.WRONG_AMOUNT),
        (OTHER, [PAID], Outcome.WRONG_AMOUNT),
        (NOTHING, [OTHER], Outcome.WRONG_AMOUNT),
        (PAID, [DOLLARS], Outcome.WRONG_CURRENCY),
        (OTHER, [DOLLARS], Outcome.WRONG_CURRENCY),
        (PAID, [RETURNED], Outcome.RETURNED),
        (RETURNED, [], Outcome.RETURNED),
    ],
)
def test_everything_said_has_one_outcome(
    answer: Heard | None, callbacks: list[Heard], becomes: Outcome
) -> None:
    assert outcome(answer, *callbacks) is becomes


@pytest.mark.parametrize(
    ("callbacks", "becomes"),
    [
        ([PAID], Outcome.PAID),
        ([REFUSED], Outcome.REFUSED),
        ([ACCEPTED], Outcome.STILL_OPEN),
        ([SILENT], Outcome.STILL_OPEN),
        ([], Outcome.STILL_OPEN),
    ],
)
def test_where_nobody_can_be_asked_callbacks_are_what_there_is(
    callbacks: list[Heard], becomes: Outcome
) -> None:
    assert outcome(None, *callbacks, lookup=False) is becomes


def test_a_wrong_amount_is_told() -> None:
    found = match(amount_fen=FEN, callbacks=[OTHER], answer=PAID, lookup=True)
    assert (found.outcome, found.theirs_fen) == (Outcome.WRONG_AMOUNT, FEN - 1)


@given(
    st.lists(st.sampled_from(ALL), max_size=5),
    st.one_of(st.none(), st.sampled_from(ALL)),
    st.booleans(),
)
def test_order_and_copies_cannot_matter(
    callbacks: list[Heard], answer: Heard | None, lookup: bool
) -> None:
    def found(heard: list[Heard]) -> Match:
        return match(amount_fen=FEN, callbacks=heard, answer=answer, lookup=lookup)

    first = found(callbacks)
    for shuffled in permutations(callbacks):
        assert found([*shuffled]) == first
        assert found([*shuffled, *shuffled]) == first


@given(st.lists(st.sampled_from(ALL), max_size=6), st.lists(st.sampled_from(ALL), max_size=3))
def test_what_is_for_people_stays_so_whatever_comes_later(
    callbacks: list[Heard], later: list[Heard]
) -> None:
    if outcome(NOTHING, *callbacks) in FOR_PEOPLE:
        assert outcome(NOTHING, *callbacks, *later) in FOR_PEOPLE


@given(st.lists(st.sampled_from(ALL), max_size=6))
def test_no_callback_alone_makes_a_payment(callbacks: list[Heard]) -> None:
    assert outcome(NOTHING, *callbacks) is not Outcome.PAID


@given(st.binary(max_size=200))
def test_any_body_can_be_read_or_not(body: bytes) -> None:
    found = read(body)
    assert found is None or isinstance(json.loads(body), dict)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_value_in_any_field_can_be_read_or_not(value: object) -> None:
    good = {"type": "payout.paid", "amount_fen": FEN, "currency": "CNY", "reference": "PAY-1"}
    assert read(json.dumps(good).encode()) == PAID
    for field in good:
        found = read(json.dumps({**good, field: value}).encode())
        assert found is None or (found.amount_fen or 0) >= 0


@given(
    st.binary(max_size=60) | st.dictionaries(st.text(max_size=12), st.text(max_size=20)).map(_coded)
)
def test_what_is_kept_of_any_body_reads_the_same(body: bytes) -> None:
    assert read(kept(body)) == read(body)


@pytest.mark.parametrize("field", ["amount_fen", "currency", "reference", "reason"])
@pytest.mark.parametrize("value", [7, "CNY", "PAY-000001", "号码", "x" * 90, None, [1], {"a": 1}])
def test_what_is_kept_of_any_value_reads_the_same(field: str, value: object) -> None:
    body = _coded({"type": "payout.paid", field: value})
    assert read(kept(body)) == read(body)


def test_what_a_provider_says_of_a_person_is_not_kept() -> None:
    said = {"type": "payout.returned", "amount_fen": 5, "reference": "PAY-000001", "key": "k"}
    body = _coded({**said, "payee": "金示例", "account": "6222000000000000004"})
    assert b"6222" not in kept(body)
    assert json.loads(kept(body)).keys() == {
        "type",
        "amount_fen",
        "currency",
        "reference",
        "reason",
    }
    assert kept("无法识别：金示例".encode()) == b""


@pytest.mark.parametrize(
    "heard",
    [
        Heard(said=Said.PAID, amount_fen=FEN, currency=""),
        Heard(said=Said.PAID, amount_fen=None, currency="CNY"),
    ],
)
def test_paid_without_how_much_of_what_proves_nothing_alone(heard: Heard) -> None:
    assert outcome(None, heard, lookup=False) is Outcome.STILL_OPEN


def test_only_two_payments_of_different_names_contradict_each_other() -> None:
    back = Heard(said=Said.RETURNED, amount_fen=FEN, currency="CNY", reference="BACK-9")
    assert outcome(PAID, back) is Outcome.RETURNED
    assert outcome(PAID, SILENT) is Outcome.PAID


def test_whatever_comes_first_the_same_name_and_reason_are_told() -> None:
    back = Heard(
        said=Said.RETURNED, amount_fen=FEN, currency="CNY", reference="PAY-9", reason="zero"
    )
    again = Heard(said=Said.RETURNED, amount_fen=FEN, currency="CNY", reason="limit")
    for heard in permutations([PAID, back, again, SILENT]):
        told = match(amount_fen=FEN, callbacks=heard, answer=PAID, lookup=True)
        assert (told.outcome, told.reference, told.reason) == (Outcome.RETURNED, "PAY-1", "limit")


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        (None, None),
        (0, 0),
        (1, 1),
        (MOST_FEN, MOST_FEN),
    ],
)
def test_an_amount_may_be_left_out_and_be_nothing(said: object, read_as: int | None) -> None:
    found = read(_coded({"type": "payout.returned", "amount_fen": said}))
    assert found == Heard(said=Said.RETURNED, amount_fen=read_as)


@pytest.mark.parametrize("said", [-1, MOST_FEN + 1, 1.5, "1", True, [1]])
def test_what_is_no_amount_says_nothing(said: object) -> None:
    assert read(_coded({"type": "payout.returned", "amount_fen": said})) is None
