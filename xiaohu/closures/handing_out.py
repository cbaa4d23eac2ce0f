"""Unclaimed money handed out at the counter: one of us has seen who it is, another confirms it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    claiming,
    clearing,
    moves,
    queries,
    refund_orders,
    repaying,
    submitting,
)
from xiaohu.closures.models import AssistedPayment, Closing
from xiaohu.closures.reviewing import SamePerson
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import day_of
from xiaohu.core.identity import DocumentKind, normalise_document
from xiaohu.core.money import Money
from xiaohu.core.notices import Notice
from xiaohu.core.refusals import Refusal
from xiaohu.core.repaying import PaymentPending, SumMismatch, normalise_slip
from xiaohu.core.unclaimed import NothingToClaim
from xiaohu.registry import lines
from xiaohu.settlement import corrections, ledger, unclaimed
from xiaohu.trail import events


class IdentityNotSeen(Refusal):
    """Money is handed out only to whoever has shown who they are, and by which right."""

    code = "IDENTITY_NOT_SEEN"


def record(
    *,
    closing_id: UUID,
    slip: str,
    identity_seen: bool,
    document_kind: DocumentKind,
    document_number: str,
    officer: StaffUser,
    now: datetime,
) -> AssistedPayment:
    """Record that unclaimed money was handed out; it counts once another person has looked.

    Raises:
        CaseNotFound: it is another operator's.
        NotYoursToPay: neither officer nor finance.
        IdentityNotSeen: the documents of whoever fetches it were not seen.
        SlipRefused, DocumentRefused: the receipt, or such a document, has no such number.
        NothingToClaim, PaymentPending: nothing is to be handed out, or it was recorded already.
        MoneyHeld, MoneyUncertain: nobody may be paid now.
        ClaimTooLate: its last day has passed, and the operator pays nothing after it.
    """
    clearing.require_free(closing_id, operator=officer.operator, now=now)
    with transaction.atomic(durable=True):
        closing = _locked(closing_id, officer)
        repaying.actor_for(officer)
        clearing.require_certain(closing.pk)
        if not identity_seen:
            raise IdentityNotSeen
        payment = AssistedPayment.objects.create(
            operator=closing.operator,
            closing=closing,
            amount_fen=_to_hand_out(closing, now),
            charge_backs=corrections.charge_backs(closing.pk),
            slip=normalise_slip(slip),
            identity_seen=True,
            document_kind=document_kind.value,
            document_index=_index(closing.operator, document_kind, document_number, now),
            recorded_by=officer,
            recorded_at=now,
        )
        _note(payment, "record_handing_out", officer, now)
        return payment


def confirm(*, payment_id: UUID, officer: StaffUser, now: datetime) -> AssistedPayment:
    """Book what was handed out as paid, as a second person. Again it changes nothing.

    Raises:
        CaseNotFound: there is no such payment here.
        NotYoursToPay: neither officer nor finance; above the limit not of finance.
        SamePerson: whoever recorded it cannot confirm it.
        IdentityNotSeen: nobody wrote down which document was seen.
        SumMismatch: the money has moved since.
        MoneyHeld, MoneyUncertain: nobody may be paid now.
    """
    found = AssistedPayment.objects.filter(pk=payment_id, operator=officer.operator).first()
    if found is None:
        raise queries.CaseNotFound
    if found.confirmed_at is None:
        clearing.require_free(found.closing_id, operator=officer.operator, now=now)
    with transaction.atomic(durable=True):
        closing = _locked(found.closing_id, officer)
        payment = AssistedPayment.objects.select_for_update(no_key=True).get(pk=payment_id)
        if payment.confirmed_at is not None:
            return payment
        repaying.actor_for(officer)
        clearing.require_certain(closing.pk)
        if payment.recorded_by_id == officer.pk:
            raise SamePerson
        if payment.document_index is None:
            raise IdentityNotSeen
        _require_finance_above_limit(closing, payment, officer)
        if payment.dropped_at is not None or _unclaimed_fen(closing) != payment.amount_fen:
            raise SumMismatch
        payment.confirmed_by, payment.confirmed_at = officer, now
        payment.save(update_fields=["confirmed_by", "confirmed_at"])
        refund_orders.by_hand(payment, closing, now=now)
        unclaimed.take(closing_id=closing.pk, effect_id=payment.pk, now=now)
        unclaimed.paid(closing_id=closing.pk, effect_id=payment.pk, now=now)
        _note(payment, "confirm_handing_out", officer, now)
        if closing.case.purged_at is None:
            amount = Money(payment.amount_fen).yuan()
            submitting.tell(closing.case, Notice.REFUNDED, now=now, amount=amount)
        return payment


@transaction.atomic(durable=True)
def drop(*, payment_id: UUID, officer: StaffUser, now: datetime) -> None:
    """Take a record back before it is confirmed; harmless to repeat.

    Raises:
        CaseNotFound, NotYoursToPay: as `confirm`.
    """
    found = AssistedPayment.objects.select_for_update(no_key=True)
    payment = found.filter(pk=payment_id, operator=officer.operator).first()
    if payment is None:
        raise queries.CaseNotFound
    repaying.actor_for(officer)
    if payment.confirmed_at is None and payment.dropped_at is None:
        payment.dropped_at = now
        payment.save(update_fields=["dropped_at"])
        _note(payment, "drop_handing_out", officer, now)


def is_the_holders(payment: AssistedPayment) -> bool:
    """Say whether the document that was seen is the one its holder was registered with.

    Once the registration is erased nothing is, and neither is that of whoever stands in for a
    holder: then the second person looks by which right it was fetched.
    """
    registered = payment.closing.case.holder.document_index
    seen = payment.document_index
    return registered is not None and seen is not None and bytes(registered) == bytes(seen)


def _index(operator: str, kind: DocumentKind, number: str, now: datetime) -> bytes:
    plain = normalise_document(number, kind=kind, today=day_of(now))
    return lines.document_index(operator, kind, plain)


def _locked(closing_id: UUID, officer: StaffUser) -> Closing:
    found = Closing.objects.filter(pk=closing_id, operator=officer.operator).first()
    if found is None:
        raise queries.CaseNotFound
    case = moves.lock(found.case_id)
    closing = Closing.objects.select_for_update(no_key=True, of=("self",)).get(pk=closing_id)
    closing.case = case
    return closing


def _to_hand_out(closing: Closing, now: datetime) -> int:
    if repaying.pending_of([closing]):
        raise PaymentPending
    amount_fen = _unclaimed_fen(closing)
    if not amount_fen or claiming.open_of(closing.pk) is not None:
        raise NothingToClaim
    claiming.require_in_time(closing, now=now)
    return amount_fen


def _require_finance_above_limit(
    closing: Closing, payment: AssistedPayment, officer: StaffUser
) -> None:
    limit_fen = queries.profile_of(closing.case).refund.review_above_fen
    if payment.amount_fen > limit_fen and not officer.acts_as(ActorKind.FINANCE):
        raise repaying.NotYoursToPay


def _unclaimed_fen(closing: Closing) -> int:
    settled = ledger.of_closing(closing.pk)
    return settled.unclaimed_fen if settled is not None else 0


def _note(payment: AssistedPayment, action: str, officer: StaffUser, now: datetime) -> None:
    events.record(
        operator=payment.operator,
        actor=repaying.actor_for(officer),
        action=action,
        case_id=payment.closing.case_id,
        evidence={
            "payment": str(payment.pk),
            "amount_fen": str(payment.amount_fen),
            "document": payment.document_kind,
            "as_registered": "yes" if is_the_holders(payment) else "no",
        },
        now=now,
    )
