"""When a person must decide, and what they may say.

Arrears, contracts and restrictions are never a reason to refuse: such a case goes back to the
applicant with its way out.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from xiaohu.core.calendar import day_of
from xiaohu.core.checks import LineFacts, LineStatus
from xiaohu.core.profile import Profile, RefundRoute, ReviewRule

APPEAL_DAYS = 15


class ReviewReason(StrEnum):
    """Why a person must look at a case."""

    ALWAYS = "always"
    REFUND_ABOVE_LIMIT = "refund_above_limit"
    OTHER_PAYEE = "other_payee"
    LINE_NOT_ACTIVE = "line_not_active"
    APPEAL = "appeal"


class ReturnReason(StrEnum):
    """What the applicant is asked to put right."""

    UNCLEAR_ANSWERS = "unclear_answers"
    PAYEE_UNCLEAR = "payee_unclear"
    CONTACT_UNREACHABLE = "contact_unreachable"
    PROVE_AGAIN = "prove_again"


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
    profile: Profile, *, facts: LineFacts | None, route: RefundRoute | None, appeal: bool
) -> tuple[ReviewReason, ...]:
    """Return every reason for a person to decide; none means the clock may go on."""
    found = []
    if profile.review.rule is ReviewRule.ALWAYS:
        found.append(ReviewReason.ALWAYS)
    if appeal:
        found.append(ReviewReason.APPEAL)
    if facts is not None and facts.refundable_fen > profile.refund.review_above_fen:
        found.append(ReviewReason.REFUND_ABOVE_LIMIT)
    if facts is not None and facts.status is not LineStatus.ACTIVE:
        found.append(ReviewReason.LINE_NOT_ACTIVE)
    if route is not None and route is not RefundRoute.ORIGINAL:
        found.append(ReviewReason.OTHER_PAYEE)
    return tuple(found)
