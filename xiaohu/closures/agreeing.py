"""Refunds that wait for somebody's word: agreed to, declined, or stopped by whoever was told before."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import alarms, claiming, moves, payee_identity, queries, submitting
from xiaohu.closures.models import Claim, Closing, HumanQueue
from xiaohu.closures.repaying import NotYoursToPay
from xiaohu.closures.reviewing import SamePerson
from xiaohu.closures.work import PEOPLE_HAVE, PERSON_HAS
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.moves import Action
from xiaohu.core.notices import Notice
from xiaohu.core.ordering import OrderOutcome, OrderStopped
from xiaohu.core.payouts import Returned
from xiaohu.core.refusals import ChangedSince
from xiaohu.core.states import CaseState
from xiaohu.settlement import orders
from xiaohu.settlement.models import RefundOrder
from xiaohu.trail import events

STOPPED = "refund_stopped"
# Whoever holds the link: told at an address that was known before, and not signed in.
OLD_CONTACT = Actor(ActorKind.SUBSCRIBER, "old contact")


@dataclass(frozen=True, slots=True)
class About:
    """Which refund a link is about, and whether it can still be stopped."""

    reference: str
    open: bool
    stopped: bool
    until: datetime | None


def about(*, operator: str, code: str, now: datetime) -> About:
    """Return what a link is about, in no more words than its message had.

    Raises:
        CaseNotFound: there is no such link, or its folder is gone.
    """
    found = orders.by_stop_code(operator, code)
    closing = (
        Closing.objects.select_related("case").filter(pk=found[0].closing_id).first()
        if found
        else None
    )
    if closing is None or closing.case.purged_at is not None:
        raise queries.CaseNotFound
    until = found[0].held_until
    return About(
        reference=closing.case.reference,
        open=any(order.ended_at is None for order in found),
        stopped=any(order.outcome == OrderOutcome.STOPPED.value for order in found),
        until=until if until is not None and until > now else None,
    )


@transaction.atomic(durable=True)
def agree(
    *, closing_id: UUID, officer: StaffUser, now: datetime, seen: str | None = None
) -> RefundOrder:
    """Agree to a refund as somebody who did not prepare it; with the last word it goes.

    `seen` is the order that was looked at.

    Raises:
        CaseNotFound: it is another operator's.
        NotYoursToPay: not of finance.
        OrderStopped: it waits for nobody's word.
        ChangedSince: another order was looked at.
        SamePerson: this person prepared it, or agreed before.
        PayeeUnproved: what shows who named the payee is gone, so nobody can look at it.
    """
    closing, order = _waiting(closing_id, officer, seen)
    if officer.pk in {order.prepared_by, order.first_by}:
        raise SamePerson
    payee_identity.require_seen(closing.case_id, order.identity)
    orders.agree(order, by=officer.pk, now=now)
    events.record(
        operator=closing.operator,
        actor=officer.actor(ActorKind.FINANCE),
        action="agree_refund",
        case_id=closing.case_id,
        evidence={"order": str(order.pk), "needed": str(order.needed)},
        now=now,
    )
    if order.missing == 0:
        alarms.set_closing_due(closing, at=max(now, order.held_until or now), now=now)
    return order


@transaction.atomic(durable=True)
def decline(
    *, closing_id: UUID, officer: StaffUser, now: datetime, seen: str | None = None
) -> None:
    """Decline a refund: it does not go, and the person is asked for another way.

    Raises:
        CaseNotFound, NotYoursToPay, OrderStopped, ChangedSince: as `agree`.
    """
    closing, order = _waiting(closing_id, officer, seen)
    actor = officer.actor(ActorKind.FINANCE)
    orders.end(order, OrderOutcome.DECLINED, now=now)
    claim = claiming.open_of(closing.pk)
    if claim is not None:
        _leave(claim, closing, now)
    else:
        _back(closing, order, Returned.DECLINED, actor, HumanQueue.SUBSCRIBER, now)
    submitting.tell(closing.case, Notice.REFUND_FAILED, now=now)


@transaction.atomic(durable=True)
def stop(*, operator: str, code: str, now: datetime) -> bool:
    """Stop refunds by the link sent to whoever was told before; say whether any was still to stop.

    Nothing of that request goes before people have looked. A second time changes nothing.

    Raises:
        CaseNotFound: there is no such link.
    """
    found = orders.by_stop_code(operator, code)
    if not found:
        raise queries.CaseNotFound
    case = moves.lock(Closing.objects.get(pk=found[0].closing_id).case_id)
    stopped = False
    for order in found:
        closing = Closing.objects.select_for_update(no_key=True, of=("self",)).get(
            pk=order.closing_id
        )
        standing = orders.current(closing.pk)
        if standing is None or standing.pk != order.pk:
            continue
        closing.case = case
        claim = claiming.open_of(closing.pk)
        if claim is None and not closing.is_open:
            continue
        orders.end(standing, OrderOutcome.STOPPED, now=now)
        stopped = True
        if claim is None and closing.state != CaseState.SETTLING.value:
            continue  # It has not come to its money yet; when it does, people look at it first.
        if claim is not None:
            _leave(claim, closing, now)
            continue
        _back(closing, standing, Returned.STOPPED, OLD_CONTACT, HumanQueue.OPERATIONS, now)
    if stopped:
        submitting.tell(case, Notice.REFUND_STOPPED, now=now)
    return stopped


def bring_to_people(closing: Closing, order: RefundOrder, *, now: datetime) -> None:
    """Leave a closing to people whose refund was stopped before it came to it. Call inside a transaction."""
    _back(closing, order, Returned.STOPPED, OLD_CONTACT, HumanQueue.OPERATIONS, now)


def _leave(claim: Claim, closing: Closing, now: datetime) -> None:
    """Leave what was claimed where it is; a worker about to send it loses the closing."""
    closing.lease, closing.lease_until = closing.lease + 1, None
    claiming.end(claim, closing, paid=False, now=now)


def _back(
    closing: Closing,
    order: RefundOrder,
    why: Returned,
    actor: Actor,
    owner: HumanQueue,
    now: datetime,
) -> None:
    # A worker that was about to send it loses the closing: what it writes no longer counts.
    closing.lease, closing.lease_until = closing.lease + 1, None
    closing.next_action_at, closing.owner = None, owner.value
    has = PERSON_HAS if owner is HumanQueue.SUBSCRIBER else PEOPLE_HAVE
    closing.owner_due_at, closing.trouble, closing.attempts = now + has, STOPPED, 0
    evidence = {"order": str(order.pk)}
    moves.move_closing(
        closing, Action.STOP_REFUND, actor=actor, now=now, reason=why.value, evidence=evidence
    )


def _waiting(closing_id: UUID, officer: StaffUser, seen: str | None) -> tuple[Closing, RefundOrder]:
    found = Closing.objects.filter(pk=closing_id, operator=officer.operator).first()
    if found is None:
        raise queries.CaseNotFound
    if not officer.acts_as(ActorKind.FINANCE):
        raise NotYoursToPay
    case = moves.lock(found.case_id)
    closing = Closing.objects.select_for_update(no_key=True, of=("self",)).get(pk=closing_id)
    closing.case = case
    order = orders.current(closing_id)
    waits = closing.state == CaseState.SETTLING.value or claiming.open_of(closing_id) is not None
    if order is None or not waits or order.amount_fen is None or order.missing == 0:
        raise OrderStopped  # Nobody agrees to a sum that is not known yet.
    if seen is not None and seen != str(order.pk):
        raise ChangedSince
    return closing, order
