"""Pictures of identity documents go a day after the decision is final, and never later than said."""

from datetime import datetime, timedelta

import pytest

from xiaohu.core.calendar import CHINA
from xiaohu.core.pictures import kept_until
from xiaohu.core.states import CaseState

NOON = datetime(2026, 11, 2, 12, tzinfo=CHINA)
DAY = timedelta(days=1)


def until(
    state: CaseState, *, accepted: bool = True, execute_in: int = 3, ended: bool = False
) -> datetime | None:
    """Return until when pictures of a case accepted at noon are kept."""
    return kept_until(
        state,
        accepted_at=NOON if accepted else None,
        execute_at=NOON + execute_in * DAY if accepted else None,
        ended_at=NOON if ended else None,
    )


@pytest.mark.parametrize(
    "state", [CaseState.DRAFT, CaseState.AWAITING_CUSTOMER, CaseState.IN_REVIEW]
)
def test_stay_while_somebody_decides(state: CaseState) -> None:
    assert until(state) is None
    assert until(state, accepted=False) is None


@pytest.mark.parametrize(
    "state",
    [CaseState.EXECUTING, CaseState.SETTLING, CaseState.REFUND_ATTENTION, CaseState.DONE],
)
def test_go_a_day_after_the_line_began_to_close(state: CaseState) -> None:
    assert until(state) == NOON + 4 * DAY
    assert until(state, execute_in=0) == NOON + DAY


def test_go_fifteen_days_after_a_decision_carried_out_much_later() -> None:
    assert until(CaseState.SCHEDULED, execute_in=300) == NOON + 15 * DAY
    assert until(CaseState.EXECUTING, execute_in=300) == NOON + 15 * DAY


def test_go_when_nobody_can_appeal_a_refusal_any_more() -> None:
    assert until(CaseState.REFUSED, ended=True) == datetime(2026, 11, 18, tzinfo=CHINA)


@pytest.mark.parametrize("state", [CaseState.WITHDRAWN, CaseState.EXPIRED])
def test_go_a_day_after_a_request_that_nobody_decides(state: CaseState) -> None:
    assert until(state, accepted=False, ended=True) == NOON + DAY
