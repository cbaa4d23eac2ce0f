"""A refused request looked at again: a new case with the same answers, for another reviewer."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import copying, drafting, moves, queries
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.calendar import day_of
from xiaohu.core.refusals import Refusal
from xiaohu.core.review import APPEAL_DAYS, appeal_until
from xiaohu.core.states import CaseState
from xiaohu.registry import policies
from xiaohu.trail import events


class NotRefused(Refusal):
    """Only a refused request can be looked at again."""

    code = "NOT_REFUSED"


class AppealTooLate(Refusal):
    """The days in which another look could be asked for are over."""

    code = "APPEAL_TOO_LATE"


@transaction.atomic(durable=True)
def appeal(*, case_id: UUID, actor: Actor, now: datetime) -> Case:
    """Open a case that another person will decide, with the answers of the refused one.

    It is submitted like any other, once its checks are fresh.

    Raises:
        NotRefused: the case was not refused.
        AppealTooLate: that was too long ago; a new request can still be made.
        AlreadyClosing: the line has another open request.
    """
    refused = moves.lock(case_id)
    if CaseState(refused.state) is not CaseState.REFUSED:
        raise NotRefused
    if refused.decided_at is None or day_of(now) > appeal_until(refused_at=refused.decided_at):
        raise AppealTooLate(days=APPEAL_DAYS)
    closings = queries.closings_of(refused)
    for closing in closings:
        drafting.refuse_second(closing.line, closing.account_id)
    case = copying.copy(
        refused,
        now=now,
        policy=policies.in_force(refused.operator),
        appeal_of=refused,
        size=refused.size,
    )
    for closing in closings:
        drafting.open_closing(case, closing.line, closing.account_id, now, closing.choices)
    events.record(
        operator=case.operator,
        actor=actor,
        action="appeal",
        case_id=case.pk,
        to_state=case.state,
        evidence={"refused": refused.reference},
        now=now,
    )
    return case


def review_of(case: Case) -> Case | None:
    """Return the newest case in which a refused one is looked at again."""
    return Case.objects.filter(appeal_of=case).order_by("-opened_at").first()
