"""What money that came back needs: the number of a slip, a known kind of reason, a last day."""

from datetime import date

import pytest

from xiaohu.core.payouts import LASTING, Returned, returned
from xiaohu.core.repaying import SlipRefused, normalise_slip
from xiaohu.core.unclaimed import claim_until


@pytest.mark.parametrize(
    ("typed", "slip"),
    [(" hk-2026 0007", "HK-20260007"), ("A123", "A123"), ("A" + "1" * 31, "A" + "1" * 31)],
)
def test_the_number_of_a_slip_is_capitals_figures_and_hyphens(typed: str, slip: str) -> None:
    assert normalise_slip(typed) == slip


@pytest.mark.parametrize("typed", ["", "A12", "-A123", "某某1234", "A" + "1" * 32, "A１２３"])
def test_a_name_is_never_the_number_of_a_slip(typed: str) -> None:
    with pytest.raises(SlipRefused):
        normalise_slip(typed)


def test_a_reason_nobody_knows_is_another_reason() -> None:
    assert returned("account_closed") is Returned.ACCOUNT_CLOSED
    assert returned("moon") is Returned.OTHER
    assert returned("") is Returned.OTHER
    assert Returned.OTHER not in LASTING


@pytest.mark.parametrize(
    ("booked_on", "years", "until"),
    [
        (date(2026, 11, 23), 3, date(2029, 11, 23)),
        (date(2028, 2, 29), 3, date(2031, 2, 28)),
        (date(2028, 2, 29), 4, date(2032, 2, 29)),
    ],
)
def test_a_claim_lasts_to_the_same_day_of_a_later_year(
    booked_on: date, years: int, until: date
) -> None:
    assert claim_until(booked_on, years=years) == until
