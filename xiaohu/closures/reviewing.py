"""Deciding: one officer at a time, never on their own preparation, always with reasons."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    alarms,
    announcing,
    applying,
    checking,
    hearing,
    involuntary,
    moves,
    paying,
    submitting,
)
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import CHINA, last_day_of
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.notices import Notice
from xiaohu.core.proofs import ProofMethod
from xiaohu.core.refusals import Refusal
from xiaohu.core.review import LONGEST_NOTE, RefusalReason, ReturnReason
from xiaohu.core.schedule import answer_until
from xiaohu.core.states import CaseState
from xiaohu.proofing import proofs
from xiaohu.trail import events

CLAIM_HELD = timedelta(minutes=30)
APPEAL_WITHIN = timedelta(days=15)


class TakenByOther(Refusal):
    """Another officer is on this case; `name` and `since` say who and since when."""

    code = "TAKEN_BY_OTHER"


class NotClaimed(Refusal):
    """The case must be taken before it is decided."""

    code = "NOT_CLAIMED"


class SamePerson(Refusal):
    """Who prepared a case, or decided it before, cannot decide it."""

    code = "SAME_PERSON"


class NotAReviewer(Refusal):
    """Deciding needs the role of a reviewer at the case's operator."""

    code = "NOT_A_REVIEWER"


class ReasonMissing(Refusal):
    """A return or refusal names at least one reason."""

    code = "REASON_MISSING"


@transaction.atomic(durable=True)
def claim(*, case_id: UUID, officer: StaffUser, now: datetime) -> Case:
    """Take a case; taking it again renews the claim.

    Raises:
        TakenByOther: another officer took it within the last half hour.
        MoveNotAllowed: it does not wait for a decision.
    """
    case = moves.lock(case_id)
    _require_in_review(case)
    _refuse_other_officer(case, officer, now)
    case.officer, case.claimed_at = officer, now
    case.save(update_fields=["officer", "claimed_at"])
    return case


@transaction.atomic(durable=True)
def approve(*, case_id: UUID, officer: StaffUser, now: datetime) -> Case:
    """Accept a request: cooling-off begins, once as many people agree as it takes.

    Whoever approves has compared the papers with what is registered; that is a proof.

    Raises:
        StaleChecks: check again first.
        Blocked: something stands in the way; return it with its way out.
        NotClaimed, TakenByOther, SamePerson, NotAReviewer: not this officer's to decide.
    """
    case = _to_decide(case_id, officer, now)
    checked = checking.require_clear(case, now=now)
    if checked.standing is not None and checked.standing.papers:
        proofs.note(case_id=case.pk, method=ProofMethod.DOCUMENT, now=now)
    if applying.deciders(case) > 1 and case.proposed_by_id is None:
        return _propose(case, officer, now)
    actor = officer.actor(ActorKind.REVIEWER)
    if case.by_operator:
        announcing.announce(case, lines=checked.lines, actor=actor, now=now)
    else:
        submitting.schedule(case, Action.APPROVE, actor=actor, now=now, lines=checked.lines)
    return case


@transaction.atomic(durable=True)
def stop_case(*, case_id: UUID, officer: StaffUser, now: datetime) -> Case:
    """Drop a closing the operator started, as an objection or its own look asks.

    Raises:
        MoveNotAllowed: it is a holder's request, which is refused with reasons instead.
        NotClaimed, TakenByOther, SamePerson, NotAReviewer: not this officer's to decide.
    """
    case = _to_decide(case_id, officer, now)
    if not case.by_operator:
        raise MoveNotAllowed(state=case.state, action=Action.STOP.value)
    involuntary.stop(case, actor=officer.actor(ActorKind.REVIEWER), now=now)
    return case


