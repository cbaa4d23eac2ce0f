"""Call-backs: sealed, limited, taken by one, ended by what came of it."""

import pytest

from tests.assistance.asking import NUMBER, call
from tests.stories import OPERATOR, World, staff
from xiaohu.access.accounts import TooManyTries
from xiaohu.assistance import asking, calling
from xiaohu.assistance.asking import AskedOver, AskedTaken, NotTaken
from xiaohu.assistance.models import CallBack
from xiaohu.core.assistance import CallOutcome
from xiaohu.core.retention import Category
from xiaohu.trail.models import Event
from xiaohu.vault.models import SealedRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_asking_gives_a_reference_and_a_time_and_seals_who_asked(world: World) -> None:
    made = call(world)
    assert made.reference.startswith("HD-2611-")
    assert (made.due_at - world.now).total_seconds() == 2 * 3600
    assert asking.opened(made, Category.CALL_BACK)["number"] == NUMBER
    assert NUMBER.encode() not in bytes(SealedRecord.objects.get(unit=made.pk).box)
    assert NUMBER not in str(CallBack.objects.values().get())
    assert NUMBER not in str(list(Event.objects.values_list("evidence", "actor_id")))


def test_asking_the_same_twice_changes_nothing(world: World) -> None:
    assert call(world).pk == call(world).pk
    world.clock.pass_(minutes=11)
    call(world)
    assert CallBack.objects.count() == 2


def test_one_number_asks_three_times_a_day(world: World) -> None:
    for _ in range(3):
        call(world)
        world.clock.pass_(minutes=11)
    with pytest.raises(TooManyTries):
        call(world)
    world.clock.pass_(days=1)
    call(world)


def test_one_place_asks_only_so_often(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "FROM_ONE_PLACE_A_DAY", 4)
    for n in range(4):
        call(world, f"+861300000{n:04d}")
    with pytest.raises(TooManyTries):
        call(world, "+8613000000999")


def test_taken_by_one_and_by_another_after_half_an_hour(world: World) -> None:
    made, chen, lin = call(world), staff("chen"), staff("lin")
    for _ in range(2):
        calling.take(call_id=made.pk, officer=chen, now=world.now)
    with pytest.raises(AskedTaken):
        calling.take(call_id=made.pk, officer=lin, now=world.now)
    with pytest.raises(NotTaken):
        calling.record(call_id=made.pk, officer=lin, outcome=CallOutcome.REACHED, now=world.now)
    world.clock.pass_(minutes=31)
    assert calling.take(call_id=made.pk, officer=lin, now=world.now).officer == lin


def test_reached_ends_it(world: World) -> None:
    made, chen = call(world), staff("chen")
    calling.take(call_id=made.pk, officer=chen, now=world.now)
    reached = {"call_id": made.pk, "officer": chen, "outcome": CallOutcome.REACHED}
    calling.record(**reached, now=world.now)  # type: ignore[arg-type]
    with pytest.raises(AskedOver):
        calling.record(**reached, now=world.now)  # type: ignore[arg-type]
    with pytest.raises(AskedOver):
        calling.take(call_id=made.pk, officer=chen, now=world.now)
    assert calling.waiting(OPERATOR) == []
    assert [one.outcome for one in calling.ended(OPERATOR)] == ["reached"]


def test_three_times_not_reached_ends_it(world: World) -> None:
    made, chen = call(world), staff("chen")
    for tries in range(1, 4):
        calling.take(call_id=made.pk, officer=chen, now=world.now)
        row = calling.record(
            call_id=made.pk, officer=chen, outcome=CallOutcome.NOT_REACHED, now=world.now
        )
        assert row.tries == tries
        assert (row.ended_at is None) == (tries < 3)
        if tries < 3:
            assert row.officer is None
            assert row.due_at > world.now
    assert row.outcome == "not_reached"


def test_the_usual_wait_is_told_once_enough_were_called(world: World) -> None:
    chen = staff("chen")
    assert calling.usual_wait(OPERATOR, now=world.now) is None
    for n in range(5):
        made = call(world, f"+861300000{n:04d}")
        world.clock.pass_(minutes=20)
        calling.take(call_id=made.pk, officer=chen, now=world.now)
        calling.record(call_id=made.pk, officer=chen, outcome=CallOutcome.REACHED, now=world.now)
    assert calling.usual_wait(OPERATOR, now=world.now) == 20
