"""A worker stopped in the middle of a call and woken after its lease ran out: none of its writes counts."""

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connections

from tests.erasure.crm import Crm
from tests.faults import dying, oracle, summary
from tests.faults.outside import Outside
from tests.faults.seeds import rng
from tests.faults.stores import register
from tests.stories import World, closing_of
from xiaohu.closures import driver, fellows
from xiaohu.closures.models import Case, Closing
from xiaohu.core.states import CaseState
from xiaohu.queue import clock, faults
from xiaohu.queue.faults import Fault

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
]

# Between two transactions: where a worker stands still without holding a lock.
BETWEEN = sorted(
    point
    for point in faults.POINTS
    if point.endswith((".before_call", ".after_call", ".after_commit"))
    and not point.startswith(("close_account", "prepare"))
)


def stopped(do: Callable[[], None]) -> int:
    """Do something in a child that stops itself on the way; return the child."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            do()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status), f"it did not stop: {status}"
    return child


def wake(child: int) -> None:
    """Let a stopped child go on to its end, which must be a quiet one."""
    os.kill(child, signal.SIGCONT)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def stop_and_overtake(world: World, outside: Outside, case: Case, point: str) -> None:
    """Stop a worker at a point, let others end the closing, and wake it."""
    clock.move(by=timedelta(days=3, minutes=1))
    closing_id = closing_of(case).pk

    def carry_on() -> None:
        clock.forget()
        faults.arm(point, Fault.PAUSE)
        driver.advance(closing_id=closing_id, clock=clock.now)

    child = stopped(carry_on)
    try:
        dying.finish([dying.Doomed(case, [])], outside, rng(point), (dying.GOOD,))
        before = Closing.objects.filter(pk=closing_id).values().get()
    finally:
        wake(child)
    assert Closing.objects.filter(pk=closing_id).values().get() == before
    assert Case.objects.get(pk=case.pk).state == CaseState.DONE


def test_a_worker_that_wakes_too_late_writes_nothing(
    world: World,
    outside: Outside,
    numbers: Iterator[str],
    stores: Crm,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fellows, "AT_ONCE", 1)  # one turn goes through all of it
    for place, point in enumerate(BETWEEN):
        case = world.submitted(next(numbers))
        register(stores, case, at=place * 10)
        stop_and_overtake(world, outside, case, point)
    summary.add("stopped workers", len(BETWEEN))
    oracle.require_agreement(outside.truth)
