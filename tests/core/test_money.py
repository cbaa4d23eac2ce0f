"""Fen in, fen out; nothing is ever rounded on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.money import ZERO, AmountRefused, Money


@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_what_is_written_is_read_back(fen: int) -> None:
    assert Money.of_yuan(Money(fen).yuan()) == Money(fen)


@pytest.mark.parametrize(
    ("text", "fen"),
    [("126.40", 12640), ("126.4", 12640), ("0", 0), ("-38.20", -3820), (" 7 ", 700)],
)
def test_reads_yuan(text: str, fen: int) -> None:
    assert Money.of_yuan(text).fen == fen


@pytest.mark.parametrize("text", ["", "12,6", "1.234", "1e3", "１２", "12.", "NaN", "--1"])
def test_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(AmountRefused):
        Money.of_yuan(text)


@given(st.integers(), st.integers())
def test_adding_and_taking_away_cancel(a: int, b: int) -> None:
    assert Money(a) + Money(b) - Money(b) == Money(a)
    assert Money(a) - Money(a) == ZERO
