"""What changed between looking and submitting."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.lines import facts as line
from xiaohu.core.changes import Shown, between, facts_shown, read, written


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


@given(st.text(max_size=80))
def test_whatever_a_form_carries_can_be_read(text: str) -> None:
    for one in between(read(text), facts_shown([line()])):
        assert one.before_fen >= 0
