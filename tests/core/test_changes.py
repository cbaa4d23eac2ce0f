"""What changed between looking and submitting."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.lines import facts as line
from xiaohu.core.changes import ANSWERS, IN_FEN, Change, Shown, between, facts_shown, read, written


def test_nothing_changed_where_nothing_did() -> None:
    shown = facts_shown([line(), line(cash_fen=100)])
    assert between(read(written(shown)), shown) == ()


def test_each_fact_that_changed_is_named_with_both_values() -> None:
    before = facts_shown([line(cash_fen=100, points=3)])
    after = facts_shown([line(cash_fen=250, points=3)])
    found = between(before, after)
    assert [(one.what, one.before_fen, one.after_fen) for one in found] == [
        (Shown.BALANCE, 100, 250)
    ]


def test_what_was_never_shown_is_no_change() -> None:
    assert between({}, facts_shown([line()])) == ()


@pytest.mark.parametrize("what", Shown)
def test_amounts_answers_and_counts_are_told_apart(what: Shown) -> None:
    change = Change(what, "1", "2")
    assert change.in_fen is (what in IN_FEN)
    assert change.is_answer is (what in ANSWERS)
    assert not (change.in_fen and change.is_answer)


@pytest.mark.parametrize("carried", ["", "x", "²", "１２", "-5"])
def test_what_is_no_amount_was_nothing(carried: str) -> None:
    assert Change(Shown.BALANCE, carried, "5").before_fen == 0


@given(st.text(max_size=80))
def test_whatever_a_form_carries_can_be_read(text: str) -> None:
    for one in between(read(text), facts_shown([line()])):
        assert one.before_fen >= 0
