"""Taking a request back: in one click, free of charge, until it is carried out."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves, submitting
from xiaohu.closures.models import Case
from xiaohu.core.actors import CLOCK, Actor
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import WITHDRAWABLE, CaseState
from xiaohu.core.withdrawal import WithdrawReason


class TooLateToWithdraw(Refusal):
    """The line is already being closed, or the request has ended."""

    code = "TOO_LATE_TO_WITHDRAW"


class NotYoursToWithdraw(Refusal):
    """The operator started this closing: it is stopped or objected to, not taken back."""

    code = "NOT_YOURS_TO_WITHDRAW"


@transaction.atomic(durable=True)
def withdraw(
    *,
    case_id: UUID,
    actor: Actor,
    now: datetime,
    reason: WithdrawReason = WithdrawReason.NOT_SAID,
) -> Case:
    """End a request and leave the line as it was. A second time changes nothing.

    Raises:
        NotYoursToWithdraw: the operator started it.
        TooLateToWithdraw: its carrying out has begun.
    """
    case = moves.lock(case_id)
    state = CaseState(case.state)
    if case.by_operator:
        raise NotYoursToWithdraw(reference=case.reference)
    if state is CaseState.WITHDRAWN:
        return case
    if state not in WITHDRAWABLE:
        raise TooLateToWithdraw(reference=case.reference)
    submitted = case.submitted_at is not None
    said = "" if reason is WithdrawReason.NOT_SAID else reason.value
    moves.move(case, Action.WITHDRAW, actor=actor, now=now, reason=said)
    if submitted:
        submitting.tell(case, Notice.WITHDRAWN, now=now)
    return case


@transaction.atomic(durable=True)
def expire(*, case_id: UUID, now: datetime) -> None:
    """End a draft nobody went on with, or a request the holder did not answer for 30 days."""
    case = moves.lock(case_id)
    if CaseState(case.state) not in {CaseState.DRAFT, CaseState.AWAITING_CUSTOMER}:
        return
    submitted = case.submitted_at is not None
    moves.move(case, Action.EXPIRE, actor=CLOCK, now=now)
    if submitted:
        submitting.tell(case, Notice.EXPIRED, now=now)
