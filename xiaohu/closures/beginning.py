"""The point of no return: the checks run once more, then nobody can withdraw."""

from xiaohu.closures import alarms, checking, moves, submitting
from xiaohu.closures.drafting import DRAFT_KEPT
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.closures.work import Progress, Work, wait_until
from xiaohu.core import checks
from xiaohu.core.actors import WORKER
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope, first_step
from xiaohu.queue import faults

POINT = "begin"
faults.register_commit(POINT)


def begin(work: Work) -> Progress:
    """Move a scheduled case that is due to executing, if nothing stands in the way now.

    Raises:
        GatewayUnavailable: the operator cannot be asked; tried again later.
    """
    now = work.clock()
    facts = checking.gather(work.seen.case, now=now)
    with work.transaction(fresh=True) as closing:
        case = closing.case
        if CaseState(case.state) is not CaseState.SCHEDULED:
            return Progress.WAITS  # Withdrawn while we asked.
        if case.execute_at is None or case.execute_at > now:
            return wait_until(closing, case.execute_at or now)
        checking.keep(case, facts)
        try:
            checks.require_clear(checking.judge(case, facts, now=now).findings)
        except checks.Blocked as blocked:
            return _back_to_customer(work, case, blocked)
        moves.move(case, Action.EXECUTE, actor=WORKER, now=now)
        closing.step = first_step(Scope(case.scope)).value
        closing.attempts, closing.next_action_at = 0, now
        closing.save()
        faults.hit(f"{POINT}.before_commit")
    faults.hit(f"{POINT}.after_commit")
    return Progress.GOES_ON


def _back_to_customer(work: Work, case: Case, blocked: checks.Blocked) -> Progress:
    now = work.clock()
    moves.move(
        case,
        Action.FAIL_CHECKS,
        actor=WORKER,
        now=now,
        evidence={"codes": str(blocked.params["codes"])},
    )
    until = now + DRAFT_KEPT
    alarms.wait_for(case, HumanQueue.SUBSCRIBER, due_at=until, wake_at=until)
    submitting.tell(case, Notice.CHECKS_FAILED, now=now)
    return Progress.WAITS
