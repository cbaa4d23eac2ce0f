"""Facts to findings: each check alone, then the promises that hold for all."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from xiaohu.core.checks import (
    CHECKS,
    FRESH_FOR,
    Blocked,
    CheckCode,
    CheckKind,
    Choice,
    LineFacts,
    LineStatus,
    StaleChecks,
    evaluate,
    require_clear,
    require_fresh,
)

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
CLEAN = LineFacts(
    gathered_at=NOW,
    status=LineStatus.ACTIVE,
    holder_matches=True,
    realname_ok=True,
    open_closing=False,
)

CASES: list[tuple[CheckCode, dict[str, Any]]] = [
    (CheckCode.NOT_HOLDER, {"holder_matches": False}),
    (CheckCode.REALNAME_MISSING, {"realname_ok": False}),
    (CheckCode.ALREADY_CLOSING, {"open_closing": True}),
    (CheckCode.ALREADY_CLOSED, {"status": LineStatus.CLOSED}),
    (CheckCode.NUMBER_NOT_OURS, {"status": LineStatus.PORTED_OUT}),
    (CheckCode.RESTRICTED_GRADED, {"status": LineStatus.RESTRICTED}),
    (CheckCode.ARREARS, {"arrears_fen": 3820}),
    (CheckCode.UNBILLED_USAGE, {"unbilled_fen": 120}),
    (CheckCode.CONTRACT_TERM, {"contract_end_on": date(2026, 12, 31), "exit_fee_fen": 6000}),
    (CheckCode.PORT_OUT_IN_PROGRESS, {"port_out": True}),
    (CheckCode.OPEN_ORDER, {"open_order": True}),
    (CheckCode.LEGAL_HOLD, {"legal_hold": True}),
    (CheckCode.FILING_ACTIVE, {"has_filing": True}),
    (CheckCode.POSITIVE_BALANCE, {"cash_fen": 12640}),
    (CheckCode.GIFT_BALANCE, {"gift_fen": 500}),
    (CheckCode.POINTS, {"points": 30}),
]


def _codes(facts: LineFacts) -> set[CheckCode]:
    return {finding.code for finding in evaluate(facts=facts, choices={}, today=TODAY)}


def test_every_check_has_a_case_here() -> None:
    assert {code for code, _ in CASES} | {CheckCode.BINDINGS_REMINDER} == set(CHECKS)
    assert set(CHECKS) == set(CheckCode)


@pytest.mark.parametrize(("code", "change"), CASES)
def test_each_fact_is_found_alone(code: CheckCode, change: dict[str, Any]) -> None:
    assert _codes(CLEAN) == {CheckCode.BINDINGS_REMINDER}
    assert _codes(replace(CLEAN, **change)) == {CheckCode.BINDINGS_REMINDER, code}


@pytest.mark.parametrize(("code", "change"), CASES)
def test_only_blocking_kinds_block(code: CheckCode, change: dict[str, Any]) -> None:
    findings = evaluate(facts=replace(CLEAN, **change), choices={}, today=TODAY)
    if CHECKS[code].kind in {CheckKind.WARNING, CheckKind.HOLD}:
        require_clear(findings)
    else:
        with pytest.raises(Blocked) as blocked:
            require_clear(findings)
        assert blocked.value.params["codes"] == code.value


@pytest.mark.parametrize(
    ("code", "change", "choice", "clear"),
    [
        (CheckCode.ARREARS, {"arrears_fen": 1}, Choice.SET_OFF, True),
        (CheckCode.ARREARS, {"arrears_fen": 1}, Choice.PAY, False),
        (CheckCode.ARREARS, {"arrears_fen": 1}, Choice.CANCEL_ORDER, False),
        (CheckCode.UNBILLED_USAGE, {"unbilled_fen": 1}, Choice.WAIT_FOR_BILL, True),
        (CheckCode.CONTRACT_TERM, {"contract_end_on": date(2027, 1, 1)}, Choice.PAY_EXIT_FEE, True),
        (
            CheckCode.CONTRACT_TERM,
            {"contract_end_on": date(2027, 1, 1)},
            Choice.WAIT_FOR_CONTRACT_END,
            False,
        ),
        (CheckCode.OPEN_ORDER, {"open_order": True}, Choice.CANCEL_ORDER, True),
    ],
)
def test_a_choice_clears_what_it_settles(
    code: CheckCode, change: dict[str, Any], choice: Choice, clear: bool
) -> None:
    found = evaluate(facts=replace(CLEAN, **change), choices={code: choice}, today=TODAY)
    assert any(finding.blocks for finding in found) is not clear


def test_a_positive_balance_never_blocks() -> None:
    rich = replace(CLEAN, cash_fen=10**9, deposit_fen=1, promotion_fen=1, gift_fen=1, points=1)
    require_clear(evaluate(facts=rich, choices={}, today=TODAY))


def test_a_contract_that_ends_today_is_over() -> None:
    assert CheckCode.CONTRACT_TERM not in _codes(replace(CLEAN, contract_end_on=TODAY))


def test_amount_and_date_come_with_the_finding() -> None:
    facts = replace(CLEAN, contract_end_on=date(2026, 12, 31), exit_fee_fen=6000)
    finding = next(
        f
        for f in evaluate(facts=facts, choices={}, today=TODAY)
        if f.code is CheckCode.CONTRACT_TERM
    )
    assert (finding.amount_fen, finding.until) == (6000, date(2026, 12, 31))


def test_checks_are_fresh_for_half_an_hour() -> None:
    require_fresh(gathered_at=NOW, now=NOW + FRESH_FOR)
    with pytest.raises(StaleChecks):
        require_fresh(gathered_at=NOW, now=NOW + FRESH_FOR + timedelta(seconds=1))
