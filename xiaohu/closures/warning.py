"""Before an operator's own closing is carried out: is there still a ground, was everybody warned."""

from datetime import datetime, timedelta

from xiaohu.closures import involuntary
from xiaohu.closures.models import Case, Closing
from xiaohu.closures.work import Progress, wait_until
from xiaohu.core.actors import WORKER
from xiaohu.core.facts import LineFacts
from xiaohu.core.involuntary import next_notice, notice_at

HARDLY_LATE = timedelta(hours=1)


def before_closing(closing: Closing, facts: LineFacts, *, now: datetime) -> Progress | None:
    """Stop, warn or wait; None where the closing may be carried out now.

    A notice that could not be given in time moves the closing: the days it speaks of are kept.
    Call inside a transaction that holds case and closing.
    """
    case = closing.case
    if not involuntary.ground_holds(case, facts, now=now):
        involuntary.stop(case, actor=WORKER, now=now)
        return Progress.WAITS
    days = next_notice(involuntary.notice_days(case), given=case.warned_days)
    if days is not None:
        if case.execute_at is not None and now >= notice_at(case.execute_at, days):
            _keep_days(case, days, now)
            involuntary.warn(case, days, now=now)
        return wait_until(closing, wakes_at(case))
    if case.execute_at is None or case.execute_at > now:
        return wait_until(closing, case.execute_at or now)
    return None


def wakes_at(case: Case) -> datetime:
    """Return when such a closing is looked at again: at its next notice, or when it is due."""
    if case.execute_at is None:
        raise LookupError("a closing that was decided has a time")
    days = next_notice(involuntary.notice_days(case), given=case.warned_days)
    return case.execute_at if days is None else notice_at(case.execute_at, days)


def _keep_days(case: Case, days: int, now: datetime) -> None:
    promised = now + timedelta(days=days)
    if case.execute_at is None or case.execute_at < promised - HARDLY_LATE:
        case.execute_at = promised
        case.save(update_fields=["execute_at"])
