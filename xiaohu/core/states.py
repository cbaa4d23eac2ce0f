"""The states a case can be in, and which of them are final."""

from enum import StrEnum


class CaseState(StrEnum):
    """What a clerk would write on the folder."""

    DRAFT = "draft"
    AWAITING_CUSTOMER = "awaiting_customer"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    EXECUTING = "executing"
    SETTLING = "settling"
    REFUND_ATTENTION = "refund_attention"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


TERMINAL = frozenset({CaseState.DONE, CaseState.REFUSED, CaseState.WITHDRAWN, CaseState.EXPIRED})

WITHDRAWABLE = frozenset(
    {
        CaseState.DRAFT,
        CaseState.AWAITING_CUSTOMER,
        CaseState.IN_REVIEW,
        CaseState.SCHEDULED,
    }
)
