"""When a refund came back: the holder chooses another way, or it is booked unclaimed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import alarms, moves, paying, repaying, submitting
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import Actor
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.notices import Notice
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState


@transaction.atomic(durable=True)
def choose_another_way(
    *,
    case_id: UUID,
    route: RefundRoute,
    bank: str = "",
    account: str = "",
    to_line: str = "",
    actor: Actor,
    now: datetime,
) -> Case:
    """Take a new destination, again the holder's own, and try the refund once more.

    Whoever could be told before is told that it changed.

    Raises:
        MoveNotAllowed: no refund came back.
        RouteNotOffered: not among the operator's routes.
        PaymentPending: it is being paid by hand.
        ConsentMissing: an account is used only with a consent of its own.
    """
    case = moves.lock(case_id)
    came_back = _came_back(case)
    repaying.refuse_pending(came_back)
    paying.write_refund(case, route=route, bank=bank, account=account, to_line=to_line)
    for closing in came_back:
        moves.move_closing(closing, Action.RESUME_REFUND, actor=actor, now=now)
        alarms.set_closing_due(closing, at=now, now=now)
    submitting.tell(case, Notice.PAYEE_CHANGED, now=now)
    return case


def _came_back(case: Case) -> list[Closing]:
    """Return the closings of a locked case whose refund came back, locked as well."""
    found = list(
        Closing.objects.select_for_update(no_key=True, of=("self",))
        .filter(case=case, state=CaseState.REFUND_ATTENTION.value)
        .order_by("pk")
    )
    if not found:
        raise MoveNotAllowed(state=case.state, action=Action.RESUME_REFUND.value)
    for closing in found:
        closing.case = case  # One case in memory, so that each move sees what the last one did.
    return found
