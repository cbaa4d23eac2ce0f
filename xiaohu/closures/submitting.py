"""Submitting a request: from here on the clock, a reviewer or the worker acts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import alarms, checking, moves, queries, splitting, timing
from xiaohu.closures.drafting import EDITABLE
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core import review
from xiaohu.core.actors import WORKER, Actor
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.calendar import CHINA, end_of
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.profile import RefundRoute
from xiaohu.core.refusals import Refusal
from xiaohu.core.schedule import decision_due
from xiaohu.core.states import CaseState
from xiaohu.notices import outbox
from xiaohu.registry import calendars
from xiaohu.trail import events


class Incomplete(Refusal):
    """An answer is missing; `part` names the page that asks for it."""

    code = "INCOMPLETE"


@transaction.atomic(durable=True)
def submit_case(*, case_id: UUID, declared: bool, actor: Actor, now: datetime) -> Case:
    """Take a request at the subscriber's word: fix its time, or hand it to a reviewer.

    A second submit of the same request changes nothing and returns it.

    Raises:
        Incomplete: an answer is missing.
        IdentityUnverified: one more proof is needed.
        StaleChecks: the checks are older than half an hour.
        Blocked: something must be settled first.
        MoveNotAllowed: the request has ended.
    """
    case = moves.lock(case_id)
    if CaseState(case.state) not in EDITABLE and case.submitted_at is not None:
        return case
    checked = checking.require_clear(case, now=now)
    _require_answers(case, checked.refundable_fen, declared=declared)
    profile = queries.profile_of(case)
    reasons = review.reasons(
        profile,
        lines=[line.facts for line in checked.lines],
        findings=checked.findings,
        applicant=ApplicantKind(case.applicant),
        route=RefundRoute(case.refund_route) if case.refund_route else None,
        appeal=case.appeal_of_id is not None,
    )
    case.submitted_at = case.submitted_at or now
    case.review_reasons = [reason.value for reason in reasons]
    if reasons:
        _hand_to_reviewer(case, actor, now)
    else:
        schedule(case, Action.SCHEDULE, actor=actor, now=now)
    return case


def schedule(case: Case, action: Action, *, actor: Actor, now: datetime) -> None:
    """Fix the time of a locked case and tell its holder. Call inside a transaction.

    A line that waits longer than others goes on alone, so that none waits for another.
    """
    planned = timing.of_lines(case, accepted_at=now)
    case.execute_at = timing.first(case, planned, accepted_at=now).at
    moves.move(case, action, actor=actor, now=now)
    notice = Notice.APPROVED if action is Action.APPROVE else Notice.SUBMITTED
    for closing in queries.closings_of(case):
        later = planned.get(closing.line_id) if closing.line_id else None
        if later is not None and later.at > case.execute_at:
            apart = splitting.split(closing, now=now)
            _fix(apart, later.at, notice, now)
    _fix(case, case.execute_at, notice, now)


def _fix(case: Case, at: datetime, notice: Notice, now: datetime) -> None:
    case.execute_at = at
    case.save(update_fields=["execute_at"])
    alarms.set_due(case, at=at, now=now)
    tell(case, notice, now=now, date=shown_time(at))


def postpone(case: Case, *, at: datetime, now: datetime) -> None:
    """Put a scheduled case off, and tell its holder. Call inside a transaction."""
    events.record(
        operator=case.operator,
        actor=WORKER,
        action="postpone",
        case_id=case.pk,
        evidence={"until": at.isoformat()},
        now=now,
    )
    _fix(case, at, Notice.POSTPONED, now)


def tell(case: Case, notice: Notice, *, now: datetime, **params: str) -> None:
    """Queue a message to the contact of a case, unless the operator switched it off.

    Call inside a transaction.
    """
    if notice in queries.profile_of(case).notices.off:
        return
    outbox.queue(
        notice,
        operator=case.operator,
        case_id=case.pk,
        language=case.language,
        params={"ref": case.reference, **params},
        now=now,
    )


def shown_time(moment: datetime) -> str:
    """Return a moment as texts to phones show it, in China's time."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _hand_to_reviewer(case: Case, actor: Actor, now: datetime) -> None:
    # A request that comes back after a return is decided within the whole time again.
    due = decision_due(queries.profile_of(case), calendars.working(), requested_at=now)
    case.review_asked_at = now
    case.decision_due_on = due.on
    case.decision_provisional = due.provisional
    case.officer, case.claimed_at = None, None
    case.decided_by, case.decided_at, case.decision_reasons = None, None, []
    moves.move(case, Action.SEND_TO_REVIEW, actor=actor, now=now)
    alarms.wait_for(case, HumanQueue.REVIEW, due_at=end_of(due.on), wake_at=None)
    tell(case, Notice.IN_REVIEW, now=now, date=due.on.isoformat())


def _require_answers(case: Case, refundable_fen: int, *, declared: bool) -> None:
    if refundable_fen > 0 and not case.refund_route:
        raise Incomplete(part="balance")
    if not case.contact_confirmed:
        raise Incomplete(part="contact")
    if not case.effects_read:
        raise Incomplete(part="effects")
    if not declared:
        raise Incomplete(part="declaration")
