"""A closing that kills every interpreter that looks at it: the others end, and it is kept apart."""

import faulthandler
import os
import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.faults import dying, oracle, summary
from tests.faults.outside import Outside
from tests.processes import forked
from tests.stories import World, closing_of
from xiaohu.closures import driver
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.closures.work import Progress, Work
from xiaohu.core.states import CaseState
from xiaohu.queue import clock

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
]

OTHERS = 20
ROUNDS = 40


def test_f14_a_poisoned_closing_is_kept_apart_after_five_and_the_others_end(
    world: World, outside: Outside, numbers: Iterator[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [world.submitted(next(numbers)) for _ in range(OTHERS + 1)]
    poisoned = closing_of(cases[OTHERS // 2]).pk
    clock.move(by=timedelta(days=3, minutes=1))
    really = driver._do_next

    def deadly(work: Work) -> Progress:
        if work.closing_id == poisoned:
            faulthandler.disable()
            os.kill(os.getpid(), signal.SIGSEGV)
        return really(work)

    with monkeypatch.context() as patched:
        patched.setattr(driver, "_do_next", deadly)
        ends = []
        for _ in range(ROUNDS):
            ends.append(forked(dying.work))
            dying.let_time_pass()
            if Closing.objects.get(pk=poisoned).owner:
                break
        assert ends.count(-signal.SIGSEGV) == driver.QUARANTINED_AFTER
        assert forked(dying.work) == 0
    kept = Closing.objects.get(pk=poisoned)
    assert (kept.owner, kept.trouble) == (HumanQueue.OPERATIONS, driver.KILLS_WORKERS)
    for _ in range(ROUNDS):
        assert forked(dying.work) == 0
        dying.let_time_pass()
    ended = Case.objects.filter(pk__in=[case.pk for case in cases], state=CaseState.DONE.value)
    assert ended.count() == OTHERS
    summary.add("kills", driver.QUARANTINED_AFTER)
    oracle.require_agreement(outside.truth)
