"""When pictures of identity documents go: they serve the decision, and nothing after it.

Source: GB/T 35273-2020 8.5 e; 个人信息保护法 art. 47. What remains is which proof was given, by which
way, when, and a hash of each picture.
"""

from datetime import datetime, timedelta

from xiaohu.core.calendar import end_of
from xiaohu.core.review import appeal_until
from xiaohu.core.states import CaseState

AFTER_FINAL = timedelta(hours=24)
AFTER_DECISION = timedelta(days=15)  # at the latest, even where the line is closed much later

_BEGUN = frozenset(
    {
        CaseState.EXECUTING,
        CaseState.SETTLING,
        CaseState.REFUND_ATTENTION,
        CaseState.DONE,
    }
)


def kept_until(
    state: CaseState,
    *,
    accepted_at: datetime | None,
    execute_at: datetime | None,
    ended_at: datetime | None,
) -> datetime | None:
    """Return until when pictures are kept; None while nothing is decided.

    A decision is final once the line is being closed. A refusal is once nobody can appeal, on its
    fifteenth day. Where nothing is left to decide it is at once.
    """
    if state is CaseState.REFUSED and ended_at is not None:
        return end_of(appeal_until(refused_at=ended_at))
    if state in {CaseState.WITHDRAWN, CaseState.EXPIRED} and ended_at is not None:
        return ended_at + AFTER_FINAL
    if state is CaseState.SCHEDULED and accepted_at is not None:
        return accepted_at + AFTER_DECISION
    if state in _BEGUN and accepted_at is not None and execute_at is not None:
        return min(execute_at + AFTER_FINAL, accepted_at + AFTER_DECISION)
    return None
