"""When a person must decide, and what they may say.

Arrears, contracts and restrictions are never a reason to refuse: such a case goes back to the
applicant with its way out.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.calendar import day_of
from xiaohu.core.checks import CheckCode, Finding
from xiaohu.core.choices import CARRIED_OUT, CarriedOut
from xiaohu.core.destinations import DESTINATIONS
from xiaohu.core.facts import LineFacts, LineStatus
from xiaohu.core.profile import Profile, RefundRoute, ReviewRule

APPEAL_DAYS = 15
LONGEST_NOTE = 100  # what an officer adds to a return in own words


class ReviewReason(StrEnum):
    """Why a person must look at a case."""

    ALWAYS = "always"
    REFUND_ABOVE_LIMIT = "refund_above_limit"
    OTHER_PAYEE = "other_payee"
    LINE_NOT_ACTIVE = "line_not_active"
    FOR_SOMEBODY_ELSE = "for_somebody_else"
    SAME_PAYEE = "same_payee"
    CHOSEN_FOR_A_PERSON = "chosen_for_a_person"
    APPEAL = "appeal"
    PROVED_BY_PAPER = "proved_by_paper"
    OPERATOR_INITIATED = "operator_initiated"
    OBJECTION = "objection"
    ASSISTED = "assisted"
    RETURNED = "returned"


class ReturnReason(StrEnum):
    """What the applicant is asked to put right."""

    UNCLEAR_ANSWERS = "unclear_answers"
    PHOTO_UNCLEAR = "photo_unclear"
    AUTHORISATION_INCOMPLETE = "authorisation_incomplete"
    PAYEE_UNCLEAR = "payee_unclear"
    CONTACT_UNREACHABLE = "contact_unreachable"
    PROVE_AGAIN = "prove_again"
    OTHER = "other"


# These say nothing alone: the officer adds what is to be put right.
SAID_IN_WORDS = frozenset({ReturnReason.UNCLEAR_ANSWERS, ReturnReason.OTHER})


class RefusalReason(StrEnum):
    """Why a request can be refused."""

    DOCUMENT_MISMATCH = "document_mismatch"
    DUPLICATE = "duplicate"
    NOT_OUR_NUMBER = "not_our_number"
    NOT_THE_HOLDER = "not_the_holder"


def appeal_until(*, refused_at: datetime) -> date:
    """Return the last day on which a refusal can be looked at again; its own day does not count.

    Source: our own promise, as long as an operator has for a complaint (电信用户申诉处理办法).
    """
    return day_of(refused_at) + timedelta(days=APPEAL_DAYS)


def reasons(
    profile: Profile,
    *,
    lines: Sequence[LineFacts],
    findings: Collection[Finding],
    applicant: ApplicantKind,
    route: RefundRoute | None,
    appeal: bool,
    returned: bool = False,
    assisted: bool = False,
    by_paper: bool = False,
) -> tuple[ReviewReason, ...]:
    """Return every reason for a person to decide; none means the clock may go on."""
    refundable_fen = sum(line.refundable_fen for line in lines)
    limit_fen = profile.refund.review_above_fen
    told = {
        ReviewReason.ALWAYS: profile.review.rule is ReviewRule.ALWAYS,
        ReviewReason.APPEAL: appeal,
        ReviewReason.RETURNED: returned,  # Whoever asked for something sees the answer.
        ReviewReason.ASSISTED: assisted,  # Whoever typed it never decides it alone.
        ReviewReason.PROVED_BY_PAPER: by_paper,
        ReviewReason.FOR_SOMEBODY_ELSE: applicant is not ApplicantKind.HOLDER,
        ReviewReason.REFUND_ABOVE_LIMIT: refundable_fen > limit_fen,
        ReviewReason.LINE_NOT_ACTIVE: any(f.status is not LineStatus.ACTIVE for f in lines),
        ReviewReason.OTHER_PAYEE: route is not None and DESTINATIONS[route].reviewed,
        ReviewReason.SAME_PAYEE: any(f.code is CheckCode.AGENT_PAYEE_PATTERN for f in findings),
        ReviewReason.CHOSEN_FOR_A_PERSON: any(
            f.chosen is not None and CARRIED_OUT[f.chosen] is CarriedOut.PERSON for f in findings
        ),
    }
    return tuple(reason for reason, applies in told.items() if applies)
