"""Announcing a closing the operator started, once a second person agreed to it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from xiaohu.closures import alarms, involuntary, moves, submitting, warning
from xiaohu.closures.checking import CheckedLine
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.involuntary import HEARD_AT_LEAST
from xiaohu.core.moves import Action


def announce(case: Case, *, lines: Sequence[CheckedLine], actor: Actor, now: datetime) -> None:
    """Fix when a locked case is carried out and give its first notice. Call inside a transaction.

    After an objection that was answered, what was promised before stays, with at least a week to
    go, and the notices within that week are given again.
    """
    case.execute_at = execution_time(case, now=now)
    left = (case.execute_at - now).days
    case.warned_days = [days for days in case.warned_days if days > left]
    moves.move(case, Action.APPROVE, actor=actor, now=now)
    involuntary.warn(case, left, now=now)
    for line in lines:
        submitting.tell_others(case, line, at=case.execute_at, now=now)
    alarms.set_due(case, at=warning.wakes_at(case), now=now)


def execution_time(case: Case, *, now: datetime) -> datetime:
    """Return when a closing announced now is carried out."""
    if case.warned_days and case.execute_at is not None:
        return max(case.execute_at, now + HEARD_AT_LEAST)
    return now + timedelta(days=max(involuntary.notice_days(case)))
