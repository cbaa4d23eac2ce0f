"""A refund that came back, at the desk: tried again, or paid by hand and recorded by two people.

While a payment by hand waits for the second person nothing else may be tried, so that nobody is
paid twice.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    alarms,
    clearing,
    moves,
    payee_identity,
    queries,
    refund_orders,
    submitting,
)
from xiaohu.closures.models import AssistedPayment, Closing
from xiaohu.closures.reviewing import SamePerson
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.money import Money
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.notices import Notice
from xiaohu.core.ordering import OrderOutcome
from xiaohu.core.refusals import Refusal
from xiaohu.core.repaying import TRIES, PaymentPending, SumMismatch, TriesUsed, normalise_slip
from xiaohu.core.states import CaseState
from xiaohu.settlement import corrections, ledger, orders
from xiaohu.trail import events


class NotYoursToPay(Refusal):
    """Recording a payment needs the role of finance at the case's operator."""

    code = "NOT_YOURS_TO_PAY"


@transaction.atomic(durable=True)
def retry(*, closing_id: UUID, officer: StaffUser, now: datetime) -> Closing:
    """Send a refund that came back once more, to where it was to go.

    Raises:
        CaseNotFound: it is another operator's.
        NotYoursToPay: neither officer nor finance.
        MoveNotAllowed: it did not come back.
        PaymentPending, SumMismatch: nothing may be sent.
        PayeeUnproved: it was stopped, and nothing shows who named that payee.
        TriesUsed: it came back too often to be sent once more.
    """
    closing = _came_back(closing_id, officer)
    actor = actor_for(officer)
    refuse_pending([closing])
    require_tries([closing])
    require_sums(closing)
    _order_again(closing, actor, now)
    moves.move_closing(closing, Action.RESUME_REFUND, actor=actor, now=now, reason="retry")
    alarms.set_closing_due(closing, at=now, now=now)
    return closing


def record_payment(
    *, closing_id: UUID, slip: str, officer: StaffUser, now: datetime
) -> AssistedPayment:
    """Record that what is left was paid by hand; it counts once another person has looked.

    Raises:
        CaseNotFound, NotYoursToPay, MoveNotAllowed, PaymentPending, SumMismatch: as `retry`.
        SlipRefused: the slip has no such number.
        MoneyHeld, MoneyUncertain: nobody may be paid now.
    """
    clearing.require_free(closing_id, operator=officer.operator, now=now)
    with transaction.atomic(durable=True):
        closing = _came_back(closing_id, officer)
        _require_finance(officer)
        refuse_pending([closing])
        clearing.require_certain(closing.pk)
        payment = AssistedPayment.objects.create(
            operator=closing.operator,
            closing=closing,
            amount_fen=require_sums(closing),
            charge_backs=corrections.charge_backs(closing.pk),
            slip=normalise_slip(slip),
            recorded_by=officer,
            recorded_at=now,
        )
        _note(payment, "record_payment", officer, now)
        return payment


def confirm_payment(*, payment_id: UUID, officer: StaffUser, now: datetime) -> AssistedPayment:
    """Book a payment by hand as paid, as a second person who has seen the slip.

    A second confirmation changes nothing.

    Raises:
        CaseNotFound: there is no such payment here.
        NotYoursToPay: not of finance.
        SamePerson: whoever recorded it cannot confirm it.
        SumMismatch, MoveNotAllowed: the money has moved since.
        MoneyHeld, MoneyUncertain: nobody may be paid now.
    """
    meant = AssistedPayment.objects.filter(pk=payment_id, confirmed_at=None).first()
    if meant is not None:
        clearing.require_free(meant.closing_id, operator=officer.operator, now=now)
    with transaction.atomic(durable=True):
        payment = _payment(payment_id, officer)
        if payment.confirmed_at is not None:
            return payment
        closing = _came_back(payment.closing_id, officer)
        _require_finance(officer)
        clearing.require_certain(closing.pk)
        if payment.recorded_by_id == officer.pk:
            raise SamePerson
        if require_sums(closing) != payment.amount_fen or payment.dropped_at is not None:
            raise SumMismatch
        payment.confirmed_by, payment.confirmed_at = officer, now
        payment.save(update_fields=["confirmed_by", "confirmed_at"])
        refund_orders.by_hand(payment, closing, now=now)
        ledger.reserve_refund(closing_id=closing.pk, effect_id=payment.pk, now=now)
        ledger.post_refund(closing_id=closing.pk, effect_id=payment.pk, now=now)
        _note(payment, "confirm_payment", officer, now)
        actor = officer.actor(ActorKind.FINANCE)
        moves.move_closing(closing, Action.RESUME_REFUND, actor=actor, now=now, reason="by_hand")
        alarms.set_closing_due(closing, at=now, now=now)
        amount = Money(payment.amount_fen).yuan()
        submitting.tell(closing.case, Notice.REFUNDED, now=now, amount=amount)
        return payment


