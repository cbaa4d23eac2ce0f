"""When a refund came back: the holder chooses another way, or it is booked unclaimed."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xiaohu.closures import (
    alarms,
    moves,
    payee_identity,
    paying,
    refund_orders,
    repaying,
    submitting,
)
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import Actor
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.notices import Notice
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.settlement import ledger, orders


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

    The destination is the request's, so whatever else of it is not paid yet waits likewise. It is
    held for a while, and goes once whoever must has agreed; whoever could be told before is
    told that it changed, and how to stop it.

    Raises:
        MoveNotAllowed: no refund came back.
        RouteNotOffered: not among the operator's routes.
        PaymentPending: it is being paid by hand.
        TriesUsed: it came back too often; people pay it by hand.
        PayeeUnproved: whoever names another place has first to show who they are.
        ConsentMissing: an account is used only with a consent of its own.
    """
    case = moves.lock(case_id)
    came_back = _came_back(case)
    repaying.refuse_pending(came_back)
    repaying.require_tries(came_back)
    identity = payee_identity.require(case, route)
    paying.write_refund(case, route=route, bank=bank, account=account, to_line=to_line)
    paying.drop_unused(case, actor=actor, now=now)
    code = orders.new_stop_code()
    held = False
    for closing in [*came_back, *_not_paid_yet(case)]:
        order = refund_orders.anew(closing, identity=identity, actor=actor, stop_code=code, now=now)
        held = held or order.held_until is not None
    for closing in came_back:
        moves.move_closing(closing, Action.RESUME_REFUND, actor=actor, now=now)
        alarms.set_closing_due(closing, at=now, now=now)
    if held:
        link = f"{settings.XIAOHU.address}/stop/{code}"
        submitting.tell(case, Notice.PAYEE_HELD, now=now, link=link)
    else:
        submitting.tell(case, Notice.PAYEE_CHANGED, now=now)
    return case


def is_back(case: Case) -> bool:
    """Say whether a refund of a case came back, whatever its other lines are at."""
    back = CaseState.REFUND_ATTENTION.value
    return Closing.objects.filter(case=case, state=back).exists()


def _not_paid_yet(case: Case) -> list[Closing]:
    """Return the other closings of a locked case whose money has still to go, locked as well."""
    found = (
        Closing.objects.select_for_update(no_key=True, of=("self",))
        .filter(case=case, is_open=True)
        .exclude(state=CaseState.REFUND_ATTENTION.value)
        .order_by("pk")
    )
    ended = {pk for pk, row in ledger.of_closings(c.pk for c in found).items() if row.completed_at}
    others = [closing for closing in found if closing.pk not in ended]
    for closing in others:
        closing.case = case
    return others


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
