"""An estimate is a settlement of what is known, and each choice means what it says."""

from typing import Any

import pytest

from tests.core.lines import facts
from tests.core.test_checks import TODAY
from xiaohu.core.checks import CheckCode, evaluate
from xiaohu.core.choices import Choice
from xiaohu.core.estimating import claimed, estimate
from xiaohu.core.facts import RequestFacts
from xiaohu.core.settlement import ItemKind, Settlement

LATER = "2027-06-30"
C = CheckCode


def estimated(
    line: dict[str, Any], choices: dict[CheckCode, Choice] | None = None, *, sets_off: bool = False
) -> Settlement:
    """Estimate the settlement of a line with 100 yuan on it."""
    said = facts(cash_fen=10000, **line)
    found = evaluate(facts=said, request=RequestFacts(), choices=choices or {}, today=TODAY)
    return estimate(said, found, today=TODAY, sets_off=sets_off)


@pytest.mark.parametrize(
    ("line", "choices", "refundable_fen", "debt_fen"),
    [
        ({}, {}, 10000, 0),
        ({"unbilled_fen": 300}, {}, 9700, 0),
        ({"unbilled_fen": 300, "gift_fen": 200}, {}, 9900, 0),
        ({"arrears_fen": 4000}, {}, 10000, 4000),
        ({"arrears_fen": 4000}, {C.ARREARS: Choice.SET_OFF}, 6000, 0),
        ({"arrears_fen": 4000}, {C.ARREARS: Choice.PAY}, 10000, 0),
        ({"contract_end_on": LATER, "exit_fee_fen": 600}, {}, 9400, 0),
        (
            {"contract_end_on": LATER, "exit_fee_fen": 600},
            {C.CONTRACT_TERM: Choice.WAIT_FOR_CONTRACT_END},
            10000,
            0,
        ),
        (
            {"contract_end_on": LATER, "exit_fee_fen": 600},
            {C.CONTRACT_TERM: Choice.DISPUTE_FEE},
            10000,
            600,
        ),
        ({"equipment_fen": 800}, {C.EQUIPMENT_RETURN: Choice.PAY_VALUE}, 9200, 0),
        ({"equipment_fen": 800}, {C.EQUIPMENT_RETURN: Choice.BOOK_PICKUP}, 10000, 0),
    ],
)
def test_comes_to_what_was_chosen(
    line: dict[str, Any],
    choices: dict[CheckCode, Choice],
    refundable_fen: int,
    debt_fen: int,
) -> None:
    result = estimated(line, choices)
    assert (result.refundable_fen, result.debt_fen) == (refundable_fen, debt_fen)


def test_rules_may_set_earlier_bills_off() -> None:
    assert estimated({"arrears_fen": 4000}, sets_off=True).refundable_fen == 6000


def test_a_device_that_is_paid_for_by_itself_stays_owed() -> None:
    chosen = {C.DEVICE_INSTALMENT: Choice.KEEP_PAYING}
    assert claimed(chosen, sets_off=True) == {ItemKind.DEVICE}
    assert claimed({}, sets_off=True) == frozenset()
