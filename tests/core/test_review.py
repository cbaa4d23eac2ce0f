"""When a person must look at a request: each reason alone, and none where there is none."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.core.lines import facts
from tests.core.test_profile import changed
from xiaohu.core import checks
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.facts import RequestFacts
from xiaohu.core.profile import RefundRoute
from xiaohu.core.profile_reading import parse_profile
from xiaohu.core.review import ReviewReason, appeal_until, reasons

R = ReviewReason
SELDOM = parse_profile(changed("review.rule", "when_needed"))
LIMIT_FEN = SELDOM.refund.review_above_fen


def why(profile: Any = SELDOM, **said: Any) -> tuple[ReviewReason, ...]:
    """Return the reasons for a plain request, but for what is said."""
    plain: dict[str, Any] = {
        "lines": [facts()],
        "findings": (),
        "applicant": ApplicantKind.HOLDER,
        "route": RefundRoute.ORIGINAL,
        "appeal": False,
    }
    return reasons(profile, **{**plain, **said})


def judged(
    line: Any, request: RequestFacts, choices: dict[CheckCode, Choice] | None = None
) -> tuple[Any, ...]:
    """Return what is found of a line, with some of it chosen."""
    return checks.evaluate(
        facts=line,
        request=request,
        choices=choices or {},
        today=date(2026, 11, 23),
    )


def test_a_plain_request_needs_nobody() -> None:
    assert why() == ()
    assert why(route=None) == ()
    assert why(lines=[facts(cash_fen=LIMIT_FEN)]) == ()
    assert why(findings=judged(facts(), RequestFacts())) == ()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"appeal": True}, R.APPEAL),
        ({"returned": True}, R.RETURNED),
        ({"assisted": True}, R.ASSISTED),
        ({"by_paper": True}, R.PROVED_BY_PAPER),
        ({"applicant": ApplicantKind.PROXY}, R.FOR_SOMEBODY_ELSE),
        ({"route": RefundRoute.BANK_ACCOUNT}, R.OTHER_PAYEE),
        ({"lines": [facts(), facts(status="stopped")]}, R.LINE_NOT_ACTIVE),
        ({"lines": [facts(cash_fen=LIMIT_FEN), facts(cash_fen=1)]}, R.REFUND_ABOVE_LIMIT),
    ],
)
def test_each_reason_alone_is_enough(said: dict[str, Any], expected: ReviewReason) -> None:
    assert why(**said) == (expected,)


def test_many_refunds_to_one_account_are_looked_at() -> None:
    found = judged(facts(cash_fen=1), RequestFacts(same_payee_holders=1000))
    assert why(findings=found) == (R.SAME_PAYEE,)


def test_a_disputed_fee_is_decided_by_a_person_and_a_paid_one_is_not() -> None:
    line = facts(contract_end_on="2027-06-30", exit_fee_fen=6000)
    disputed = judged(line, RequestFacts(), {CheckCode.CONTRACT_TERM: Choice.DISPUTE_FEE})
    paid = judged(line, RequestFacts(), {CheckCode.CONTRACT_TERM: Choice.PAY_EXIT_FEE})
    assert why(findings=disputed) == (R.CHOSEN_FOR_A_PERSON,)
    assert why(findings=paid) == ()


def test_where_the_rules_say_so_everything_is_looked_at() -> None:
    assert why(parse_profile(changed("review.rule", "always"))) == (R.ALWAYS,)


def test_a_refusal_is_looked_at_again_for_fifteen_days_its_own_not_counted() -> None:
    # Late in the evening in London it is the next day in China.
    assert appeal_until(refused_at=datetime(2026, 11, 23, 17, tzinfo=UTC)) == date(2026, 12, 9)
