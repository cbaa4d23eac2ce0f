"""Whoever was asked to put something right is reminded after one, three and seven days, and then no more."""

from datetime import timedelta

import pytest

from tests.closures.states import case_in, officer, returned
from tests.stories import World
from xiaohu.closures import checking, recalling, reviewing
from xiaohu.core.notices import REMINDED_AFTER_DAYS
from xiaohu.core.review import ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.notices.models import QueuedNotice

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def reminded() -> int:
    """Return how many reminders were queued."""
    return QueuedNotice.objects.filter(notice="reminded").count()


def test_reminds_on_the_days_of_the_table_and_on_no_other(world: World) -> None:
    case = returned(world)
    began, days = world.now, set[int]()
    for _ in range(12 * 24):
        world.clock.pass_(hours=1)
        if recalling.recall(now=world.now):
            days.add((world.now - began).days)
    assert days == set(REMINDED_AFTER_DAYS)
    assert reminded() == len(REMINDED_AFTER_DAYS)
    world.send_notices()
    assert case.reference in world.outside.inbox("subscriber@example.com")[0]
    assert "2026-12-23" in world.outside.inbox("subscriber@example.com")[0]


def test_looking_often_reminds_once(world: World) -> None:
    returned(world)
    world.clock.pass_(days=1, minutes=1)
    assert [recalling.recall(now=world.now) for _ in range(3)] == [1, 0, 0]


def test_after_an_outage_one_reminder_is_enough(world: World) -> None:
    returned(world)
    world.clock.pass_(days=5)
    recalling.recall(now=world.now)
    assert reminded() == 1


def test_a_second_return_is_reminded_of_again(world: World) -> None:
    case = returned(world)
    world.clock.pass_(days=1, minutes=1)
    recalling.recall(now=world.now)
    checking.run(case_id=case.pk, now=world.now)
    world.submit(case)
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reasons = [ReturnReason.UNCLEAR_ANSWERS]
    reviewing.return_case(case_id=case.pk, officer=officer(), reasons=reasons, now=world.now)
    assert recalling.recall(now=world.now) == 0
    world.clock.pass_(days=1, minutes=1)
    assert recalling.recall(now=world.now) == 1
    assert reminded() == 2


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.AWAITING_CUSTOMER}))
def test_nobody_else_is_reminded(world: World, state: CaseState) -> None:
    case_in(world, state)
    for days in REMINDED_AFTER_DAYS:
        assert recalling.recall(now=world.now + timedelta(days=days, minutes=1)) == 0
