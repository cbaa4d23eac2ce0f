"""The point of no return: the checks run once more, then nobody can withdraw."""

from datetime import datetime

from xiaohu.closures import (
    alarms,
    checking,
    documents_of_organisations,
    moves,
    queries,
    splitting,
    submitting,
    warning,
)
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.closures.work import Progress, Work, take_back, wait_until
from xiaohu.core import checks
from xiaohu.core.actors import WORKER
from xiaohu.core.calendar import start_of
from xiaohu.core.choices import CarriedOut
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.schedule import after_freeze, answer_until, not_before
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope, Step, first_step
from xiaohu.queue import faults
from xiaohu.screening import facts as screening
from xiaohu.screening.facts import Gathered

POINT = "begin"
faults.register_commit(POINT)


def begin(work: Work) -> Progress:
    """Carry out a scheduled closing that is due, if nothing stands in its way now.

    A line that cannot go on leaves the others of its case to go on without it.

    Raises:
        GatewayUnavailable: the operator cannot be asked; tried again later.
    """
    now = work.clock()
    line = work.seen.line
    gathered = screening.gather(line, now=now) if line is not None else None
    with work.transaction(fresh=True) as closing:
        case = closing.case
        if moves.state_of(closing) is not CaseState.SCHEDULED:
            return Progress.WAITS  # Withdrawn while we asked.
        take_back(closing)  # The operator answers again.
        if gathered is not None:
            screening.keep(closing.pk, gathered)
        waits = _not_yet(closing, gathered, now)
        if waits is not None:
            return waits
        findings = checking.judge(closing, gathered, now=now).findings if gathered else ()
        try:
            checks.require_clear(findings)
        except checks.Blocked as blocked:
            return _cannot_go_on(work, closing, blocked)
        later = _later(case, findings, now)
        if later > now:
            return _goes_on_later(closing, later, now, alone=not_before(findings) is not None)
        closing.step = _first_step(case, findings).value
        closing.attempts, closing.next_action_at = 0, now
        moves.move_closing(closing, Action.EXECUTE, actor=WORKER, now=now)
        faults.hit(f"{POINT}.before_commit")
    faults.hit(f"{POINT}.after_commit")
    return Progress.GOES_ON


def _not_yet(closing: Closing, gathered: Gathered | None, now: datetime) -> Progress | None:
    """Return how to wait where the time has not come; None where it has."""
    case = closing.case
    if case.by_operator and gathered is not None:
        return warning.before_closing(closing, gathered.facts, now=now)
    if case.execute_at is None or case.execute_at > now:
        return wait_until(closing, case.execute_at or now)
    return None


def _first_step(case: Case, findings: tuple[checks.Finding, ...]) -> Step:
    """Return where a closing starts: with what was chosen, where an order must carry it out."""
    return first_step(
        Scope(case.scope), orders=bool(checking.carried_out(findings, CarriedOut.ORDER))
    )


def _later(case: Case, findings: tuple[checks.Finding, ...], now: datetime) -> datetime:
    """Return when a closing that is due may begin: a contract may have grown, a freeze begun."""
    day = not_before(findings)
    after = max(now, start_of(day)) if day is not None else now
    return after_freeze(queries.profile_of(case), after)


def _goes_on_later(closing: Closing, later: datetime, now: datetime, *, alone: bool) -> Progress:
    """Put a closing off: `alone` where only this line waits, else all of its case that can."""
    case = closing.case
    if alone and case.size > 1:
        case = _apart(closing, now)
    if CaseState(case.state) is not CaseState.SCHEDULED:
        return wait_until(closing, later)
    submitting.postpone(case, at=later, now=now)
    return Progress.WAITS


def _apart(closing: Closing, now: datetime) -> Case:
    """Let a line go on in a case of its own; it may be the last the others' document waited for."""
    left = closing.case
    made = splitting.split(closing, now=now)
    documents_of_organisations.issue_if_whole(left, now=now)
    return made


def _cannot_go_on(work: Work, closing: Closing, blocked: checks.Blocked) -> Progress:
    case = closing.case
    if case.size > 1:
        case = _apart(closing, work.clock())
    _back_to_customer(work, case, blocked)
    return Progress.WAITS


def _back_to_customer(work: Work, case: Case, blocked: checks.Blocked) -> None:
    now = work.clock()
    case.effects_read = False  # The day named there has passed: it is read again.
    moves.move(
        case,
        Action.FAIL_CHECKS,
        actor=WORKER,
        now=now,
        evidence={"codes": str(blocked.params["codes"])},
    )
    until = answer_until(asked_at=now)
    alarms.wait_for(case, HumanQueue.SUBSCRIBER, due_at=until, wake_at=until)
    submitting.tell(case, Notice.CHECKS_FAILED, now=now)
