"""The states a case can be in, and which of them are final."""

from collections.abc import Collection
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

# From least to most advanced, once the lines of a case are carried out one by one.
_ADVANCE = (
    CaseState.EXECUTING,
    CaseState.REFUND_ATTENTION,
    CaseState.SETTLING,
    CaseState.DONE,
)


def least_advanced(states: Collection[CaseState]) -> CaseState:
    """Return the state a case shows whose closings stand at these states."""
    return min(states, key=_ADVANCE.index)


WITHDRAWABLE = frozenset(
    {
        CaseState.DRAFT,
        CaseState.AWAITING_CUSTOMER,
        CaseState.IN_REVIEW,
        CaseState.SCHEDULED,
    }
)
