"""Taking a request back: possible until the line is being closed, and never half."""

import pytest

from tests.closures.states import allowing, case_in, fails, refusing, traces
from tests.stories import LARGE, OPERATOR, World, closing_of, holder_of
from xiaohu.closures import alarms, driver, queries, withdrawing
from xiaohu.closures.models import Case, Outcome
from xiaohu.closures.withdrawing import TooLateToWithdraw
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.states import CaseState
from xiaohu.notices import outbox
from xiaohu.trail import events

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ENDED_BEFORE = [state for state in refusing(Action.WITHDRAW) if state is not CaseState.WITHDRAWN]


def withdraw(world: World, case: Case) -> Case:
    """Take a case back as its holder."""
    return withdrawing.withdraw(case_id=case.pk, actor=holder_of(case), now=world.now)


@pytest.mark.parametrize("state", allowing(Action.WITHDRAW))
def test_works_from(world: World, state: CaseState) -> None:
    case = withdraw(world, case_in(world, state))
    assert (case.state, case.ended_at) == (CaseState.WITHDRAWN, world.now)
    closing = closing_of(case)
    assert (closing.is_open, closing.outcome) == (False, Outcome.NOT_CLOSED)


@pytest.mark.parametrize("state", ENDED_BEFORE)
def test_refuses_from(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = traces(case)
    with pytest.raises(TooLateToWithdraw) as refusal:
        withdraw(world, case)
    assert refusal.value.params["reference"] == case.reference
    assert traces(case) == before


def test_is_harmless_twice(world: World) -> None:
    case = withdraw(world, world.submitted())
    before = traces(case)
    world.clock.pass_(minutes=1)
    assert withdraw(world, case).state == CaseState.WITHDRAWN
    assert traces(case) == before


@pytest.mark.parametrize("last", [(outbox, "queue"), (events, "record")])
def test_leaves_nothing_behind_when_its_last_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, last: tuple[object, str]
) -> None:
    case = world.submitted()
    before = traces(case)
    monkeypatch.setattr(*last, fails)
    with pytest.raises(RuntimeError):
        withdraw(world, case)
    assert traces(case) == before


def test_is_closed_to_a_stranger(world: World) -> None:
    case = world.submitted()
    with pytest.raises(queries.CaseNotFound):
        queries.of_subscriber(case.pk, world.subscriber(LARGE))


@pytest.mark.parametrize("kind", sorted(set(ActorKind) - {ActorKind.SUBSCRIBER, ActorKind.OFFICER}))
def test_is_for_the_holder_alone(world: World, kind: ActorKind) -> None:
    case = world.submitted()
    with pytest.raises(MoveNotAllowed):
        withdrawing.withdraw(case_id=case.pk, actor=Actor(kind, "somebody"), now=world.now)


def test_is_possible_until_the_last_second(world: World) -> None:
    case = world.submitted()
    world.clock.pass_(days=3, seconds=-1)
    world.work()
    assert withdraw(world, case).state == CaseState.WITHDRAWN
    world.clock.pass_(days=1)
    world.work()
    assert world.outside.truth("operator") == []


def test_comes_one_second_too_late_once_it_is_carried_out(world: World) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    world.outside.fault("operator", refuse=["freeze"])
    driver.advance(closing_id=closing_of(case).pk, clock=world.clock)
    world.clock.pass_(seconds=1)
    with pytest.raises(TooLateToWithdraw):
        withdraw(world, case)


def test_leaves_the_line_free_for_another_request(world: World) -> None:
    withdraw(world, world.submitted())
    assert world.line().status == "active"
    assert world.draft().operator == OPERATOR


def test_leaves_nothing_due(world: World) -> None:
    withdraw(world, world.submitted())
    world.clock.pass_(days=60)
    assert alarms.due(now=world.now) == []


@pytest.mark.parametrize("state", allowing(Action.WITHDRAW))
def test_tells_only_who_was_told_of_the_request(world: World, state: CaseState) -> None:
    case = withdraw(world, case_in(world, state))
    told = [queued.notice for queued in outbox.of_case(case.pk)]
    assert ("withdrawn" in told) == (state is not CaseState.DRAFT)
