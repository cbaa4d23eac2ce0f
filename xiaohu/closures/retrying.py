"""Trying once more what people own, on somebody's word."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import alarms, moves, queries
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal
from xiaohu.erasure import outside
from xiaohu.queue import effects
from xiaohu.trail import events

TRY_AGAIN = "try_again"
_MAY = (ActorKind.OFFICER, ActorKind.FINANCE)


class NothingToTry(Refusal):
    """The closing goes on by itself, or has ended; somebody else may have been faster."""

    code = "NOTHING_TO_TRY"


class NotYoursToTry(Refusal):
    """Only an officer or somebody of finance gives a closing back to the worker."""

    code = "NOT_YOURS_TO_TRY"


@transaction.atomic(durable=True)
def try_again(*, case_id: UUID, closing_id: UUID, officer: StaffUser, now: datetime) -> None:
    """Give a closing back to the worker, which asks the other side at once.

    What is not known to have happened is looked up first, never just sent again.

    Raises:
        CaseNotFound: it is another operator's.
        NotYoursToTry: neither an officer nor of finance.
        NothingToTry: nobody needs to.
    """
    case = moves.lock(case_id)
    if case.operator != officer.operator:
        raise queries.CaseNotFound
    actor = officer.acting(_MAY, NotYoursToTry)
    closing = (
        Closing.objects.select_for_update(no_key=True)
        .filter(alarms.going_on(), pk=closing_id, case=case)
        .filter(owner=HumanQueue.OPERATIONS.value)
        .first()
    )
    if closing is None:
        raise NothingToTry
    events.record(
        operator=case.operator,
        actor=actor,
        action=TRY_AGAIN,
        case_id=case.pk,
        evidence={"trouble": closing.trouble, "step": closing.step},
        now=now,
    )
    effects.look_afresh(closing.pk)
    outside.look_afresh(closing.pk)
    alarms.set_closing_due(closing, at=now, now=now)
