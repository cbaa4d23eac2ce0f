"""Pairs of moves that compete for one case, and every way in which a race of theirs may end."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass

from tests.closures.states import BANK, officer
from tests.faults.outside import deliver
from tests.faults.places import Place, finance
from tests.stories import holder_of
from xiaohu.closures import (
    agreeing,
    claiming,
    driver,
    handing_out,
    matching,
    refunding,
    repaying,
    resolving,
    reviewing,
    withdrawing,
)
from xiaohu.core.identity import DocumentKind
from xiaohu.core.profile import RefundRoute
from xiaohu.core.review import RefusalReason, ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.queue import clock
from xiaohu.settlement.models import Transfer

_S = CaseState
DONE, TOLD = True, False
AFTER = frozenset({_S.EXECUTING, _S.SETTLING, _S.DONE})
"""Where a case may stand once its carrying out has begun."""


@dataclass(frozen=True)
class End:
    """One way a race may end: who was done, who was told no, and where the case stands then."""

    first: bool
    second: bool
    states: Collection[CaseState]


Move = Callable[[Place], object]


def withdraw(place: Place) -> object:
    """Take the request back."""
    return withdrawing.withdraw(case_id=place.case.pk, actor=holder_of(place.case), now=place.now)


def submit(place: Place) -> object:
    """Submit the draft."""
    return place.world.submit(place.case)


def expire(place: Place) -> object:
    """Let the clock end what nobody went on with."""
    withdrawing.expire(case_id=place.case.pk, now=place.now)
    return None


def advance(place: Place) -> object:
    """Let a worker carry it on."""
    driver.advance(closing_id=place.closing.pk, clock=clock.now)
    return None


def approve(place: Place) -> object:
    """Accept it."""
    return reviewing.approve(case_id=place.case.pk, officer=officer(), now=place.now)


def refuse(place: Place) -> object:
    """Refuse it."""
    return reviewing.refuse(
        case_id=place.case.pk,
        officer=officer(),
        reasons=[RefusalReason.DUPLICATE],
        now=place.now,
    )


def send_back(place: Place) -> object:
    """Ask the applicant to put something right."""
    return reviewing.return_case(
        case_id=place.case.pk,
        officer=officer(),
        reasons=[ReturnReason.UNCLEAR_ANSWERS],
        now=place.now,
    )


def claim_by(name: str) -> Move:
    """Let an officer take it."""
    return lambda place: reviewing.claim(
        case_id=place.case.pk, officer=officer(name), now=place.now
    )


def choose(place: Place) -> object:
    """Name another account for what came back."""
    return refunding.choose_another_way(
        case_id=place.case.pk,
        route=RefundRoute.BANK_ACCOUNT,
        **BANK,
        actor=holder_of(place.case),
        now=place.now,
    )


def retry(place: Place) -> object:
    """Send what came back once more."""
    return repaying.retry(closing_id=place.closing.pk, officer=finance(), now=place.now)


def record(place: Place) -> object:
    """Record that it was paid by hand."""
    return repaying.record_payment(
        closing_id=place.closing.pk, slip="hd 2026-0002", officer=finance("sun"), now=place.now
    )


def confirm(place: Place) -> object:
    """Confirm a payment by hand."""
    return repaying.confirm_payment(
        payment_id=place.payment.pk, officer=finance("sun"), now=place.now
    )


def drop(place: Place) -> object:
    """Take a payment by hand back."""
    repaying.drop_payment(payment_id=place.payment.pk, officer=finance(), now=place.now)
    return None


def agree(place: Place) -> object:
    """Decide a finding as another person proposed."""
    return resolving.agree(finding_id=place.finding.pk, officer=finance("sun"), now=place.now)


def reject(place: Place) -> object:
    """Take the proposal off a finding."""
    return resolving.reject(finding_id=place.finding.pk, officer=finance("sun"), now=place.now)


def hear(place: Place) -> object:
    """Hear one event of the bank."""
    return deliver(b'{"type": "payout.paid", "key": "x"}', event_id=place.event)


def open_again(place: Place) -> object:
    """Open a draft for the same line."""
    return place.world.draft(place.number)


def agree_to_order(place: Place) -> object:
    """Agree to a refund as somebody who did not prepare it."""
    return agreeing.agree(closing_id=place.closing.pk, officer=finance("sun"), now=place.now)


def stop(place: Place) -> object:
    """Stop a refund by the link sent to whoever was told before."""
    code = place.order.stop_code
    return agreeing.stop(operator=place.case.operator, code=code, now=place.now)


def claim(place: Place) -> object:
    """Claim what waits, to an own account."""
    return claiming.claim(
        case_id=place.case.pk,
        route=RefundRoute.BANK_ACCOUNT,
        **BANK,
        actor=holder_of(place.case),
        now=place.now,
    )


def hand_out(place: Place) -> object:
    """Record that what waits was handed out."""
    return handing_out.record(
        closing_id=place.closing.pk,
        slip="SJ-2026-2",
        identity_seen=True,
        document_kind=DocumentKind.PASSPORT,
        document_number="E00000001",
        officer=finance("sun"),
        now=place.now,
    )


def confirm_fetched(place: Place) -> object:
    """Confirm what another person has handed out."""
    return handing_out.confirm(payment_id=place.payment.pk, officer=finance("sun"), now=place.now)


def call_back(place: Place) -> object:
    """Hear from the bank that it has paid, and match what was heard."""
    paid = Transfer.objects.get(closing_id=place.closing.pk, credit="refund_pending")
    said = {"type": "payout.paid", "key": str(paid.effect_id), "amount_fen": paid.amount_fen}
    body = json.dumps({**said, "currency": "CNY"}).encode()
    deliver(body, event_id=place.event)
    return matching.take_in(now=place.now)
