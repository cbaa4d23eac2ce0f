"""What a refund must wait for before it goes: people who agree, and time in which it can be stopped.

Every refund is ordered, also one that waits for nothing: no money goes without an order.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db.models import Q

from xiaohu.closures import queries, requesting
from xiaohu.closures.models import AssistedPayment, Case, Closing
from xiaohu.core import ordering
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, Paid
from xiaohu.core.checks import MANY_HOLDERS
from xiaohu.core.ordering import BY_HAND, Asked, OrderOutcome, OrderReason, Terms
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.queue.asking import Question, Slot
from xiaohu.screening import facts as screening
from xiaohu.settlement import ledger, orders
from xiaohu.settlement.models import RefundOrder
from xiaohu.settlement.orders import Word

TOGETHER = timedelta(days=30)  # what one holder is paid in this time is looked at as one refund
GOES_ON = (CaseState.SCHEDULED.value, CaseState.EXECUTING.value, CaseState.SETTLING.value)


def standing(closing: Closing, *, amount_fen: int, now: datetime) -> RefundOrder:
    """Return the order a locked closing is paid under, or one that has ended and leaves it to people.

    Where none stands for exactly this amount to this payee, it is placed: as decided with the
    request, or anew like the last one. Call inside a transaction.
    """
    last = orders.last(closing.pk)
    if last is None:
        return _first(closing, amount_fen=amount_fen, now=now)
    if last.outcome in {OrderOutcome.STOPPED.value, OrderOutcome.DECLINED.value}:
        return last
    if rests_on_nothing(last):
        if last.ended_at is None:
            orders.end(last, OrderOutcome.STOPPED, now=now)
        return last
    stands = last.ended_at is None and last.amount_fen == amount_fen
    if stands and _same_payee(last, closing.case):
        return last
    return _like(last, closing, amount_fen=amount_fen, now=now)


def rests_on_nothing(order: RefundOrder) -> bool:
    """Say whether money was to go elsewhere though nobody showed who they are.

    An earlier release took such orders; under this one people place them anew.
    """
    return OrderReason.PAYEE_CHANGED.value in order.reasons and order.identity is None


def anew(
    closing: Closing, *, identity: UUID | None, actor: Actor, stop_code: str, now: datetime
) -> RefundOrder:
    """Order a refund that goes elsewhere, or goes again after it was stopped.

    `identity` is the upload by which whoever names the payee showed who they are. Call inside a
    transaction that holds case and closing.
    """
    asked = _asked(
        closing.case,
        changed=True,
        identity=identity,
        by_staff=actor.kind is not ActorKind.SUBSCRIBER,
        amount_fen=_due_fen(closing),
        now=now,
    )
    terms = _terms(closing.case, asked)
    until = now + terms.held if terms.held else None
    return _place(
        closing,
        asked,
        terms,
        prepared_by=person(actor),
        held_until=until,
        stop_code=stop_code,
        now=now,
    )


def by_hand(payment: AssistedPayment, closing: Closing, *, now: datetime) -> None:
    """Order what was paid by hand: one recorded it, another has confirmed it, and it is gone.

    Call inside a transaction that holds case and closing.
    """
    amount_fen = payment.amount_fen
    asked = _asked(closing.case, by_staff=True, amount_fen=amount_fen, now=now)
    confirmed = (payment.confirmed_by_id, payment.confirmed_at)
    _place(closing, asked, BY_HAND, prepared_by=payment.recorded_by_id, agreed=[confirmed], now=now)
    orders.send(closing.pk, effect_id=payment.pk, now=now)


def _first(closing: Closing, *, amount_fen: int, now: datetime) -> RefundOrder:
    """Order the first refund of a closing.

    Whoever decided on the request had seen where the money goes and how much it is: that is
    agreed to.
    """
    case = closing.case
    asked = _asked(case, by_staff=False, amount_fen=amount_fen, now=now)
    terms = _terms(case, asked)
    decided = [by for by in (case.proposed_by_id, case.decided_by_id) if by != case.prepared_by]
    words = [(by, case.decided_at) for by in decided if by is not None]
    agreed = words[-terms.needed :] if terms.needed and _looked_at(case, terms) else []
    return _place(
        closing, asked, terms, prepared_by=case.prepared_by, agreed=agreed, first_ever=True, now=now
    )


def _like(last: RefundOrder, closing: Closing, *, amount_fen: int, now: datetime) -> RefundOrder:
    """Order a refund like the last one of its closing, by the same person and with the same link.

    What was agreed stands for the same sum to the same payee; the time in which it can be stopped
    began when this payee was named.
    """
    case = closing.case
    changed = OrderReason.PAYEE_CHANGED.value in last.reasons
    by_staff = OrderReason.BY_STAFF.value in last.reasons
    asked = _asked(
        case,
        changed=changed,
        identity=last.identity,
        by_staff=by_staff,
        amount_fen=amount_fen,
        now=now,
    )
    terms = _terms(case, asked)
    known = _same_payee(last, case)
    until = now + terms.held if terms.held else None
    return _place(
        closing,
        asked,
        terms,
        prepared_by=last.prepared_by,
        agreed=orders.words(last) if known and last.amount_fen == amount_fen else [],
        held_until=last.held_until if known else until,
        stop_code=last.stop_code,
        now=now,
    )


def _place(
    closing: Closing,
    asked: Asked,
    terms: Terms,
    *,
    prepared_by: UUID,
    agreed: Sequence[Word] = (),
    held_until: datetime | None = None,
    stop_code: str = "",
    first_ever: bool = False,
    now: datetime,
) -> RefundOrder:
    return orders.place(
        operator=closing.operator,
        closing_id=closing.pk,
        asked=asked,
        terms=terms,
        route=closing.case.refund_route,
        payee=closing.case.payee_index,
        prepared_by=prepared_by,
        agreed=agreed,
        held_until=held_until,
        stop_code=stop_code,
        first_ever=first_ever,
        now=now,
    )


def _same_payee(order: RefundOrder, case: Case) -> bool:
    here = (case.refund_route, bytes(case.payee_index or b""))
    return (order.route, bytes(order.payee or b"")) == here


def _due_fen(closing: Closing) -> int | None:
    """Return what a closing is to be paid; None while that is not known."""
    settled = ledger.of_closing(closing.pk)
    if settled is None:
        return None
    claimed_fen = 0 if closing.is_open else settled.unclaimed_fen
    return claimed_fen or settled.left_fen or None


def person(actor: Actor) -> UUID:
    """Return who acts as the id that orders keep."""
    try:
        return UUID(actor.id)
    except ValueError:
        return uuid5(NAMESPACE_OID, actor.id)


def _asked(
    case: Case,
    *,
    by_staff: bool,
    amount_fen: int | None,
    now: datetime,
    changed: bool = False,
    identity: UUID | None = None,
) -> Asked:
    rule = APPLICANTS[ApplicantKind(case.applicant)]
    route = RefundRoute(case.refund_route or RefundRoute.ORIGINAL)
    return Asked(
        moved=ordering.goes_elsewhere(route, changed=changed),
        identity=identity,
        by_staff=by_staff,
        deciders=rule.deciders if rule.paid is Paid.APPLICANT else 1,
        same_payee=requesting.holders_paid_alike(case) >= MANY_HOLDERS,
        amount_fen=amount_fen,
        together_fen=_together(case, now=now),
        limit_fen=queries.profile_of(case).refund.review_above_fen,
    )


def _terms(case: Case, asked: Asked) -> Terms:
    return ordering.terms(asked, hold_hours=queries.profile_of(case).refund.payee_hold_hours)


def _together(case: Case, *, now: datetime) -> int:
    """Return what its holder gets back by this request and others of these days, in fen.

    A line that is not settled yet counts with what is known of it, so that no order of the lines
    stays below a limit they exceed together.
    """
    found = _PAID_TOGETHER.rows(since=now - TOGETHER, holder_id=case.holder_id, case_id=case.pk)
    ids = {pk for (pk,) in found}
    settled = ledger.of_closings(ids)
    known = screening.last_of(ids - settled.keys())
    return sum(row.refundable_fen - row.waived_fen for row in settled.values()) + sum(
        each.facts.refundable_fen for each in known.values()
    )


_LATELY = (
    Q(state="", is_open=True, case__state__in=GOES_ON)
    | Q(state__in=GOES_ON)
    | Q(disconnected_at__gt=Slot("since"))
)
_PAID_TOGETHER = Question(
    lambda: Closing.objects.filter(
        Q(_LATELY, case__holder_id=Slot("holder_id")) | Q(case_id=Slot("case_id"))
    ).values_list("pk")
)
_SEEN_AS = {
    ordering.OrderReason.ABOVE_LIMIT: "refund_above_limit",
    ordering.OrderReason.SAME_PAYEE: "same_payee",
    ordering.OrderReason.SUBSTITUTE: "for_somebody_else",
}


def _looked_at(case: Case, terms: Terms) -> bool:
    """Say whether a person decided on the request and knew of everything that is asked about."""
    known = set(case.review_reasons)
    return all(_SEEN_AS.get(reason, "") in known for reason in terms.reasons)
