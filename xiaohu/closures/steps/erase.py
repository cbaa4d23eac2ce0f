"""Erase: in the operator's own systems, then the keys, then what has become unreadable; with a receipt."""

import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from xiaohu.access import sessions
from xiaohu.closures import fellows, holding, keeping, outside, restriction_checks
from xiaohu.closures.work import Progress, Work, finish_all, together
from xiaohu.core.steps import Step
from xiaohu.erasure import engine
from xiaohu.queue import faults
from xiaohu.queue.lease import LeaseLost
from xiaohu.screening import facts as screening
from xiaohu.vault.units import Unit

logger = logging.getLogger(__name__)
_Ended = Mapping[UUID, Sequence[Unit]]


def run(work: Work) -> Progress:
    """Erase the units this closing ends, and with it those of others that wait for the same.

    Destroying a key twice is harmless. Whatever goes wrong beside others is tried again alone.
    """
    known = screening.last_of([work.closing_id])
    waits = restriction_checks.hold(work, known) or holding.keep_held(work, known)
    if waits is not None:
        return waits
    if fellows.awaited(work):
        return Progress.LATER
    with fellows.beside(work) as others:
        try:
            waits = _erase([work, *others])
        except LeaseLost:
            raise
        except Exception as failed:
            if not others:
                raise
            # Only the kind: the text of an error may carry what nobody may read.
            kind = type(failed).__name__
            logger.warning("erasing %s together failed: %s", 1 + len(others), kind)
            waits = _erase([work])
    return waits or Progress.GOES_ON


def _erase(works: Sequence[Work]) -> Progress | None:
    """Erase for several; return what the first waits for. The others only ever come forward."""
    with together(works) as held:
        ended = _ended(held)
        waiting = outside.intend(held, ended)
    gone = outside.carry_out(held, waiting)
    if gone:
        gone = _destroy(gone, ended)
    return None if works[0] in gone else outside.wait(works[0])


def _ended(works: Sequence[Work]) -> _Ended:
    return keeping.units_ended_by([work.seen for work in works])


def _destroy(works: Sequence[Work], ended: _Ended) -> list[Work]:
    """Destroy keys, and finish the step of those closings; return those that nobody holds.

    The holder's unit ends with the last closing of that holder, and who that is shows only while
    the holder is locked. One that turns out to be the last comes here again: what is found by the
    holder's document has to go before.
    """
    faults.hit(f"{Step.ERASE.value}.before_call")
    with together(works) as held:
        free = holding.not_held(held)
        keeping.hold_holders([work.seen for work in free])
        its = {pk: ending for pk, ending in _ended(free).items() if set(ending) <= set(ended[pk])}
        engine.destroy(
            operator=works[0].seen.operator,
            units=[unit for ending in its.values() for unit in ending],
        )
    faults.hit(f"{Step.ERASE.value}.after_call")
    if its:
        _finish([work for work in free if work.closing_id in its], its)
        faults.hit(f"{Step.ERASE.value}.after_commit")
    return free


def _finish(works: Sequence[Work], ended: _Ended) -> None:
    """Delete what nobody can read any more, give each its receipt, and go on."""
    now = works[0].clock()
    with together(works) as held:
        done = [work.seen for work in held]
        sessions.end_by_cases({each.line_id: each.case_id for each in done if each.line_id})
        its = {each.pk: ended[each.pk] for each in done}
        engine.finish(operator=works[0].seen.operator, ended=its, now=now)
        finish_all(done, now=now)
        faults.hit(f"{Step.ERASE.value}.after_record")
