"""Submitting a request: from here on the clock, a reviewer or the worker acts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import (
    alarms,
    applying,
    checking,
    expecting,
    moves,
    paying,
    queries,
    settling,
    splitting,
    timing,
)
from xiaohu.closures.checking import Checked, CheckedLine
from xiaohu.closures.drafting import EDITABLE
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.actors import WORKER, Actor
from xiaohu.core.applicants import ClosingType
from xiaohu.core.calendar import CHINA, day_of, end_of
from xiaohu.core.consents import ConsentKind
from xiaohu.core.moves import Action
from xiaohu.core.notices import DECEASED, Notice, affected
from xiaohu.core.profile import RefundRoute
from xiaohu.core.refusals import Refusal
from xiaohu.core.schedule import decision_due
from xiaohu.core.states import CaseState
from xiaohu.core.wording import CHINESE
from xiaohu.notices import outbox
from xiaohu.proofing import consents
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
        ConsentMissing: the balance is not known and settling later was not agreed to.
        IdentityUnverified: one more proof is needed.
        StaleChecks: the checks are older than half an hour.
        Blocked: something must be settled first.
        MoveNotAllowed: the request has ended.
    """
    case = moves.lock(case_id)
    if CaseState(case.state) not in EDITABLE and case.submitted_at is not None:
        return case
    return submit(case, declared=declared, actor=actor, now=now)


def submit(case: Case, *, declared: bool, actor: Actor, now: datetime) -> Case:
    """Take a locked draft. Call inside a transaction.

    Raises:
        As `submit_case`.
    """
    checked = checking.require_clear(case, now=now)
    if case.refund_route and not checked.pays:
        paying.forget_payee(case)
        paying.drop_unused(case, actor=actor, now=now)
    _require_answers(case, checked, declared=declared)
    reasons = expecting.reasons(case, checked)
    again, payee_was = case.submitted_at is not None, bytes(case.submitted_payee or b"")
    case.submitted_at = case.submitted_at or now
    case.submitted_payee = case.payee_index
    case.review_reasons = [reason.value for reason in reasons]
    settling.note_shown(case, checked.lines, now=now)
    if reasons:
        hand_to_reviewer(case, Action.SEND_TO_REVIEW, actor=actor, now=now)
        tell(case, Notice.IN_REVIEW, now=now, date=_due(case))
    else:
        schedule(case, Action.SCHEDULE, actor=actor, now=now, lines=checked.lines)
    if again and payee_was != bytes(case.payee_index or b""):
        tell(case, Notice.PAYEE_CHANGED, now=now)
    if any(line.facts.is_restricted for line in checked.lines):
        tell(case, Notice.RESTRICTED, now=now, once="submitted")
    return case


def schedule(
    case: Case,
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    lines: Sequence[CheckedLine] = (),
) -> None:
    """Fix the time of a locked case, and tell its holder and whom its lines touch.

    A line that waits longer than others goes on alone, so that none waits for another. Call
    inside a transaction.
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
    for line in lines:
        tell_others(case, line, at=planned[line.line.pk].at, now=now)


def _fix(case: Case, at: datetime, notice: Notice, now: datetime) -> None:
    case.execute_at = at
    case.save(update_fields=["execute_at"])
    alarms.set_due(case, at=at, now=now)
    tell(case, notice, now=now, date=shown_time(at))


def tell_others(case: Case, line: CheckedLine, *, at: datetime, now: datetime) -> None:
    """Have those told whom a closing touches; nobody knows which language they read.

    Call inside a transaction.
    """
    day = day_of(at).isoformat()
    for notice in affected(line.facts):
        outbox.queue(
            notice,
            operator=case.operator,
            case_id=case.pk,
            language=CHINESE,
            params={"day": day},
            now=now,
            line_id=line.line.pk,
            once=day,
        )


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


def tell(case: Case, notice: Notice, *, now: datetime, once: str = "", **params: str) -> None:
    """Queue a message about a case, in words that fit a death, unless the operator switched it off.

    `once` names what it is about where it is not to be told of that again. Call inside a
    transaction.
    """
    if notice in queries.profile_of(case).notices.off:
        return
    deceased = case.closing_type == ClosingType.DECEASED.value
    outbox.queue(
        DECEASED.get(notice, notice) if deceased else notice,
        operator=case.operator,
        case_id=case.pk,
        language=case.language,
        params={"ref": case.reference, **params},
        now=now,
        once=once,
    )


def shown_time(moment: datetime) -> str:
    """Return a moment as texts to phones show it, in China's time."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def hand_to_reviewer(case: Case, action: Action, *, actor: Actor, now: datetime) -> None:
    """Let people decide on a locked case within the working days. Call inside a transaction."""
    # A request that comes back after a return is decided within the whole time again.
    due = decision_due(queries.profile_of(case), calendars.working(), requested_at=now)
    case.review_asked_at = now
    case.decision_due_on = due.on
    case.decision_provisional = due.provisional
    case.officer, case.claimed_at = None, None
    case.decided_by, case.decided_at, case.decision_reasons = None, None, []
    moves.move(case, action, actor=actor, now=now)
    alarms.wait_for(case, HumanQueue.REVIEW, due_at=end_of(due.on), wake_at=None)


def _due(case: Case) -> str:
    return case.decision_due_on.isoformat() if case.decision_due_on else ""


def _require_answers(case: Case, checked: Checked, *, declared: bool) -> None:
    if not applying.is_named(case):
        raise Incomplete(part="applicant")
    if checked.pays and not case.refund_route:
        raise Incomplete(part="balance")
    if case.refund_route == RefundRoute.WAIVE.value:
        _require_waiver(case)
    if checked.balance_unknown:
        consents.require(case.pk, ConsentKind.LATER_SETTLEMENT)
    if not case.contact_confirmed:
        raise Incomplete(part="contact")
    if not case.effects_read:
        raise Incomplete(part="effects")
    if not declared:
        raise Incomplete(part="declaration")


def _require_waiver(case: Case) -> None:
    """Pass where what is waived is still as little as it was when it was agreed to."""
    if not paying.waivable(case):
        raise Incomplete(part="balance")
    consents.require(case.pk, ConsentKind.WAIVER)
