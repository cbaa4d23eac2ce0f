"""When a refund came back: the holder chooses another way, or it is booked unclaimed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import alarms, drafting, moves
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.moves import Action
from xiaohu.core.profile import RefundRoute


@transaction.atomic(durable=True)
def choose_another_way(
    *, case_id: UUID, route: RefundRoute, bank: str, account: str, actor: Actor, now: datetime
) -> Case:
    """Take a new destination, again the holder's own, and try the refund once more.

    Raises:
        MoveNotAllowed: no refund came back.
        RouteNotOffered: not among the operator's routes.
    """
    case = moves.lock(case_id)
    drafting.write_refund(case, route=route, bank=bank, account=account)
    moves.move(case, Action.RESUME_REFUND, actor=actor, now=now)
    alarms.set_due(case, at=now, now=now)
    return case
