"""Facts to findings, check by check: what is found, what it blocks, which choice opens the way."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.lines import facts
from xiaohu.core.applicants import ApplicantKind, HolderKind
from xiaohu.core.checks import (
    CHECKS,
    FRESH_FOR,
    MANY_HOLDERS,
    Blocked,
    CheckCode,
    CheckKind,
    Finding,
    Stage,
    StaleChecks,
    evaluate,
    require_clear,
    require_fresh,
)
from xiaohu.core.choices import CARRIED_OUT, CarriedOut, Choice, settles
from xiaohu.core.facts import LineFacts, LineStatus, RealName, RequestFacts
from xiaohu.core.profile_cases import PLAIN

TODAY = date(2026, 11, 23)
LATER = date(2026, 12, 31)
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)
ASKED = RequestFacts()
FIRM = {"holder": HolderKind.ORGANISATION}
ALWAYS = {CheckCode.BINDINGS_REMINDER, CheckCode.SIM_NOT_RETURNED}


@dataclass(frozen=True)
class Case:
    """One row: what must be said of line and request so that exactly this code is found."""

    code: CheckCode
    line: dict[str, Any] = field(default_factory=dict)
    request: dict[str, Any] = field(default_factory=dict)
    amount_fen: int | None = None
    until: date | None = None
    count: int | None = None

    def findings(self, choices: dict[CheckCode, Choice] | None = None) -> tuple[Finding, ...]:
        """Judge it."""
        return judged(self.line, self.request, choices)

    @property
    def finding(self) -> Finding:
        """The one finding it is about."""
        return next(found for found in self.findings() if found.code is self.code)


def judged(
    line: dict[str, Any],
    request: dict[str, Any] | None = None,
    choices: dict[CheckCode, Choice] | None = None,
) -> tuple[Finding, ...]:
    """Judge a plain line and request with some facts said differently."""
    return evaluate(
        facts=facts(**line),
        request=RequestFacts(**(request or {})),
        choices=choices or {},
        today=TODAY,
    )


def codes(found: tuple[Finding, ...]) -> set[CheckCode]:
    """Return what was found beside what is always said."""
    return {finding.code for finding in found} - ALWAYS


C = CheckCode
CASES = [
    Case(C.NOT_HOLDER, request={"holder_matches": False}),
    Case(C.IDENTITY_UNVERIFIED, request={"proved": False}),
    Case(C.IDENTITY_LOCKED, request={"proved": False, "locked": True}),
    Case(C.REALNAME_MISSING, {"realname": "missing"}),
    Case(C.MINOR, {"minor": True}),
    Case(C.ORG_DISSOLVED, {"dissolved": True}, {**FIRM, "applicant": ApplicantKind.ORG_HANDLER}),
    Case(C.PROXY_DOC, request={"applicant": ApplicantKind.PROXY, "lacking": True}),
    Case(C.ORG_AUTH, request={**FIRM, "applicant": ApplicantKind.ORG_HANDLER, "lacking": True}),
    Case(C.DECEASED_DOC, request={"applicant": ApplicantKind.HEIR, "lacking": True}),
    Case(C.ALREADY_CLOSING, request={"open_elsewhere": True}),
    Case(C.ALREADY_CLOSED, {"status": "closed"}),
    Case(C.NUMBER_NOT_OURS, {"status": "ported_out"}),
    Case(C.RESTRICTED_GRADED, {"status": "restricted"}),
    Case(C.LEGAL_HOLD, {"legal_hold": True, "hold_review_on": "2026-12-31"}, until=LATER),
    Case(C.VOLUNTARY_SUSPENSION, {"status": "stopped"}),
    Case(C.ARREARS, {"arrears_fen": 3820}, amount_fen=3820),
    Case(C.ARREARS_SUSPENDED, {"status": "arrears_stopped", "arrears_fen": 3820}, amount_fen=3820),
    Case(C.UNBILLED_USAGE, {"unbilled_fen": 120}, amount_fen=120),
    Case(C.ROAMING_PENDING, {"roaming_pending": True}),
    Case(C.OPEN_FEE_DISPUTE, {"fee_dispute": True}),
    Case(C.OPEN_COMPLAINT, {"complaint": True}),
    Case(C.INVOICE_PENDING, {"invoice_pending": True}),
    Case(
        C.CONTRACT_TERM,
        {"contract_end_on": "2026-12-31", "exit_fee_fen": 6000},
        amount_fen=6000,
        until=LATER,
    ),
    Case(
        C.VANITY_MIN_SPEND,
        {"vanity_end_on": "2026-12-31", "vanity_fee_fen": 9900},
        amount_fen=9900,
        until=LATER,
    ),
    Case(C.DEVICE_INSTALMENT, {"instalment_fen": 50_000}, amount_fen=50_000),
    Case(C.EQUIPMENT_RETURN, {"equipment_fen": 8000}, amount_fen=8000),
    Case(C.PRIMARY_WITH_SUBLINES, {"sublines": 2}, count=2),
    Case(C.SUBLINE, {"subline": True}),
    Case(C.BUNDLE_BROADBAND, {"bundle": True}),
    Case(C.GROUP_VNET, {"group_network": "group"}),
    Case(C.FAMILY_NET, {"group_network": "family"}),
    Case(C.ORG_PAYER, {"payer": "organisation"}),
    Case(C.PORT_OUT_IN_PROGRESS, {"port_out": True}),
    Case(C.PORTED_IN, {"ported_in": True}),
    Case(C.OPEN_ORDER, {"open_order": True}),
    Case(C.TRANSFER_IN_PROGRESS, {"transfer": True}),
    Case(C.FILING_ACTIVE, {"filing": True}),
    Case(C.STAFF_2FA_BINDING, {"two_factor": True}),
    Case(C.POSITIVE_BALANCE, {"cash_fen": 12640}, amount_fen=12640),
    Case(C.GIFT_BALANCE, {"gift_fen": 500}, amount_fen=500),
    Case(C.POINTS, {"points": 30}, count=30),
    Case(C.COUPONS, {"coupons": 2}, count=2),
    Case(C.PAYEE_UNVERIFIED, request={"payee_is_closing": True}),
    Case(C.AGENT_PAYEE_PATTERN, request={"same_payee_holders": MANY_HOLDERS}),
    Case(C.CONTACT_SAME_NUMBER, request={"contact_is_closing": True}),
]
# What the law of the field says of each kind (the table in docs/checks.md follows the code).
STOPPING = {CheckKind.BLOCKS, CheckKind.CHOICE, CheckKind.ASSISTED}
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.code.value)


def test_every_check_has_a_row_here() -> None:
    listed = [case.code for case in CASES]
    assert len(listed) == len(set(listed))
    assert set(listed) | ALWAYS | {C.PUNISHED_SUBJECT} == set(CHECKS) == set(CheckCode)


def test_a_plain_line_only_needs_reminding() -> None:
    assert codes(judged({})) == set()
    require_clear(judged({}))


@EACH
def test_each_is_found_alone(case: Case) -> None:
    assert codes(case.findings()) == {case.code}


@EACH
def test_amount_date_and_count_come_with_it(case: Case) -> None:
    found = case.finding
    assert (found.amount_fen, found.until, found.count) == (
        case.amount_fen,
        case.until,
        case.count,
    )


@EACH
def test_where_it_stands_and_what_it_rests_on_is_the_table_s(case: Case) -> None:
    rule = CHECKS[case.code]
    assert (case.finding.kind, case.finding.group, case.finding.basis) == (
        rule.kind,
        rule.group,
        rule.basis,
    )


@EACH
def test_only_the_kinds_that_stop_do_block(case: Case) -> None:
    stops = CHECKS[case.code].kind in STOPPING and case.code is not C.AGENT_PAYEE_PATTERN
    if not stops:
        require_clear(case.findings())
        return
    with pytest.raises(Blocked) as blocked:
        require_clear(case.findings())
    assert blocked.value.params["codes"] == case.code.value


@EACH
def test_every_obstacle_has_a_way_out(case: Case) -> None:
    rule = CHECKS[case.code]
    assert rule.basis
    if rule.kind is CheckKind.CHOICE and rule.stage is Stage.OBSTACLES:
        assert any(settles(choice) for choice in case.finding.choices)


@EACH
def test_each_choice_opens_the_way_unless_it_is_kept_elsewhere(case: Case) -> None:
    for choice in case.finding.choices:
        found = next(f for f in case.findings({case.code: choice}) if f.code is case.code)
        assert found.chosen is choice
        assert found.blocks is (CARRIED_OUT[choice] is CarriedOut.ELSEWHERE)


@EACH
def test_a_choice_that_is_not_offered_does_not_count(case: Case) -> None:
    for choice in set(Choice) - set(case.finding.choices):
        found = next(f for f in case.findings({case.code: choice}) if f.code is case.code)
        assert found.chosen is None
        assert found.blocks is case.finding.blocks


def test_every_choice_says_how_it_is_carried_out_and_is_offered_somewhere() -> None:
    assert set(CARRIED_OUT) == set(Choice)
    assert {choice for rule in CHECKS.values() for choice in rule.choices} == set(Choice)


class TestMoney:
    """A balance never blocks; a debt is never a refusal."""

    @given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**9))
    def test_a_positive_balance_never_blocks(self, cash: int, deposit: int, gift: int) -> None:
        line = {"cash_fen": cash, "deposit_fen": deposit, "gift_fen": gift, "points": 1}
        assert not any(finding.blocks for finding in judged(line))

    def test_a_debt_the_balance_covers_can_be_set_off(self) -> None:
        choices = judged({"arrears_fen": 100, "cash_fen": 100})[0].choices
        assert choices == (Choice.PAY, Choice.SET_OFF)

    def test_a_larger_debt_is_kept_as_a_claim(self) -> None:
        choices = judged({"arrears_fen": 101, "cash_fen": 100})[0].choices
        assert choices == (Choice.PAY, Choice.CLOSE_WITH_DEBT)

    def test_a_deposit_settles_what_is_not_billed_yet(self) -> None:
        assert C.UNBILLED_USAGE in codes(judged({"unbilled_fen": 5000, "deposit_fen": 4999}))
        assert C.UNBILLED_USAGE not in codes(judged({"unbilled_fen": 5000, "deposit_fen": 5000}))


class TestContracts:
    """A commitment is over on its last day."""

    @pytest.mark.parametrize(("said_fen", "shown"), [(20_000, True), (5900, True), (5899, False)])
    def test_the_formula_is_shown_where_it_is_what_must_be_paid(
        self, said_fen: int, *, shown: bool
    ) -> None:
        line = facts(
            contract_end_on=date(2026, 12, 23),
            contract_monthly_fen=5900,
            exit_fee_fen=said_fen,
            vanity_end_on=LATER,
        )
        found = evaluate(facts=line, request=ASKED, choices={}, today=TODAY, exit_percent=100)
        formulas = {finding.code for finding in found if finding.formula is not None}
        assert formulas == ({C.CONTRACT_TERM} if shown else set())

    @pytest.mark.parametrize("field", ["contract_end_on", "vanity_end_on"])
    def test_a_contract_that_ends_today_is_over(self, field: str) -> None:
        assert codes(judged({field: TODAY})) == set()
        assert codes(judged({field: TODAY + timedelta(days=1)})) != set()


class TestLines:
    """Stopped, lost, banned and unregistered lines have ways of their own."""

    @pytest.mark.parametrize("status", ["stopped", "lost"])
    def test_a_stopped_line_need_not_be_started_first(self, status: str) -> None:
        require_clear(judged({"status": status}))

    @pytest.mark.parametrize("status", ["restricted", "banned"])
    def test_a_restricted_line_can_be_closed_by_a_person(self, status: str) -> None:
        chosen = {C.RESTRICTED_GRADED: Choice.CLOSE_ANYWAY}
        require_clear(judged({"status": status}, choices=chosen))

    @pytest.mark.parametrize("realname", sorted(set(RealName) - {RealName.REGISTERED}))
    def test_an_unregistered_line_is_registered_or_closed_by_the_operator(
        self, realname: RealName
    ) -> None:
        found = judged({"realname": realname})[0]
        assert found.choices == (Choice.REGISTER_FIRST, Choice.OPERATOR_CLOSES)

    def test_a_hold_never_keeps_the_service_from_stopping(self) -> None:
        require_clear(judged({"legal_hold": True}))

    def test_a_listing_is_never_shown_through_checks(self) -> None:
        assert all(C.PUNISHED_SUBJECT not in codes(case.findings()) for case in CASES)


class TestApplicants:
    """Who may speak for whom."""

    @pytest.mark.parametrize("kind", [ApplicantKind.HOLDER, ApplicantKind.PROXY])
    def test_nobody_but_a_handler_speaks_for_an_organisation(self, kind: ApplicantKind) -> None:
        assert C.NOT_HOLDER in codes(judged({}, {**FIRM, "applicant": kind}))

    def test_a_handler_does(self) -> None:
        assert codes(judged({}, {**FIRM, "applicant": ApplicantKind.ORG_HANDLER})) == set()

    def test_a_guardian_speaks_for_a_minor_with_papers(self) -> None:
        guardian = {"applicant": ApplicantKind.GUARDIAN}
        assert codes(judged({"minor": True}, {**guardian, "lacking": True})) == {C.MINOR}
        assert codes(judged({"minor": True}, guardian)) == set()

    @pytest.mark.parametrize("said", ["minor", "dissolved"])
    def test_the_operator_needs_nobody_who_speaks_for_the_holder(self, said: str) -> None:
        request = {"applicant": ApplicantKind.OPERATOR}
        assert codes(judged({said: True}, request)) == set()

    def test_a_liquidator_speaks_for_what_is_dissolved(self) -> None:
        liquidator = {**FIRM, "applicant": ApplicantKind.LIQUIDATOR}
        assert codes(judged({"dissolved": True}, liquidator)) == set()

    def test_a_payer_that_is_the_holder_is_no_obstacle(self) -> None:
        own = {**FIRM, "applicant": ApplicantKind.ORG_HANDLER}
        assert codes(judged({"payer": "organisation"}, own)) == set()

    @EACH
    def test_the_operator_settles_with_itself_but_not_for_others(self, case: Case) -> None:
        if "applicant" in case.request or not CHECKS[case.code].choices:
            return
        request = {**case.request, "applicant": ApplicantKind.OPERATOR}
        found = next(f for f in judged(case.line, request) if f.code is case.code)
        touches_others = CHECKS[case.code].group.value == "linked"
        assert found.blocks is (case.finding.blocks and touches_others)


class TestOperatorsChoices:
    """An operator may offer less than the table, never more."""

    def test_an_operator_narrows_the_choices(self) -> None:
        found = evaluate(
            facts=facts(arrears_fen=1, cash_fen=1),
            request=ASKED,
            choices={C.ARREARS: Choice.SET_OFF},
            today=TODAY,
            offered={C.ARREARS: (Choice.PAY,)},
        )
        assert (found[0].choices, found[0].chosen) == ((Choice.PAY,), None)


def test_checks_are_fresh_for_half_an_hour() -> None:
    require_fresh(gathered_at=NOW, now=NOW + FRESH_FOR)
    with pytest.raises(StaleChecks) as stale:
        require_fresh(gathered_at=NOW, now=NOW + FRESH_FOR + timedelta(seconds=1))
    assert stale.value.params == {"minutes": 30}


def test_what_is_not_said_of_an_ordinary_line_does_not_apply() -> None:
    assert LineFacts.model_validate(PLAIN.model_dump(exclude_defaults=True, mode="json")) == PLAIN
    assert PLAIN.status is LineStatus.ACTIVE
