"""The day by which a refund must be back: counted as the terms say, fifteen days for a consumer at most."""

import tomllib
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from tests.closures.states import case_in
from tests.stories import World, closing_of
from xiaohu.closures import moves, refund_due
from xiaohu.closures.models import Case, Closing
from xiaohu.core import profile_reading, schedule
from xiaohu.core.calendar import WorkingCalendar
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.desk import refunds
from xiaohu.notices.models import QueuedNotice
from xiaohu.registry import policies

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
# Spring Festival: nobody works from the 5th to the 15th.
FESTIVAL = WorkingCalendar({date(2027, 2, day): False for day in range(5, 16)}, frozenset({2027}))
BILLED = datetime(2027, 2, 4, 4, tzinfo=UTC)
ASKED = datetime(2027, 2, 1, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("counted_from", "consumer", "due"),
    [
        ("final_bill", True, date(2027, 2, 19)),
        ("final_bill", False, date(2027, 2, 22)),
        ("request", True, date(2027, 2, 16)),
        ("request", False, date(2027, 2, 17)),
    ],
)
def test_it_is_counted_as_the_terms_say_and_capped(
    counted_from: str, consumer: bool, due: date
) -> None:
    toml = policies.shipped("generic-cn").replace('"final_bill"', f'"{counted_from}"')
    profile = profile_reading.parse_profile(tomllib.loads(toml))
    found = schedule.refund_due(
        profile, FESTIVAL, requested_at=ASKED, billed_at=BILLED, consumer=consumer
    )
    assert found == due


def waiting(world: World) -> None:
    """Let a refund wait at a bank that does not answer."""
    world.outside.fault("payout", down=True)
    world.close()


def test_a_refund_that_is_late_is_said_once_a_day_missed(world: World) -> None:
    waiting(world)
    case = Case.objects.get()
    due = closing_of(case).refund_due_on
    assert due == date(2026, 12, 3)
    assert refund_due.apologise(now=world.now) == 0
    world.clock.pass_(days=8)
    assert refund_due.apologise(now=world.now) == 1
    assert refund_due.apologise(now=world.now) == 0
    told = QueuedNotice.objects.filter(notice="overdue", case_id=case.pk)
    assert told.exists()


def test_the_desk_sees_it_coming_and_late(world: World) -> None:
    waiting(world)
    assert refunds.waiting(today=date(2026, 11, 29)) == []
    for today, late, soon in ((date(2026, 11, 30), 0, 1), (date(2026, 12, 4), 1, 0)):
        assert refunds.figures(today=today) == {"late": late, "soon": soon}


def test_waiting_for_the_person_is_no_delay_of_ours(world: World) -> None:
    case_in(world, CaseState.REFUND_ATTENTION)
    world.clock.pass_(days=10)
    assert refund_due.apologise(now=world.now) == 0


def test_a_refund_that_goes_meanwhile_is_not_called_late(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting(world)
    world.clock.pass_(days=8)
    really = moves.lock

    def lock(case_id: UUID) -> Case:
        Closing.objects.filter(case_id=case_id).update(step=Step.NOTIFY.value)
        return really(case_id)

    monkeypatch.setattr(moves, "lock", lock)
    assert refund_due.apologise(now=world.now) == 0
