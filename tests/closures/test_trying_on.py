"""An outage that ends heals by itself, people or no people; a plain "no" waits for somebody's word."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.closures.states import case_in, fails, officer, traces
from tests.stories import World, closing_of, staff
from xiaohu.closures import alarms, queries, retrying
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.closures.queries import CaseNotFound
from xiaohu.closures.retrying import NothingToTry
from xiaohu.closures.steps import STEPS
from xiaohu.closures.work import Progress, Work
from xiaohu.core.actors import ActorKind
from xiaohu.core.schedule import promised_by
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.gateways import providers
from xiaohu.queue import retry
from xiaohu.trail import events
from xiaohu.trail.models import Event
from xiaohu.vault.keys import KeystoreUnavailable

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
AWAY = [{"down": True}, {"error": True}]
SOON = retry.SLOW * 1.25 + timedelta(minutes=5)


def ended(case: Case) -> Callable[[], bool]:
    """Return the question whether a case has ended."""
    return lambda: not closing_of(case).is_open


def hours_pass(world: World, hours: int) -> None:
    """Let the worker try for hours, looking every five minutes."""
    for _ in range(hours * 12):
        world.work()
        world.clock.pass_(minutes=5)


def soon(world: World, case: Case) -> bool:
    """Say whether a case ends within the longest pause between slow tries."""
    for _ in range(SOON // timedelta(minutes=1)):
        world.work()
        if not closing_of(case).is_open:
            return True
        world.clock.pass_(minutes=1)
    return False


def try_again(world: World, case: Case, *, by: str = "chen") -> None:
    """Have an officer try again what people own."""
    retrying.try_again(
        case_id=case.pk, closing_id=closing_of(case).pk, officer=officer(by), now=world.now
    )


@pytest.mark.parametrize("fault", AWAY)
@pytest.mark.parametrize("hours", [1, 30])
def test_an_outage_before_the_start_heals_by_itself(
    world: World, fault: dict[str, bool], hours: int
) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    world.outside.fault("operator", **fault)
    hours_pass(world, hours)
    owned = closing_of(case)
    assert (owned.owner, case_state(case)) == (HumanQueue.OPERATIONS, CaseState.SCHEDULED)
    assert owned.next_action_at is not None
    assert alarms.forgotten(now=world.now) == (1 if hours > 24 else 0)
    world.outside.fault("operator")
    assert soon(world, case)
    assert closing_of(case).owner == ""


def case_state(case: Case) -> CaseState:
    """Return the state of a case, fresh."""
    return CaseState(Case.objects.get(pk=case.pk).state)


@pytest.mark.parametrize("fault", AWAY)
def test_a_bank_that_was_away_pays_once_when_it_is_back(
    world: World, fault: dict[str, bool]
) -> None:
    world.outside.fault("payout", **fault)
    case = world.close()
    hours_pass(world, 3)
    owned = closing_of(case)
    assert (owned.owner, owned.trouble) == (HumanQueue.OPERATIONS, "refund_unknown")
    assert owned.attempts > retry.TRIES
    world.outside.fault("payout")
    assert soon(world, case)
    assert len(world.outside.truth("payout")) == 1


def test_a_vault_that_was_away_is_tried_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = stuck(world, monkeypatch, KeystoreUnavailable())
    assert closing_of(case).next_action_at is not None
    monkeypatch.setitem(STEPS, Step.SEAL, SEAL)
    assert soon(world, case)


@pytest.mark.parametrize("error", [RuntimeError("ours"), CaseNotFound()])
def test_what_does_not_heal_is_left_to_a_person(
    world: World, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    case = stuck(world, monkeypatch, error)
    assert closing_of(case).next_action_at is None
    monkeypatch.setitem(STEPS, Step.SEAL, SEAL)
    hours_pass(world, 2)
    assert closing_of(case).is_open
    try_again(world, case)
    world.work()
    assert not closing_of(case).is_open


def stuck(world: World, monkeypatch: pytest.MonkeyPatch, error: Exception) -> Case:
    """Return a case whose sealing failed until people own it."""

    def failing(_turn: Work) -> Progress:
        raise error

    monkeypatch.setitem(STEPS, Step.SEAL, failing)
    case = world.close()
    hours_pass(world, 2)
    assert closing_of(case).owner == HumanQueue.OPERATIONS
    return case


SEAL = STEPS[Step.SEAL]


def test_one_that_can_neither_repeat_nor_look_up_is_never_sent_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = replace(providers.payout().capabilities, idempotent=False, lookup=False)
    monkeypatch.setattr(type(providers.payout()), "capabilities", blind)
    world.outside.fault("payout", error=True)
    case = world.close()
    world.outside.fault("payout")
    hours_pass(world, 3)
    for _ in range(2):
        closing = closing_of(case)
        assert (closing.trouble, closing.next_action_at) == ("refund_unresolved", None)
        try_again(world, case)
        world.work()
    assert world.outside.truth("payout") == []


def test_what_was_refused_goes_on_when_somebody_says_so(world: World) -> None:
    world.outside.fault("operator", refuse=["freeze"])
    case = world.close()
    world.outside.fault("operator")
    hours_pass(world, 3)
    assert closing_of(case).trouble == "freeze_refused"
    try_again(world, case)
    world.work_until(ended(case), hours=1)
    tried = Event.objects.get(case_id=case.pk, action=retrying.TRY_AGAIN)
    assert tried.actor_id == str(officer().pk)
    assert tried.evidence == {"trouble": "freeze_refused", "step": "freeze"}


@pytest.mark.parametrize(
    "state", [s for s in CaseState if s not in {CaseState.EXECUTING, CaseState.SETTLING}]
)
def test_there_is_nothing_to_try_where_people_own_nothing(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    officer()
    before = traces(case)
    with pytest.raises(NothingToTry):
        try_again(world, case)
    assert traces(case) == before


def test_trying_twice_asks_once(world: World) -> None:
    case = case_in(world, CaseState.EXECUTING)
    try_again(world, case)
    with pytest.raises(NothingToTry):
        try_again(world, case, by="wang")
    assert Event.objects.filter(action=retrying.TRY_AGAIN).count() == 1


def test_it_is_closed_to_whoever_neither_closes_nor_pays(world: World) -> None:
    case = case_in(world, CaseState.EXECUTING)
    looks_only = staff("looks", ActorKind.REVIEWER)
    with pytest.raises(retrying.NotYoursToTry):
        retrying.try_again(
            case_id=case.pk, closing_id=closing_of(case).pk, officer=looks_only, now=world.now
        )
    of_finance = staff("pays", ActorKind.FINANCE)
    retrying.try_again(
        case_id=case.pk, closing_id=closing_of(case).pk, officer=of_finance, now=world.now
    )
    assert Event.objects.get(action=retrying.TRY_AGAIN).actor_kind == ActorKind.FINANCE


def test_it_is_closed_to_an_officer_of_another_operator(world: World) -> None:
    case = case_in(world, CaseState.EXECUTING)
    stranger = staff("stranger")
    stranger.operator = "another"
    with pytest.raises(queries.CaseNotFound):
        retrying.try_again(
            case_id=case.pk, closing_id=closing_of(case).pk, officer=stranger, now=world.now
        )


@pytest.mark.parametrize("last", [(alarms, "set_closing_due"), (events, "record")])
def test_it_leaves_nothing_behind_when_its_last_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, last: tuple[object, str]
) -> None:
    case = case_in(world, CaseState.EXECUTING)
    officer()
    before = traces(case)
    monkeypatch.setattr(*last, fails)
    with pytest.raises(RuntimeError):
        try_again(world, case)
    assert traces(case) == before


@pytest.mark.parametrize(("late_by_hours", "more_days"), [(-1, 0), (0, 1), (23, 1), (24, 2)])
def test_a_date_that_has_passed_is_renewed_by_the_day(
    world: World, late_by_hours: int, more_days: int
) -> None:
    due = world.now
    told = promised_by(due, now=due + timedelta(hours=late_by_hours))
    assert told == due + timedelta(days=more_days)
