"""What a provider said of a payment, by callbacks and when asked, brought to one outcome.

Callbacks lie in the inbox until they are matched. Those about a payment that is still open only
bring the next look at it forward, where all of them are weighed together; what they say of one
that has ended is left to people, and so is what nobody can make anything of.
"""

import logging
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import Q

from xiaohu.closures import alarms, claiming, moves, submitting
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core import matching
from xiaohu.core.actors import WORKER
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.core.matching import FOR_PEOPLE, Heard, Match, Said
from xiaohu.core.notices import Notice
from xiaohu.gateways import callbacks
from xiaohu.gateways.models import InboxEvent
from xiaohu.gateways.protocols import Answer, AnswerState
from xiaohu.queue import effects, engine
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import corrections, findings
from xiaohu.settlement.bills import LedgerBroken
from xiaohu.trail import events

logger = logging.getLogger(__name__)
SOURCE = "payout"
_SAID = {
    AnswerState.DONE: Said.PAID,
    AnswerState.ACCEPTED: Said.ACCEPTED,
    AnswerState.REFUSED: Said.REFUSED,
    AnswerState.RETURNED: Said.RETURNED,
}
_ENDED = {EffectState.DONE.value: Said.PAID, EffectState.REFUSED.value: Said.REFUSED}


def weigh(effect: Effect, answer: Answer | None, *, lookup: bool) -> Match:
    """Return the one outcome of a payment, from all that was said of it until now."""
    return matching.match(
        amount_fen=corrections.reserved(effect.pk) or 0,
        callbacks=heard_of(effect.pk),
        answer=_heard(effect, answer) if answer is not None else None,
        lookup=lookup,
    )


def heard_of(effect_id: UUID) -> list[Heard]:
    """Return what callbacks said of a payment, as far as it can be read."""
    read = (matching.read(body) for body in callbacks.bodies_of(effect_id, source=SOURCE))
    return [each for each in read if each is not None]


def take_in(*, now: datetime) -> int:
    """Match every callback that waits and return how many; lost jobs are replaced by this."""
    waiting = callbacks.to_match(SOURCE)
    for event in waiting:
        try:
            take_one(event, now=now)
        except OperationalError:
            raise  # The database is away, not the callback wrong.
        except (DatabaseError, LedgerBroken) as failed:
            logger.warning("a callback could not be matched: %s", type(failed).__name__)
            _put_aside(event, now)
    return len(waiting)


@transaction.atomic(durable=True)
def _put_aside(event: InboxEvent, now: datetime) -> None:
    """Leave a callback to people whose consequence was refused, so that it stops no other."""
    effect = Effect.objects.filter(pk=event.effect_id).first() if event.effect_id else None
    _note_unreadable(event, effect, now)
    callbacks.matched(event, now=now)


@transaction.atomic(durable=True)
def take_one(event: InboxEvent, *, now: datetime) -> None:
    """Match one callback; once more is harmless."""
    effect = _locked(event.effect_id) if event.effect_id else None
    heard = matching.read(callbacks.body_of(event))
    if heard is None:
        _note_unreadable(event, effect, now)
    elif effect is None or corrections.reserved(effect.pk) is None:
        _note_unknown(event, heard, now)
    elif effect.state in _ENDED:
        _weigh_ended(effect, heard, now)
    else:
        _look_sooner(effect, now)
    callbacks.matched(event, now=now)


def _locked(effect_id: UUID) -> Effect | None:
    """Return an effect; of a payment only once its case is locked.

    A worker that has weighed it and is about to write has to end first: what was heard meanwhile
    would be seen by neither.
    """
    effect = Effect.objects.filter(pk=effect_id).first()
    if effect is not None and corrections.reserved(effect.pk) is not None:
        moves.lock(Closing.objects.get(pk=effect.subject_id).case_id)
        effect.refresh_from_db()
    return effect


