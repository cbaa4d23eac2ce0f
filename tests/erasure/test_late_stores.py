"""A system that still holds what the law has let go of is somebody's task, and not forgotten."""

from datetime import timedelta

import pytest

from tests.closures.test_holding import hold, release
from tests.erasure.crm import VARIABLE, Crm
from tests.erasure.test_outside import people
from tests.stories import OPERATOR, World, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import erasing_later, late_stores
from xiaohu.closures.late_stores import NothingLate, NotYoursToSeeTo
from xiaohu.closures.models import Closing
from xiaohu.core.actors import ActorKind
from xiaohu.erasure import outside
from xiaohu.erasure.models import OutsideErasure, OutsideState
from xiaohu.erasure.outside import Late
from xiaohu.trail.models import Event

__all__ = ["people"]
pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


@pytest.fixture
def overdue(world: World, people: Crm, monkeypatch: pytest.MonkeyPatch) -> Crm:
    """A system that is down when what was kept in it is to go, for two days and more."""
    world.close()
    row = OutsideErasure.objects.get(state=OutsideState.KEPT.value)
    assert row.keep_until is not None
    monkeypatch.setenv(VARIABLE, people.address.replace("host=", "host=/nowhere"))
    world.clock.pass_(days=(row.keep_until - world.now.date()).days + 3)
    assert erasing_later.erase_due(now=world.now) == 1
    return people


def late(world: World) -> list[Late]:
    """Return which systems are late."""
    return late_stores.of(OPERATOR, now=world.now)


def person() -> StaffUser:
    """Return somebody who sees to systems."""
    return staff("shen", ActorKind.COMPLIANCE)


def test_it_is_named_with_why_and_since_when(world: World, overdue: Crm) -> None:
    (one,) = late(world)
    assert (one.store, one.count, one.why, one.taken_by) == ("crm", 1, "away", None)
    assert one.since < world.now.date()


def test_somebody_takes_it_and_that_is_written_down(world: World, overdue: Crm) -> None:
    officer = person()
    late_stores.take(store="crm", officer=officer, now=world.now)
    (one,) = late(world)
    assert one.taken_by == officer
    told = Event.objects.get(action="take_late_store")
    assert (told.actor_id, told.evidence) == (str(officer.pk), {"store": "crm"})


def test_once_it_answers_it_is_asked_at_once_and_is_nobodys_task(
    world: World, overdue: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, overdue.address)
    assert erasing_later.erase_due(now=world.now) == 0  # it was asked a moment ago
    late_stores.ask_again(store="crm", officer=person(), now=world.now)
    assert erasing_later.erase_due(now=world.now) == 1
    assert late(world) == []
    assert overdue.canaries()["contract"] == 1  # somebody else's


def test_only_some_may_and_only_what_is_late(world: World, overdue: Crm) -> None:
    for act in (late_stores.take, late_stores.ask_again):
        with pytest.raises(NotYoursToSeeTo):
            act(store="crm", officer=staff(act.__name__, ActorKind.FINANCE), now=world.now)
        with pytest.raises(NothingLate):
            act(store="another", officer=staff(f"{act.__name__}2"), now=world.now)


def test_what_is_a_day_late_is_not_overdue_yet(world: World, overdue: Crm) -> None:
    row = OutsideErasure.objects.get(state=OutsideState.KEPT.value)
    OutsideErasure.objects.update(keep_until=world.now.date() - timedelta(days=1))
    assert row.keep_until is not None
    assert late(world) == []


def test_what_an_authority_holds_stays_there_too_and_is_nobodys_task(
    world: World, overdue: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, overdue.address)
    row = OutsideErasure.objects.get(state=OutsideState.KEPT.value)
    placed = hold(world, Closing.objects.get(pk=row.closing_id))
    world.clock.pass_(hours=1)
    assert (erasing_later.erase_due(now=world.now), late(world)) == (0, [])
    assert outside.claim(row.pk, now=world.now, until=world.now) is None
    release(world, placed)
    assert erasing_later.erase_due(now=world.now) == 1
    assert late(world) == []
    row.refresh_from_db()
    assert row.state == OutsideState.DONE
