"""Fen in, fen out; a share is rounded once, half a fen in favour of whoever pays it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.money import AmountRefused, Money, share


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
    assert Money(a) - Money(a) == Money(0)


@pytest.mark.parametrize(
    ("fen", "numerator", "denominator", "expected"),
    [(0, 30, 100, 0), (5, 1, 2, 2), (7, 1, 2, 3), (1, 51, 100, 1), (1, 50, 100, 0), (10, 3, 4, 7)],
)
def test_half_a_fen_is_left_to_the_holder(
    fen: int, numerator: int, denominator: int, expected: int
) -> None:
    assert share(fen, numerator, denominator) == expected


AMOUNT = st.integers(min_value=0, max_value=10**12)


@given(AMOUNT, AMOUNT, st.integers(min_value=1, max_value=10**6))
def test_a_share_is_never_half_a_fen_too_high(fen: int, numerator: int, denominator: int) -> None:
    twice_off = 2 * share(fen, numerator, denominator) * denominator - 2 * fen * numerator
    assert -denominator <= twice_off < denominator


@given(AMOUNT)
def test_the_whole_is_the_whole(fen: int) -> None:
    assert share(fen, 100, 100) == fen


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "0.00"), (1, "0.01"), (-5, "-0.05"), (100, "1.00"), (-12640, "-126.40")]
)
def test_writes_yuan(fen: int, text: str) -> None:
    assert Money(fen).yuan() == text