def _look_sooner(effect: Effect, now: datetime) -> None:
    """Bring the next look at an open payment forward, also where people have it already."""
    theirs = Q(next_action_at=None, owner=HumanQueue.OPERATIONS.value)
    claimed = Q(pk__in=claiming.claimed_among([effect.subject_id]))
    closing = Closing.objects.filter(Q(is_open=True) | claimed, pk=effect.subject_id)
    if closing.filter(theirs | Q(next_action_at__gt=now)).update(next_action_at=now):
        effects.look_afresh(effect.subject_id)
        engine.defer(alarms.TASK, closing_id=effect.subject_id)


def _weigh_ended(effect: Effect, heard: Heard, now: datetime) -> None:
    """Compare what is said of a payment that has ended with what we made of it."""
    # What was booked counts: less than was asked for may have been paid, or more believed back.
    booked, back = corrections.paid_under(effect.pk), corrections.charged_under(effect.pk)
    fen = booked or back or corrections.reserved(effect.pk) or 0
    own = Heard(said=Said.PAID if booked or back else _ENDED[effect.state], amount_fen=fen)
    found = matching.match(amount_fen=fen, callbacks=heard_of(effect.pk), answer=own, lookup=True)
    if found.outcome in FOR_PEOPLE:
        note(effect, found, FindingSource.CALLBACK, now=now)
    elif heard.said is Said.RETURNED and (booked or not back):
        _charge_back(effect, heard.reference or found.reference, booked, now)


def _charge_back(effect: Effect, reference: str, booked_fen: int, now: datetime) -> None:
    """Book that a payment came back, unless that was decided to be untrue already."""
    finding = findings.note_chargeback(
        operator=effect.operator,
        reference=reference,
        closing_id=effect.subject_id,
        effect_id=effect.pk,
        ours_fen=booked_fen or corrections.reserved(effect.pk) or 0,
        now=now,
    )
    if finding.decided_at is None and booked_fen:
        corrections.charge_back(
            closing_id=effect.subject_id, effect_id=effect.pk, amount_fen=booked_fen, now=now
        )
        case = Closing.objects.select_related("case").get(pk=effect.subject_id).case
        events.record(
            operator=case.operator,
            actor=WORKER,
            action="charge_back",
            case_id=case.pk,
            evidence={"effect": str(effect.pk), "amount_fen": str(booked_fen)},
            now=now,
        )
        if case.purged_at is None:
            submitting.tell(case, Notice.CHARGED_BACK, now=now)


def note(
    effect: Effect,
    found: Match,
    source: FindingSource,
    *,
    now: datetime,
) -> None:
    """Leave what was made of a payment to people, once. Call inside a transaction."""
    findings.note(
        operator=effect.operator,
        kind=FindingKind(found.outcome.value),
        source=source,
        reference=found.reference,
        closing_id=effect.subject_id,
        effect_id=effect.pk,
        ours_fen=corrections.reserved(effect.pk),
        theirs_fen=found.theirs_fen,
        now=now,
    )


def _note_unreadable(event: InboxEvent, effect: Effect | None, now: datetime) -> None:
    findings.note(
        operator=_operator(effect),
        kind=FindingKind.UNREADABLE,
        source=FindingSource.CALLBACK,
        reference=event.event_id[:64],
        closing_id=effect.subject_id if effect is not None else None,
        effect_id=event.effect_id,
        now=now,
    )


def _note_unknown(event: InboxEvent, heard: Heard, now: datetime) -> None:
    findings.note(
        operator=_operator(None),
        kind=FindingKind.UNKNOWN_REFERENCE,
        source=FindingSource.CALLBACK,
        reference=heard.reference or event.event_id[:64],
        effect_id=event.effect_id,
        theirs_fen=heard.amount_fen,
        now=now,
    )


def _operator(effect: Effect | None) -> str:
    return effect.operator if effect is not None else str(settings.XIAOHU.operator)


def _heard(effect: Effect, answer: Answer) -> Heard:
    said = _SAID.get(answer.state, Said.NOTHING)
    if answer.state is AnswerState.NOT_FOUND and effects.missing_for_good(effect):
        said = Said.NOT_FOUND
    return Heard(
        said=said,
        amount_fen=answer.amount_fen,
        currency=answer.currency,
        reference=answer.reference,
        reason=answer.reason,
    )
