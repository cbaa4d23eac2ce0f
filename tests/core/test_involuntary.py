"""The operator's own closings: a ground that holds, notices in time, a way to stop each."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.core.lines import facts
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import ClosingType
from xiaohu.core.involuntary import (
    INVOLUNTARY,
    NOTICE_DAYS,
    GroundMissing,
    Stop,
    holds,
    next_notice,
    notice_at,
    notice_days,
    require_ground,
)
from xiaohu.core.profile import ArrearsClosing

TODAY = date(2026, 11, 23)
OWES = {
    "status": "arrears_stopped",
    "arrears_fen": 3820,
    "arrears_since_on": "2026-08-01",
    "suspended_on": "2026-09-01",
}


def ground(kind: ClosingType, **line: Any) -> bool:
    """Say whether a ground holds today."""
    return holds(kind, facts(**line), today=TODAY, arrears=ArrearsClosing())


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"arrears_fen": 0}, False),
        ({"status": "active"}, False),
        ({"arrears_since_on": ""}, False),
        ({"suspended_on": ""}, False),
        ({"suspended_on": "2026-09-24"}, False),
        ({"suspended_on": "2026-09-23"}, True),
        ({"arrears_since_on": "2026-10-24"}, False),
    ],
)
def test_arrears_are_a_ground_after_thirty_days_unpaid_and_sixty_stopped(
    changes: dict[str, Any], *, expected: bool
) -> None:
    assert ground(ClosingType.ARREARS, **{**OWES, **changes}) is expected


@pytest.mark.parametrize(
    ("kind", "line", "expected"),
    [
        (ClosingType.UNREGISTERED, {"realname": "missing"}, True),
        (ClosingType.UNREGISTERED, {}, False),
        (ClosingType.CONFIRMED_VIOLATION, {"status": "banned"}, True),
        (ClosingType.CONFIRMED_VIOLATION, {}, False),
        (ClosingType.REGULATOR_ORDER, {}, True),
    ],
)
def test_each_ground_by_what_the_operator_says(
    kind: ClosingType, line: dict[str, Any], *, expected: bool
) -> None:
    assert ground(kind, **line) is expected


def test_without_a_ground_it_is_refused_by_name() -> None:
    with pytest.raises(GroundMissing) as refused:
        require_ground(ClosingType.ARREARS, facts(), today=TODAY, arrears=ArrearsClosing())
    assert refused.value.params["kind"] == ClosingType.ARREARS


@pytest.mark.parametrize("kind", INVOLUNTARY)
def test_each_can_be_stopped_and_objected_to(kind: ClosingType) -> None:
    rule = INVOLUNTARY[kind]
    assert Stop.OBJECT in rule.stops
    assert len(rule.stops) > 1
    assert rule.basis


def test_what_weighs_most_is_started_by_compliance() -> None:
    grave = {ClosingType.REGULATOR_ORDER, ClosingType.CONFIRMED_VIOLATION}
    by = {kind for kind, rule in INVOLUNTARY.items() if rule.started_by is ActorKind.COMPLIANCE}
    assert by == grave


def test_notices_come_thirty_seven_and_one_day_before() -> None:
    given: list[int] = []
    while (days := next_notice(NOTICE_DAYS, given=given)) is not None:
        given.append(days)
    assert given == [30, 7, 1]
    closes = datetime(2026, 12, 23, 4, tzinfo=UTC)
    assert notice_at(closes, 7) == closes - timedelta(days=7)


@pytest.mark.parametrize("kind", INVOLUNTARY)
def test_only_of_arrears_the_operator_says_itself_when_notices_come(kind: ClosingType) -> None:
    own = ArrearsClosing(notice_days=(20, 5))
    expected = (20, 5) if kind is ClosingType.ARREARS else NOTICE_DAYS
    assert notice_days(kind, own) == expected
