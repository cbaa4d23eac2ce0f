"""Erase: in the operator's own systems, then the keys, then what has become unreadable; with a receipt."""

from xiaohu.access import sessions
from xiaohu.closures import keeping, outside, restriction_checks
from xiaohu.closures.work import Progress, Work, finish_step
from xiaohu.core.steps import Step
from xiaohu.erasure import engine
from xiaohu.queue import faults


def run(work: Work) -> Progress:
    """Erase the units this closing ends; destroying a key twice is harmless.

    The holder's unit ends with the last closing of that holder. Two that erase at once may each
    take the other for the last, so both look again while they hold the holder.
    """
    waits = restriction_checks.hold(work)
    if waits is not None:
        return waits
    with work.transaction() as closing:
        units = keeping.units_ended_by(closing)
    waits = outside.carry_out(work, units)
    if waits is not None:
        return waits
    faults.hit(f"{Step.ERASE.value}.before_call")
    engine.destroy(operator=closing.operator, units=units)
    faults.hit(f"{Step.ERASE.value}.after_call")
    now = work.clock()
    with work.transaction() as closing:
        keeping.hold_holder(closing)
        if not set(keeping.units_ended_by(closing)) <= set(units):
            return Progress.GOES_ON
        sessions.end_by_case(closing.case_id, line_id=closing.line_id, account_id=None)
        engine.finish(operator=closing.operator, closing_id=closing.pk, units=units, now=now)
        finish_step(closing, now=now)
        faults.hit(f"{Step.ERASE.value}.after_record")
    faults.hit(f"{Step.ERASE.value}.after_commit")
    return Progress.GOES_ON
