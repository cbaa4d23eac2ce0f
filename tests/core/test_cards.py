"""Numbers on cards: read in any writing, doubted aloud, refused only for their form."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.cards import (
    AccountRefused,
    IccidRefused,
    looks_mistyped,
    normalise_account,
    normalise_iccid,
    normalise_iccid_tail,
)


@pytest.mark.parametrize(
    ("raw", "tail"), [("00０1", "0001"), (" 1 2 3 f ", "123F"), ("8986-0000-12AB", "12AB")]
)
def test_the_end_of_a_card_in_any_writing(raw: str, tail: str) -> None:
    assert normalise_iccid_tail(raw) == tail


@pytest.mark.parametrize("raw", ["", "123", "12G4", "123x", "0" * 21])
def test_no_card_ends_like_this(raw: str) -> None:
    with pytest.raises(IccidRefused):
        normalise_iccid_tail(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "89860000000000000001",
        "8986 0000 0000 0000 001",
        "898600a0000000000001",
        "8986-00" + "0" * 13,
    ],
)
def test_cards_of_both_lengths_and_with_letters(raw: str) -> None:
    assert normalise_iccid(raw).startswith("8986")


@pytest.mark.parametrize(
    "raw", ["", "8985000000000000000", "898600000000000000", "8986000000000000000G"]
)
def test_other_cards_are_refused(raw: str) -> None:
    with pytest.raises(IccidRefused):
        normalise_iccid(raw)


@pytest.mark.parametrize(
    "raw", ["6222 0000 0000 0000 000", "６２２２０００００００００００００００"]
)
def test_accounts_in_any_writing(raw: str) -> None:
    assert normalise_account(raw) == "6222000000000000000"


@pytest.mark.parametrize("raw", ["", "1" * 11, "1" * 20, "6222 0000 0000 000A"])
def test_other_accounts_are_refused(raw: str) -> None:
    with pytest.raises(AccountRefused):
        normalise_account(raw)


def test_a_mistyped_digit_is_doubted_and_a_corporate_account_is_not() -> None:
    assert not looks_mistyped("4111111111111111", corporate=False)
    assert looks_mistyped("4111111111111112", corporate=False)
    assert not looks_mistyped("4111111111111112", corporate=True)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(raw: str) -> None:
    with contextlib.suppress(IccidRefused):
        assert normalise_iccid(normalise_iccid(raw)) == normalise_iccid(raw)