@transaction.atomic(durable=True)
def drop_payment(*, payment_id: UUID, officer: StaffUser, now: datetime) -> None:
    """Take a recorded payment back before it is confirmed; harmless to repeat.

    Raises:
        CaseNotFound, NotYoursToPay: as `confirm_payment`.
    """
    payment = _payment(payment_id, officer)
    _require_finance(officer)
    if payment.confirmed_at is None and payment.dropped_at is None:
        payment.dropped_at = now
        payment.save(update_fields=["dropped_at"])
        _note(payment, "drop_payment", officer, now)


def refuse_pending(closings: list[Closing]) -> None:
    """Pass where no payment by hand waits. Call inside a transaction that holds the closings.

    Raises:
        PaymentPending: one does.
    """
    if pending_of(closings):
        raise PaymentPending


def require_tries(closings: list[Closing]) -> None:
    """Pass where a payout may still be tried.

    Raises:
        TriesUsed: it came back too often.
    """
    if any(closing.refund_round >= TRIES for closing in closings):
        raise TriesUsed(tries=TRIES)


def pending_of(closings: list[Closing]) -> dict[UUID, AssistedPayment]:
    """Return the payments by hand that wait for a second person, by closing, with one query."""
    rows = AssistedPayment.objects.filter(
        closing__in=closings, confirmed_at=None, dropped_at=None
    ).select_related("recorded_by")
    return {row.closing_id: row for row in rows}


def require_sums(closing: Closing) -> int:
    """Return what is left to pay, where ledger and settlement agree on it.

    Raises:
        SumMismatch: they do not.
    """
    left_fen = ledger.left_of([closing.pk])[closing.pk]
    if left_fen is None or left_fen <= 0:
        raise SumMismatch
    return left_fen


def actor_for(officer: StaffUser) -> Actor:
    """Return in which role somebody repairs a refund.

    Raises:
        NotYoursToPay: in none.
    """
    return officer.acting((ActorKind.FINANCE, ActorKind.OFFICER), NotYoursToPay)


def _came_back(closing_id: UUID, officer: StaffUser) -> Closing:
    """Return a closing whose refund came back, locked after its case."""
    found = Closing.objects.filter(pk=closing_id, operator=officer.operator).first()
    if found is None:
        raise queries.CaseNotFound
    case = moves.lock(found.case_id)
    closing = Closing.objects.select_for_update(no_key=True, of=("self",)).get(pk=closing_id)
    closing.case = case
    if closing.state != CaseState.REFUND_ATTENTION.value:
        raise MoveNotAllowed(state=closing.state, action=Action.RESUME_REFUND.value)
    return closing


def _order_again(closing: Closing, actor: Actor, now: datetime) -> None:
    """Have another person agree to what was stopped or declined before it is sent after all."""
    last = orders.last(closing.pk)
    if last is None:
        return
    stopped = last.outcome in {OrderOutcome.STOPPED, OrderOutcome.DECLINED}
    if stopped or refund_orders.rests_on_nothing(last):
        refund_orders.anew(
            closing,
            identity=payee_identity.of_again(closing.case),
            actor=actor,
            stop_code=orders.new_stop_code(),
            now=now,
        )


def _payment(payment_id: UUID, officer: StaffUser) -> AssistedPayment:
    found = AssistedPayment.objects.select_for_update(no_key=True).filter(
        pk=payment_id, operator=officer.operator
    )
    payment = found.first()
    if payment is None:
        raise queries.CaseNotFound
    return payment


def _require_finance(officer: StaffUser) -> None:
    if not officer.acts_as(ActorKind.FINANCE):
        raise NotYoursToPay


def _note(payment: AssistedPayment, action: str, officer: StaffUser, now: datetime) -> None:
    events.record(
        operator=payment.operator,
        actor=officer.actor(ActorKind.FINANCE),
        action=action,
        case_id=payment.closing.case_id,
        evidence={"payment": str(payment.pk), "amount_fen": str(payment.amount_fen)},
        now=now,
    )
