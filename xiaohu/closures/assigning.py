"""Whose case it is: given to an officer by another, or given back."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import moves, queries
from xiaohu.closures.models import Case
from xiaohu.closures.reviewing import NotAReviewer, NotClaimed
from xiaohu.core.actors import ActorKind
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import CaseState
from xiaohu.trail import events


class CaseMoved(Refusal):
    """Somebody changed the case since it was looked at; look again."""

    code = "CASE_MOVED"


@transaction.atomic(durable=True)
def assign(
    *, case_id: UUID, to: StaffUser, by: StaffUser, seen: UUID | None, now: datetime
) -> Case:
    """Give a case to a reviewer, if it still is whose it was `seen` to be.

    Raises:
        CaseNotFound: it is another operator's.
        NotAReviewer: the other one cannot decide it.
        CaseMoved: it is somebody else's by now, or waits for no decision any more.
    """
    case = moves.lock(case_id)
    if case.operator != by.operator:
        raise queries.CaseNotFound
    if to.operator != case.operator or not to.is_active or not to.acts_as(ActorKind.REVIEWER):
        raise NotAReviewer
    if case.state != CaseState.IN_REVIEW.value or case.officer_id != seen:
        raise CaseMoved
    _hand_over(case, to, now)
    _record(case, by, "assign", now, to=str(to.pk))
    return case


@transaction.atomic(durable=True)
def release(*, case_id: UUID, officer: StaffUser, now: datetime) -> Case:
    """Give one's own case back to the team.

    Raises:
        MoveNotAllowed: it waits for no decision.
        NotClaimed: it is not this officer's.
    """
    case = moves.lock(case_id)
    if case.state != CaseState.IN_REVIEW.value:
        raise MoveNotAllowed(state=case.state, action=Action.APPROVE.value)
    if case.officer_id != officer.pk:
        raise NotClaimed
    _hand_over(case, None, now)
    _record(case, officer, "release", now)
    return case


def _hand_over(case: Case, to: StaffUser | None, now: datetime) -> None:
    case.officer, case.claimed_at = to, now if to is not None else None
    case.save(update_fields=["officer", "claimed_at"])


def _record(case: Case, by: StaffUser, action: str, now: datetime, **evidence: str) -> None:
    events.record(
        operator=case.operator,
        actor=by.actor(ActorKind.OFFICER),
        action=action,
        case_id=case.pk,
        evidence=evidence,
        now=now,
    )
