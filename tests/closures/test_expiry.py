"""What nobody goes on with ends by itself when the thirtieth day is over, and not a second before."""

from datetime import date, timedelta

import pytest

from tests.closures.states import allowing, case_in, fails, refusing, returned, traces
from tests.stories import NOON, World, closing_of
from xiaohu.closures import alarms, withdrawing
from xiaohu.closures.models import Outcome
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import end_of
from xiaohu.core.moves import MOVES, Action
from xiaohu.core.schedule import answer_until
from xiaohu.core.states import CaseState
from xiaohu.notices import outbox
from xiaohu.trail import events
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


@pytest.mark.parametrize("state", allowing(Action.EXPIRE))
def test_ends_when_the_thirtieth_day_is_over_from(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    world.clock.pass_(days=30, hours=12)
    world.work()
    case.refresh_from_db()
    assert (case.state, case.ended_at) == (CaseState.EXPIRED, end_of(date(2026, 12, 23)))
    closing = closing_of(case)
    assert (closing.is_open, closing.outcome) == (False, Outcome.NOT_CLOSED)
    assert Event.objects.get(case_id=case.pk, action="expire").actor_kind == ActorKind.CLOCK


@pytest.mark.parametrize("state", allowing(Action.EXPIRE))
def test_ends_not_a_second_before_from(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    world.clock.pass_(days=30, hours=12, seconds=-1)
    world.work()
    case.refresh_from_db()
    assert case.state == state


@pytest.mark.parametrize("state", refusing(Action.EXPIRE))
def test_changes_nothing_in(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = traces(case)
    withdrawing.expire(case_id=case.pk, now=world.now + timedelta(days=30))
    assert traces(case) == before


def test_is_harmless_twice(world: World) -> None:
    case = case_in(world, CaseState.EXPIRED)
    before = traces(case)
    withdrawing.expire(case_id=case.pk, now=world.now)
    world.work()
    assert traces(case) == before


@pytest.mark.parametrize("last", [(outbox, "queue"), (events, "record")])
def test_leaves_nothing_behind_when_its_last_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, last: tuple[object, str]
) -> None:
    case = case_in(world, CaseState.AWAITING_CUSTOMER)
    before = traces(case)
    monkeypatch.setattr(*last, fails)
    with pytest.raises(RuntimeError):
        withdrawing.expire(case_id=case.pk, now=world.now)
    assert traces(case) == before


@pytest.mark.parametrize("state", allowing(Action.EXPIRE))
def test_is_for_the_clock_alone(state: CaseState) -> None:
    assert MOVES[state, Action.EXPIRE].actors == {ActorKind.CLOCK}


@pytest.mark.parametrize("state", allowing(Action.EXPIRE))
def test_tells_only_who_had_submitted(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    world.clock.pass_(days=30, hours=12)
    world.work()
    told = [queued.notice for queued in outbox.of_case(case.pk)]
    assert ("expired" in told) == (state is CaseState.AWAITING_CUSTOMER)


def test_lasts_as_long_as_the_day_that_was_named(world: World) -> None:
    case = returned(world)
    told = dict(outbox.of_case(case.pk)[-1].params)["date"]
    closing = closing_of(case)
    assert (told, closing.next_action_at) == ("2026-12-23", end_of(date.fromisoformat(told)))
    assert closing.owner_due_at == closing.next_action_at


def test_leaves_the_line_as_it_was(world: World) -> None:
    case_in(world, CaseState.EXPIRED)
    assert world.line().status == "active"
    assert world.outside.truth("operator") == []
    world.draft()


def test_starts_counting_again_when_a_request_is_returned(world: World) -> None:
    draft = world.draft()
    assert closing_of(draft).next_action_at == answer_until(asked_at=NOON)
    withdrawing.expire(case_id=draft.pk, now=world.now)
    world.clock.pass_(days=20)
    case = case_in(world, CaseState.AWAITING_CUSTOMER)
    assert closing_of(case).next_action_at == answer_until(asked_at=world.now)


def test_never_ends_a_request_that_waits_for_us(world: World) -> None:
    case = case_in(world, CaseState.IN_REVIEW)
    world.clock.pass_(days=60)
    world.work()
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW
    assert alarms.forgotten(now=world.now) == 1
