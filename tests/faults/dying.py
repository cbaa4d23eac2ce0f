"""Closings whose workers are killed again and again, and what their world does meanwhile."""

import signal
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from tests.faults.outside import Outside
from tests.processes import forked
from tests.stories import World, closing_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import alarms, drafting, driver, repaying
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope, Step
from xiaohu.erasure import outside
from xiaohu.queue import clock, faults
from xiaohu.queue.faults import Fault

ROUNDS = 25
WITHIN = ("before_call", "after_call", "after_record", "before_commit", "after_commit")

Mood = dict[str, Any]
GOOD: Mood = {}
LOST: Mood = {"lost_answer": True}
AWAY: Mood = {"error": True, "times": 3}
ASYNCHRONOUS: Mood = {"asynchronous": True}
REFUSING: Mood = {
    "refuse": ["original"]
}  # the bank's way back; the operator orders nothing of that name
# What a seed varies: how the world treats each round; the last mood stays. Good days come last.
MOODS: tuple[tuple[Mood, ...], ...] = (
    (GOOD,),
    (LOST, GOOD, LOST, LOST, GOOD),
    (ASYNCHRONOUS, ASYNCHRONOUS, GOOD),
    (AWAY, GOOD, AWAY, LOST, GOOD),
    (LOST, ASYNCHRONOUS, AWAY, GOOD),
    (REFUSING, REFUSING, GOOD, LOST, GOOD),
)


_ERASED = list(Step).index(Step.ERASE)
_LIFE = ["begin", *list(Step)[:_ERASED], outside.EFFECT, *list(Step)[_ERASED:]]


def when(point: str) -> tuple[int, int]:
    """Return where in the life of a closing a point comes."""
    name, _, at = point.partition(".")
    return _LIFE.index(name), WITHIN.index(at)


@dataclass
class Doomed:
    """A case whose workers die at its points, one after another."""

    case: Case
    points: list[str]
    kills: int = 0
    left: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.left = sorted(self.points, key=when)


def doom(world: World, outside: Outside, number: str, points: list[str]) -> Doomed:
    """Submit a case whose life comes by the given points."""
    line = world.line(number)
    names = {point.partition(".")[0] for point in points}
    scope = Scope.BOTH if Step.CLOSE_ACCOUNT in names else Scope.LINE
    if Step.PREPARE in names:
        outside.change(line.subscription_id, open_order=True)
    case = world.ready(number, scope=scope)
    if Step.PREPARE in names:
        drafting.choose(case_id=case.pk, check=CheckCode.OPEN_ORDER, choice=Choice.CANCEL_ORDER)
    world.submit(case)
    return Doomed(case, points)


def kill_all(
    doomed: list[Doomed], outside: Outside, chance: Random, moods: tuple[Mood, ...]
) -> None:
    """Kill the workers of each case at each of its points, round by round."""
    for turn in range(ROUNDS):
        _be(outside, moods, turn)
        for one in (one for one in doomed if one.left):
            _kill_once(one)
        if not any(one.left for one in doomed):
            return
        _meanwhile(outside, chance)
    unmet = {str(one.case.pk): one.left for one in doomed if one.left}
    raise AssertionError(f"never reached: {unmet}")


def finish(doomed: list[Doomed], outside: Outside, chance: Random, moods: tuple[Mood, ...]) -> None:
    """Let real workers go on until every case has ended."""
    cases = [one.case.pk for one in doomed]
    for turn in range(ROUNDS):
        _meanwhile(outside, chance)
        _be(outside, moods, turn)
        assert forked(work) == 0
        if not Case.objects.filter(pk__in=cases).exclude(state=CaseState.DONE.value).exists():
            return
    stuck = Closing.objects.filter(case__in=cases, is_open=True)
    raise AssertionError(list(stuck.values_list("step", "trouble", "owner")))


def work() -> None:
    """Be a real worker for one round: sweep, then every job there is."""
    clock.forget()
    assert isinstance(app.connector, DjangoConnector)
    alarms.sweep(now=clock.now())
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(concurrency=1, wait=False, listen_notify=False, delete_jobs="always")


def killed(closing_id: UUID, point: str) -> bool:
    """Let a worker that is to die at a point take a closing up; say whether it came there."""

    def carry_on() -> None:
        clock.forget()
        faults.arm(point, Fault.KILL)
        driver.advance(closing_id=closing_id, clock=clock.now)

    ended = forked(carry_on)
    assert ended in {0, -signal.SIGKILL}
    return ended != 0


def bring(doomed: list[Doomed], outside: Outside, chance: Random, *, to: Step) -> None:
    """Carry closings as far as a step, and leave them there."""
    theirs = Closing.objects.filter(case__in=[one.case.pk for one in doomed])
    for _ in range(ROUNDS):
        before = list(theirs.exclude(step=to.value).values_list("pk", flat=True))
        if not before:
            return
        for closing_id in before:
            driver.advance(closing_id=closing_id, clock=clock.now)
        _meanwhile(outside, chance)
    raise AssertionError(list(theirs.values_list("step", flat=True)))


def held() -> set[UUID]:
    """Return the closings that some worker has, dead or alive."""
    return set(Closing.objects.filter(lease_until__isnull=False).values_list("pk", flat=True))


def let_time_pass() -> None:
    """Let leases run out and a minute go by, as they would in a minute."""
    held = Closing.objects.filter(is_open=True, lease_until__isnull=False)
    held.update(lease_until=Now() - timedelta(seconds=1))
    clock.move(by=timedelta(minutes=1, seconds=5))


def _kill_once(one: Doomed) -> None:
    if killed(closing_of(one.case).pk, one.left[0]):
        one.kills += 1
        one.left.pop(0)


def _be(outside: Outside, moods: tuple[Mood, ...], turn: int) -> None:
    mood = moods[min(turn, len(moods) - 1)]
    for name in ("operator", "payout"):
        outside.fault(name, **mood)


def _meanwhile(outside: Outside, chance: Random) -> None:
    """Let a minute go by, in which callbacks come and finance sends again what came back."""
    let_time_pass()
    outside.call_back(copies=chance.randint(0, 3))
    back = Closing.objects.filter(state=CaseState.REFUND_ATTENTION.value)
    for closing_id in back.values_list("pk", flat=True):
        repaying.retry(closing_id=closing_id, officer=_finance(), now=clock.now())


def _finance() -> StaffUser:
    return StaffUser.objects.filter(username="qian").first() or staff("qian", ActorKind.FINANCE)
