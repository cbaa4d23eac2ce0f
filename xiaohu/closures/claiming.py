"""Claiming money that was booked unclaimed: by the holder while the folder lives, else at the counter.

A claim sends it by a new refund effect: held, agreed to, stoppable as any refund that goes elsewhere.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from xiaohu.closures import (
    alarms,
    moves,
    payee_identity,
    paying,
    queries,
    refund_orders,
    repaying,
    submitting,
)
from xiaohu.closures.models import Case, Claim, Closing
from xiaohu.core.actors import CLOCK, Actor
from xiaohu.core.consents import ConsentKind
from xiaohu.core.destinations import DESTINATIONS, WITH_CONSENT
from xiaohu.core.notices import Notice
from xiaohu.core.profile import LateClaims, RefundRoute
from xiaohu.core.retention import Category
from xiaohu.core.unclaimed import ClaimElsewhere, ClaimTooLate, NothingToClaim, Owed, Unclaimed
from xiaohu.proofing import consents
from xiaohu.queue import engine
from xiaohu.settlement import ledger, orders, unclaimed
from xiaohu.trail import events
from xiaohu.vault import records, units

NAME = "name"


def book(closing: Closing, why: Unclaimed, *, name: str, now: datetime) -> None:
    """Book what is left of a locked closing unclaimed, and tell how and until when to claim it.

    `name` is in whose name it may be paid; it stays in the folder as long as that lives. Call
    inside a transaction.
    """
    case = closing.case
    years = queries.profile_of(case).refund.claim_years
    booked = unclaimed.book(closing_id=closing.pk, why=why, years=years, now=now)
    if name:
        _keep_name(case, name)
    tell(case, booked.claim_until, now=now)


def tell(case: Case, until: date, *, now: datetime) -> None:
    """Tell that money waits, and how and until when to claim it. Call inside a transaction."""
    link = f"{settings.XIAOHU.address}/claim"
    submitting.tell(case, Notice.UNCLAIMED, now=now, day=until.isoformat(), link=link)


def ways(case: Case) -> tuple[RefundRoute, ...]:
    """Return the ways by which a claim can be paid here: to accounts in the name that is kept."""
    if case.purged_at is not None or not paying.payee(case).get(NAME):
        return ()
    return tuple(r for r in paying.routes(case) if DESTINATIONS[r].asks in WITH_CONSENT)


def claimable(case: Case) -> list[Closing]:
    """Return the closings of a case with unclaimed money that is not being paid yet."""
    waiting = _waiting(case)
    handed_out = repaying.pending_of(waiting)
    return [closing for closing in waiting if closing.pk not in handed_out]


def _waiting(case: Case) -> list[Closing]:
    """Return the closings of a case with unclaimed money that nobody claims."""
    closings = queries.closings_of(case)
    settled = ledger.of_closings(closing.pk for closing in closings)
    busy = set(_open().filter(closing__case=case).values_list("closing_id", flat=True))
    return [
        closing
        for closing in closings
        if closing.pk in settled and settled[closing.pk].unclaimed_fen and closing.pk not in busy
    ]


@transaction.atomic(durable=True)
def claim(
    *, case_id: UUID, route: RefundRoute, bank: str, account: str, actor: Actor, now: datetime
) -> Case:
    """Claim what is unclaimed of a case, to an account of whoever is entitled, used with consent.

    Raises:
        NothingToClaim: nothing is, or it is on its way.
        PaymentPending: it was handed out at the counter, and waits to be confirmed.
        ClaimElsewhere: only with documents at the counter.
        PayeeUnproved: whoever claims has first to show who they are.
        ClaimTooLate: its last day has passed, and the operator pays nothing after it.
    """
    case = moves.lock(case_id)
    found = claimable(case)
    if not found:
        repaying.refuse_pending(_waiting(case))
        raise NothingToClaim
    if route not in ways(case):
        raise ClaimElsewhere
    identity = payee_identity.require(case, route)
    name = paying.payee(case)[NAME]
    consents.give(
        operator=case.operator, case_id=case.pk, kind=ConsentKind.BANK_ACCOUNT, actor=actor, now=now
    )
    paying.write_refund(case, route=route, bank=bank, account=account, to_line="")
    _keep_name(case, name)
    code = orders.new_stop_code()
    for closing in found:
        closing.case = case
        require_in_time(closing, now=now)
        closing.refund_round += 1
        closing.next_action_at = now
        closing.save(update_fields=["refund_round", "next_action_at"])
        refund_orders.anew(closing, identity=identity, actor=actor, stop_code=code, now=now)
        Claim.objects.create(operator=case.operator, closing=closing, made_at=now)
        engine.defer(alarms.TASK, closing_id=closing.pk)
    events.record(operator=case.operator, actor=actor, action="claim", case_id=case.pk, now=now)
    link = f"{settings.XIAOHU.address}/stop/{code}"
    submitting.tell(case, Notice.PAYEE_HELD, now=now, link=link)
    return case


def require_in_time(closing: Closing, *, now: datetime) -> None:
    """Pass before the last day is over, and after it where the operator's rules still pay.

    Raises:
        ClaimTooLate: it is over, and they do not.
    """
    rule = queries.profile_of(closing.case).refund.claimed_late
    if rule is LateClaims.NOT_PAID and unclaimed.is_late(closing.pk, now=now):
        raise ClaimTooLate


@transaction.atomic(durable=True)
def note_late(*, now: datetime) -> int:
    """Record of money that waits that its last day has passed, once each; return of how many.

    Nothing moves: it stays owed and apart, and is never the operator's income.
    """
    found = unclaimed.late(now=now)
    cases = dict(
        Closing.objects.filter(pk__in=[row.pk for row in found]).values_list("pk", "case_id")
    )
    for row in found:
        row.late_since = now
        row.save(update_fields=["late_since"])
        events.record(
            operator=row.operator,
            actor=CLOCK,
            action="pass_claim_limit",
            case_id=cases.get(row.pk),
            evidence={"claim_until": row.claim_until.isoformat()},
            now=now,
        )
    return len(found)


def open_of(closing_id: UUID) -> Claim | None:
    """Return the claim of a closing that is under way."""
    return _open().filter(closing_id=closing_id).first()


def claimed_among(closing_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of some closings have a claim under way."""
    found = _open().filter(closing__in=list(closing_ids))
    return set(found.values_list("closing_id", flat=True))


def owed(closings: Collection[Closing]) -> Owed | None:
    """Say where money of closings that have ended still stands; None where all has arrived."""
    ended = [closing.pk for closing in closings if not closing.is_open]
    settled = ledger.of_closings(ended).values()
    if claimed_among(ended):
        return Owed.CLAIMED
    if any(row.unclaimed_fen for row in settled):
        return Owed.UNCLAIMED
    return Owed.CHARGED_BACK if any(row.left_fen for row in settled) else None


def end(claim: Claim, closing: Closing, *, paid: bool, now: datetime) -> None:
    """End a claim; nothing of its closing is due any more. Call inside a transaction."""
    if paid:
        payee_identity.forget_served(closing.case)
    claim.ended_at, claim.paid = now, paid
    claim.save(update_fields=["ended_at", "paid"])
    closing.next_action_at, closing.owner, closing.owner_due_at = None, "", None
    closing.attempts, closing.trouble = 0, ""
    closing.save()


def _open() -> QuerySet[Claim]:
    return Claim.objects.filter(ended_at=None)


def _keep_name(case: Case, name: str) -> None:
    records.seal(
        operator=case.operator,
        unit=units.case(case.pk),
        category=Category.PAYEE,
        value={**paying.payee(case), NAME: name},
    )
