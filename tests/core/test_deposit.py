"""A deposit for use not yet billed: what the use comes to, never more than the rules allow."""

from typing import Any

import pytest

from tests.core.lines import facts
from tests.core.test_checks import TODAY
from xiaohu.core.checks import CheckCode, Finding, evaluate
from xiaohu.core.choices import Choice
from xiaohu.core.facts import RequestFacts

USE, ROAMING = CheckCode.UNBILLED_USAGE, CheckCode.ROAMING_PENDING


def found(code: CheckCode, most: int | None, **said: Any) -> Finding | None:
    """Judge a line under rules with a most; return what was found of a code."""
    findings = evaluate(
        facts=facts(**said),
        request=RequestFacts(),
        choices={},
        today=TODAY,
        deposit_up_to_fen=most,
    )
    return next((finding for finding in findings if finding.code is code), None)


@pytest.mark.parametrize(
    ("code", "most", "said", "fen"),
    [
        (USE, 20000, {"unbilled_fen": 1200}, 1200),
        (USE, 20000, {"unbilled_fen": 1200, "deposit_fen": 200}, 1000),
        (USE, 20000, {"unbilled_fen": 90000, "deposit_fen": 200}, 19800),
        (USE, None, {"unbilled_fen": 90000, "deposit_fen": 200}, 89800),
        (ROAMING, 20000, {"roaming_pending": True}, 20000),
        (ROAMING, 20000, {"roaming_pending": True, "deposit_fen": 500}, 19500),
        (ROAMING, None, {"roaming_pending": True}, None),
    ],
)
def test_asks_for_what_is_open_and_no_more(
    code: CheckCode, most: int | None, said: dict[str, Any], fen: int | None
) -> None:
    finding = found(code, most, **said)
    assert finding is not None
    assert finding.deposit_fen == fen
    assert Choice.PAY_DEPOSIT in finding.choices


@pytest.mark.parametrize("code", [USE, ROAMING])
def test_a_full_deposit_settles_it(code: CheckCode) -> None:
    said = {"unbilled_fen": 90000, "roaming_pending": True, "deposit_fen": 20000}
    assert found(code, 20000, **said) is None


@pytest.mark.parametrize("code", [USE, ROAMING])
def test_where_none_may_be_asked_none_is_offered(code: CheckCode) -> None:
    finding = found(code, 0, unbilled_fen=100, roaming_pending=True)
    assert finding is not None
    assert Choice.PAY_DEPOSIT not in finding.choices
    assert finding.deposit_fen is None
