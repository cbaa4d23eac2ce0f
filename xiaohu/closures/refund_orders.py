"""What a refund must wait for before it goes: people who agree, and time in which it can be stopped."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db.models import Q

from xiaohu.closures import applying, queries, requesting
from xiaohu.closures.models import Case, Closing
from xiaohu.core import ordering
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, Paid
from xiaohu.core.checks import MANY_HOLDERS
from xiaohu.core.ordering import Asked, Terms
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.screening import facts as screening
from xiaohu.settlement import ledger, orders
from xiaohu.settlement.models import RefundOrder

TOGETHER = timedelta(days=30)  # what one holder is paid in this time is looked at as one refund
GOES_ON = (CaseState.SCHEDULED.value, CaseState.EXECUTING.value, CaseState.SETTLING.value)


def first(closing: Closing, *, now: datetime) -> RefundOrder | None:
    """Order the first refund of a locked closing, if it needs somebody's word.

    Whoever decided on the request had seen where the money goes and how much it is: that is
    agreed to. Nothing is asked for where nobody needs to agree. Call inside a transaction.
    """
    case = closing.case
    terms = _terms(case, changed=False, by_staff=False, now=now)
    if not terms.waits:
        return None
    decided = (case.proposed_by_id, case.decided_by_id)
    agreed = [by for by in decided if by is not None] if _looked_at(case, terms) else []
    return orders.place(
        operator=case.operator,
        closing_id=closing.pk,
        terms=terms,
        prepared_by=case.prepared_by,
        agreed=agreed[-terms.needed :],
        now=now,
    )


def anew(closing: Closing, *, actor: Actor, stop_code: str, now: datetime) -> RefundOrder:
    """Order a refund that goes elsewhere, or goes again after it was stopped.

    Call inside a transaction that holds case and closing.
    """
    case = closing.case
    by_staff = actor.kind is not ActorKind.SUBSCRIBER
    terms = _terms(case, changed=True, by_staff=by_staff, now=now)
    return orders.place(
        operator=case.operator,
        closing_id=closing.pk,
        terms=terms,
        prepared_by=person(actor),
        stop_code=stop_code,
        now=now,
    )


def person(actor: Actor) -> UUID:
    """Return who acts as the id that orders keep."""
    try:
        return UUID(actor.id)
    except ValueError:
        return uuid5(NAMESPACE_OID, actor.id)


def _terms(case: Case, *, changed: bool, by_staff: bool, now: datetime) -> Terms:
    refund = queries.profile_of(case).refund
    rule = APPLICANTS[ApplicantKind(case.applicant)]
    asked = Asked(
        route=RefundRoute(case.refund_route or RefundRoute.ORIGINAL),
        changed=changed,
        by_staff=by_staff,
        deciders=rule.deciders if rule.paid is Paid.APPLICANT else 1,
        proved=applying.standing(case, now=now).reached,
        above_limit=_together(case, now=now) > refund.review_above_fen,
        same_payee=requesting.holders_paid_alike(case) >= MANY_HOLDERS,
    )
    return ordering.terms(asked, hold_hours=refund.payee_hold_hours)


def _together(case: Case, *, now: datetime) -> int:
    """Return what its holder gets back by this request and others of these days, in fen.

    A line that is not settled yet counts with what is known of it, so that no order of the lines
    stays below a limit they exceed together.
    """
    waits = Q(state="", is_open=True, case__state__in=GOES_ON)
    lately = waits | Q(state__in=GOES_ON) | Q(disconnected_at__gt=now - TOGETHER)
    closings = Closing.objects.filter(lately, case__holder_id=case.holder_id)
    ids = set(closings.values_list("pk", flat=True)) | {c.pk for c in queries.closings_of(case)}
    settled = ledger.of_closings(ids)
    known = screening.last_of(ids - settled.keys())
    return sum(row.refundable_fen - row.waived_fen for row in settled.values()) + sum(
        each.facts.refundable_fen for each in known.values()
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
