"""What people are told because time passes: once before a closing, once for each missed promise."""

from datetime import date, timedelta

import pytest

from tests.closures.states import case_in, claimed, in_review, officer, returned
from tests.closures.test_telling import facts, told
from tests.stories import NOON, World, closing_of
from xiaohu.closures import minding, reviewing, submitting
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.notices import Notice
from xiaohu.core.states import CaseState
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
DAY = timedelta(days=1)


def test_a_day_before_the_closing_the_holder_is_reminded_once(world: World) -> None:
    case = world.submitted()
    assert case.execute_at is not None
    world.clock.at = case.execute_at - DAY - timedelta(minutes=1)
    assert minding.remind(now=world.now) == 0
    world.clock.pass_(minutes=2)
    assert [minding.remind(now=world.now) for _ in range(3)] == [1, 0, 0]
    [row] = told(case, Notice.SOON)
    assert row.params["date"] == submitting.shown_time(case.execute_at)


def test_a_short_cooling_off_needs_no_reminder(world: World) -> None:
    case = world.submitted()
    assert case.submitted_at is not None
    Case.objects.filter(pk=case.pk).update(execute_at=case.submitted_at + DAY)
    closing = closing_of(case)
    type(closing).objects.update(next_action_at=case.submitted_at + DAY)
    assert minding.remind(now=world.now) == 0


def test_a_withdrawn_closing_is_not_announced(world: World) -> None:
    case_in(world, CaseState.WITHDRAWN)
    world.clock.pass_(days=2, hours=1)
    assert minding.remind(now=world.now) == 0


def test_a_late_decision_brings_one_apology_for_each_missed_promise(world: World) -> None:
    case = in_review(world)
    assert case.decision_due_on == date(2026, 11, 26)
    world.clock.at = NOON + timedelta(days=3, hours=11, minutes=59)
    assert minding.apologise(now=world.now) == 0
    world.clock.pass_(minutes=2)
    assert [minding.apologise(now=world.now) for _ in range(3)] == [1, 0, 0]
    world.clock.pass_(days=5)
    assert [minding.apologise(now=world.now) for _ in range(3)] == [1, 0, 0]
    rows = told(case, Notice.OVERDUE)
    assert [(row.once, row.params["date"]) for row in rows] == [
        ("2026-11-26", "2026-12-01"),
        ("2026-12-01", "2026-12-04"),
    ]
    assert Event.objects.filter(case_id=case.pk, action="overdue").count() == 2


def test_a_decision_made_in_time_needs_no_apology(world: World) -> None:
    case = claimed(world)
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    world.clock.pass_(days=30)
    assert minding.apologise(now=world.now) == 0


def test_a_remedy_of_ours_that_is_late_brings_an_apology(world: World) -> None:
    case = case_in(world, CaseState.EXECUTING)
    assert closing_of(case).owner == HumanQueue.OPERATIONS
    assert minding.apologise(now=world.now) == 0
    world.clock.pass_(days=2)
    assert minding.apologise(now=world.now) == 1


def test_what_the_holder_delays_is_no_delay_of_ours(world: World) -> None:
    returned(world)
    world.clock.pass_(days=29)
    assert minding.apologise(now=world.now) == 0


def test_what_the_law_delays_is_no_delay_of_ours(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts(monkeypatch, legal_hold=True)
    case = world.close()
    assert closing_of(case).owner == HumanQueue.OPERATIONS
    world.clock.pass_(days=60)
    assert minding.apologise(now=world.now) == 0
