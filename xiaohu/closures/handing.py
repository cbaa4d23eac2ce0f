"""Handing a request taken at the desk to whoever asked, where only they can settle what blocks it."""

from datetime import datetime

from xiaohu.closures import alarms, applying, checking, moves, submitting
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.actors import Actor
from xiaohu.core.checks import Finding, Resolver, Stage
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.schedule import answer_until


def hand_over(case: Case, *, actor: Actor, now: datetime) -> bool:
    """Let a locked draft wait for its customer where all that blocks it is theirs to settle.

    What was not yet chosen is asked first: an officer hears it now. Call inside a transaction.

    Raises:
        IdentityUnverified, PapersMissing: more must be shown first.
    """
    checked = checking.last(case, now=now, with_answers=True)
    blockers = [f for f in checked.findings if f.blocks] if checked is not None else []
    if checked is None or checked.standing is None or not blockers:
        return False
    if not all(_theirs(finding) for finding in blockers):
        return False
    applying.require_proof(checked.standing)
    codes = " ".join(finding.code.value for finding in blockers)
    moves.move(case, Action.ASK_CUSTOMER, actor=actor, now=now, evidence={"codes": codes})
    until = answer_until(asked_at=now)
    alarms.wait_for(case, HumanQueue.SUBSCRIBER, due_at=until, wake_at=until)
    submitting.tell(case, Notice.TO_SETTLE, now=now)
    return True


def _theirs(finding: Finding) -> bool:
    """Say whether the customer settles it elsewhere: nothing to choose, or chosen to do so."""
    theirs = finding.rule.resolver is Resolver.APPLICANT and finding.rule.stage is Stage.OBSTACLES
    return theirs and (finding.chosen is not None or not finding.choices)
