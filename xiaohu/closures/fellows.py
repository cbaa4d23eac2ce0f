"""Other closings that wait to erase, taken along by whoever erases: many cost hardly more than one.

Only those go along that wait for nothing else, and whose last worker gave them back. What cannot be
brought to its end beside others is left as it was found, for a turn of its own; and what failed, or
saw a worker die, goes alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import QuerySet

from xiaohu.closures import alarms, holding, outside, restriction_checks
from xiaohu.closures.models import Closing
from xiaohu.closures.work import Work, seen_among
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.queue import lease
from xiaohu.screening import facts as screening

AT_ONCE = 200
_UNDER_WAY = (CaseState.EXECUTING.value, CaseState.SETTLING.value)


def awaited(work: Work) -> bool:
    """Say whether a closing lets others come to this step, which may then go along with it.

    One that came here in this turn goes behind the jobs that wait: those of a whole organisation,
    or of a busy night. Where nothing waits it goes on at once.
    """
    return work.from_step != Step.ERASE.value and _pays()


@contextmanager
def beside(work: Work) -> Iterator[list[Work]]:
    """Take others along for as long as this lasts; whoever came forward goes on by a job of its own."""
    began, leases = work.stopwatch(), _taken(work)
    try:
        others = [
            Work(
                closing_id=seen.pk,
                lease=leases[seen.pk],
                clock=work.clock,
                seen=seen,
                stopwatch=work.stopwatch,
                held_since=began,
            )
            for seen in _free(work, leases)
        ]
        yield others
    finally:
        if leases:
            lease.release_many(Closing, leases)
    forward = [other.closing_id for other in others if other.seen.step != Step.ERASE.value]
    alarms.hint(forward)


def _pays() -> bool:
    """Say whether several are erased as fast as one: where every system that is listed answers at once."""
    return AT_ONCE > 1 and outside.answers_at_once()


def _taken(work: Work) -> dict[UUID, int]:
    if work.seen.fallen or work.seen.attempts or not _pays():
        return {}
    others = _waiting(work).filter(lease_until=None).exclude(pk=work.closing_id)
    ids = list(others.order_by("next_action_at").values_list("pk", flat=True)[: AT_ONCE - 1])
    return lease.take_free(Closing, ids) if ids else {}


def _free(work: Work, leases: dict[UUID, int]) -> list[Closing]:
    """Return those of what was taken that still wait, and that nobody has to look at before."""
    if not leases:
        return []
    found = seen_among(_waiting(work).filter(pk__in=leases))
    closings = list(found.order_by("next_action_at"))
    known = screening.last_of(leases)
    free = restriction_checks.free(closings, known)
    free &= holding.free(closings, known, now=work.clock())
    return [closing for closing in closings if closing.pk in free]


def _waiting(work: Work) -> QuerySet[Closing]:
    return Closing.objects.filter(
        operator=work.seen.operator,
        is_open=True,
        state__in=_UNDER_WAY,
        step=Step.ERASE.value,
        next_action_at__lte=work.clock(),
        owner="",
        attempts=0,
        trouble="",
    )
