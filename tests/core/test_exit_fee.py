"""Leaving early costs what the formula says, and never more than the operator says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.lines import facts
from xiaohu.core.exit_fee import ExitFormula, agreed, formula, leaving_fen, months_left

TODAY = date(2026, 11, 23)
UNTIL = date(2027, 6, 30)


@pytest.mark.parametrize(
    ("until", "months"),
    [
        (date(2026, 11, 23), 0),
        (date(2026, 12, 22), 0),
        (date(2026, 12, 23), 1),
        (date(2027, 6, 30), 7),
        (date(2027, 11, 22), 11),
        (date(2020, 1, 1), 0),
    ],
)
def test_only_whole_months_are_left(until: date, months: int) -> None:
    assert months_left(until=until, today=TODAY) == months


def test_shows_the_numbers_and_the_fee() -> None:
    line = facts(contract_end_on=UNTIL, contract_monthly_fen=5900, exit_fee_fen=20000)
    found = formula(line, percent=30, today=TODAY)
    assert found == ExitFormula(monthly_fen=5900, months=7, percent=30)
    assert found.fee_fen == 12390
    assert agreed(line, found).exit_fee_fen == 12390


def test_what_the_operator_says_counts_where_it_is_less() -> None:
    line = facts(contract_end_on=UNTIL, contract_monthly_fen=5900, exit_fee_fen=6000)
    assert agreed(line, formula(line, percent=30, today=TODAY)).exit_fee_fen == 6000


@pytest.mark.parametrize(
    ("said", "percent"),
    [
        ({"contract_end_on": UNTIL, "contract_monthly_fen": 5900}, None),
        ({"contract_end_on": UNTIL}, 30),
        ({"contract_monthly_fen": 5900}, 30),
        ({"contract_end_on": TODAY, "contract_monthly_fen": 5900}, 30),
    ],
)
def test_without_a_rule_a_contract_or_a_fee_there_is_no_formula(
    said: dict[str, object], percent: int | None
) -> None:
    line = facts(**said)
    assert formula(line, percent=percent, today=TODAY) is None
    assert agreed(line, None) is line


@given(
    st.integers(min_value=0, max_value=10**7),
    st.integers(min_value=0, max_value=120),
    st.integers(min_value=0, max_value=100),
)
def test_a_fee_is_at_most_what_is_left_of_the_contract(
    monthly: int, months: int, percent: int
) -> None:
    assert 0 <= ExitFormula(monthly, months, percent).fee_fen <= monthly * months


@pytest.mark.parametrize(
    ("said", "fen"),
    [
        ({}, 0),
        ({"contract_end_on": UNTIL, "exit_fee_fen": 60}, 60),
        ({"contract_end_on": TODAY, "exit_fee_fen": 60}, 0),
        ({"vanity_end_on": UNTIL, "vanity_fee_fen": 5}, 5),
        (
            {
                "contract_end_on": UNTIL,
                "exit_fee_fen": 60,
                "vanity_end_on": UNTIL,
                "vanity_fee_fen": 5,
            },
            65,
        ),
    ],
)
def test_leaving_costs_what_still_binds(said: dict[str, object], fen: int) -> None:
    assert leaving_fen(facts(**said), today=TODAY) == fen