@transaction.atomic(durable=True)
def return_case(
    *,
    case_id: UUID,
    officer: StaffUser,
    reasons: Sequence[ReturnReason],
    note: str = "",
    now: datetime,
) -> Case:
    """Ask the applicant to put something right; the decision clock starts again with the answer.

    What closing means is read again: the day named then has moved.
    A note in the officer's own words is sealed with the folder; the next return begins without it.
    """
    case = _to_decide(case_id, officer, now)
    _name(case, [reason.value for reason in reasons])
    asked = " ".join(note.replace("\x00", "").split())[:LONGEST_NOTE]
    if asked or hearing.said(case).get(hearing.ASKED):
        hearing.write(case, **{hearing.ASKED: asked})
    case.proposed_by, case.effects_read = None, False
    actor = officer.actor(ActorKind.REVIEWER)
    if ReturnReason.PROVE_AGAIN in reasons:
        proofs.forget(case.pk)
    if ReturnReason.PAYEE_UNCLEAR in reasons:
        paying.forget_payee(case)
        paying.drop_unused(case, actor=actor, now=now)
    if ReturnReason.CONTACT_UNREACHABLE in reasons:
        case.contact_confirmed = False
    moves.move(case, Action.RETURN, actor=actor, now=now)
    until = answer_until(asked_at=now)
    alarms.wait_for(case, HumanQueue.SUBSCRIBER, due_at=until, wake_at=until)
    submitting.tell(case, Notice.RETURNED, now=now, date=last_day_of(until).isoformat())
    return case


@transaction.atomic(durable=True)
def refuse(
    *, case_id: UUID, officer: StaffUser, reasons: Sequence[RefusalReason], now: datetime
) -> Case:
    """Refuse a request; the applicant may ask for a review by another person."""
    case = _to_decide(case_id, officer, now)
    _name(case, [reason.value for reason in reasons])
    moves.move(case, Action.REFUSE, actor=officer.actor(ActorKind.REVIEWER), now=now)
    submitting.tell(case, Notice.REFUSED, now=now, date=_day(now + APPEAL_WITHIN))
    return case


def _propose(case: Case, officer: StaffUser, now: datetime) -> Case:
    """Note the first of two people who agree; another one decides."""
    case.proposed_by = officer
    case.officer, case.claimed_at = None, None
    case.decided_by, case.decided_at = None, None
    case.save()
    events.record(
        operator=case.operator,
        actor=officer.actor(ActorKind.REVIEWER),
        action="propose",
        case_id=case.pk,
        now=now,
    )
    return case


def held_by_other(case: Case, officer: StaffUser, *, now: datetime) -> bool:
    """Say whether another officer is on a case."""
    return (
        case.officer_id is not None
        and case.officer_id != officer.pk
        and case.claimed_at is not None
        and now - case.claimed_at < CLAIM_HELD
    )


def _to_decide(case_id: UUID, officer: StaffUser, now: datetime) -> Case:
    case = moves.lock(case_id)
    _require_in_review(case)
    if not may_decide(case, officer):
        raise NotAReviewer
    _refuse_other_officer(case, officer, now)
    if case.officer_id != officer.pk:
        raise NotClaimed
    if is_barred(case, officer):
        raise SamePerson
    case.decided_by, case.decided_at = officer, now
    return case


def may_decide(case: Case, officer: StaffUser) -> bool:
    """Say whether deciding is somebody's work at all, whatever part they had in this case."""
    return officer.acts_as(ActorKind.REVIEWER) and officer.operator == case.operator


def is_barred(case: Case, officer: StaffUser) -> bool:
    """Say whether somebody had a part in a case, or in what it is about, and cannot decide it."""
    return officer.pk in {case.prepared_by, case.proposed_by_id, *_decided_before(case)}


def _decided_before(case: Case) -> set[UUID | None]:
    deciders, earlier = set(), case.appeal_of
    while earlier is not None:
        deciders.add(earlier.decided_by_id)
        earlier = earlier.appeal_of
    return deciders


def _require_in_review(case: Case) -> None:
    if CaseState(case.state) is not CaseState.IN_REVIEW:
        raise MoveNotAllowed(state=case.state, action=Action.APPROVE.value)


def _refuse_other_officer(case: Case, officer: StaffUser, now: datetime) -> None:
    if held_by_other(case, officer, now=now) and case.officer is not None and case.claimed_at:
        since = case.claimed_at.astimezone(CHINA).strftime("%H:%M")
        raise TakenByOther(name=case.officer.display_name, since=since)


def _name(case: Case, reasons: list[str]) -> None:
    if not reasons:
        raise ReasonMissing
    case.decision_reasons = reasons


def _day(moment: datetime) -> str:
    return moment.astimezone(CHINA).date().isoformat()
