"""The effect protocol: intend, call, record; what is unknown is looked up before it is sent again.

These are the inner steps, called inside the caller's transactions; the caller makes the call
between two of them. `verdict` decides, from what the provider declares, what may be done about
an effect whose outcome is not known.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from django.db.models import Q, QuerySet

from xiaohu.queue import bulk
from xiaohu.queue.asking import Question, Slot
from xiaohu.queue.models import Effect, EffectState

SECOND_LOOK_AFTER = timedelta(minutes=1)
KEY_SAFETY = timedelta(hours=1)
LOOKS_NEEDED = 2
DECIDED = "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider declares about repeating a call; `listing`: it shows all it ever did."""

    idempotent: bool
    lookup: bool
    callback: bool
    asynchronous: bool
    key_lifetime: timedelta
    settle_delay: timedelta
    listing: bool = False


class Verdict(StrEnum):
    """What to do next about an effect."""

    SEND = "send"
    LOOK_UP = "look_up"
    WAIT = "wait"
    ASK_A_PERSON = "ask_a_person"
    DECIDED = "decided"  # people said what became of it


def known(*, subject_id: UUID, kind: str, round_: int) -> Effect | None:
    """Return the effect an earlier attempt intended. Call with the subject locked."""
    return _KNOWN.one(subject_id=subject_id, kind=kind, round_=round_)


_KNOWN = Question(
    lambda: Effect.objects.filter(
        subject_id=Slot("subject_id"), kind=Slot("kind"), round=Slot("round_")
    )
)


def done_rounds(*, subject_id: UUID, kind: str) -> frozenset[int]:
    """Return which of the numbered effects of a kind are done."""
    done = Effect.objects.filter(subject_id=subject_id, kind=kind, state=EffectState.DONE.value)
    return frozenset(done.values_list("round", flat=True))


def new(*, operator: str, subject_id: UUID, kind: str, round_: int, now: datetime) -> Effect:
    """Return an effect nobody intended yet; `sending` writes it down."""
    return Effect(
        id=key(subject_id, kind, round_),
        operator=operator,
        subject_id=subject_id,
        kind=kind,
        round=round_,
        created_at=now,
    )


def sending(effect: Effect, *, now: datetime) -> None:
    """Note that the call is about to be made; from here on it may have happened."""
    effect.sent_at = now
    effect.first_sent_at = effect.first_sent_at or now
    effect.misses, effect.missed_at = 0, None
    effect.save()


def sending_many(*, operator: str, subjects: Collection[UUID], kind: str, now: datetime) -> None:
    """Note that the calls for several subjects are about to be made. Call inside a transaction.

    What was sent before is sent again under the same key.
    """
    alike = {
        "operator": operator,
        "kind": kind,
        "round": 0,
        "state": EffectState.INTENDED.value,
        "sent_at": now,
        "first_sent_at": now,
        "misses": 0,
        "reference": "",
        "reason": "",
        "created_at": now,
    }
    bulk.merge(
        Effect,
        ("id", "subject_id"),
        [(key(subject_id, kind, 0), subject_id) for subject_id in subjects],
        alike=alike,
        unique=("subject_id", "kind", "round"),
        update=("sent_at", "misses", "missed_at"),
    )


def done(*, subjects: Collection[UUID], kind: str) -> None:
    """Note that what was sent for several subjects is done. Call inside a transaction."""
    done_ = {"state": EffectState.DONE.value, "reference": "", "reason": ""}
    bulk.put(Effect, done_, column="subject_id", ids=subjects, where={"kind": kind})


def key(subject_id: UUID, kind: str, round_: int) -> UUID:
    """Return the key under which something is asked of the outside.

    It follows from what it is for: where an old backup took the row away, the same is asked for
    under the same key, and the other side knows it.
    """
    return uuid5(subject_id, f"{kind} {round_}")


def record(effect_id: UUID, *, state: EffectState, reference: str = "", reason: str = "") -> None:
    """Write down what is known of an effect.

    An answer that says nothing changes nothing where people decided while it was on its way.
    """
    effect = Effect.objects.filter(pk=effect_id)
    if state is EffectState.UNKNOWN:
        effect = _open(effect)
    effect.update(state=state.value, reference=reference[:64], reason=reason[:64])


def unclear(*, subjects: Collection[UUID], kind: str) -> None:
    """Note that nobody knows what became of what was sent for several subjects and is not done.

    Call inside a transaction.
    """
    sent = Effect.objects.filter(subject_id__in=subjects, kind=kind, sent_at__isnull=False)
    _open(sent).update(state=EffectState.UNKNOWN.value, reference="", reason="")


def _open(effects: QuerySet[Effect]) -> QuerySet[Effect]:
    """Return those of some effects that neither are done nor were decided on by people."""
    return effects.exclude(Q(state=EffectState.DONE.value) | Q(reason=DECIDED))


def missed(effect: Effect, *, now: datetime) -> None:
    """Note that the provider did not find an effect; looks less than a minute apart count once."""
    if effect.missed_at is not None and now - effect.missed_at < SECOND_LOOK_AFTER:
        return
    effect.misses += 1
    effect.missed_at = now
    effect.save(update_fields=["misses", "missed_at"])


def send_afresh(effect: Effect) -> None:
    """Let an effect be sent again under its key, since people said that it was not done."""
    effect.state = EffectState.INTENDED.value
    effect.sent_at = effect.first_sent_at = None
    effect.misses, effect.missed_at, effect.reference, effect.reason = 0, None, "", ""
    effect.save()


def missing_for_good(effect: Effect) -> bool:
    """Say whether not finding an effect once more settles that the provider does not have it."""
    return effect.misses + 1 >= LOOKS_NEEDED


def look_afresh(subject_id: UUID) -> None:
    """Forget how often a subject's effects were not found, so that they are looked up again."""
    unknown = (EffectState.INTENDED.value, EffectState.UNKNOWN.value)
    unresolved = Effect.objects.filter(subject_id=subject_id, state__in=unknown)
    unresolved.update(misses=0, missed_at=None)


def verdict(effect: Effect, can: Capabilities, *, now: datetime) -> Verdict:
    """Say what may be done about an effect.

    One that is done, or refused by people, only waits for what follows. Not finding it counts only after the provider's settle delay and twice; sending again needs
    a provider that still remembers the key, with an hour to spare.
    """
    refused = effect.state == EffectState.REFUSED.value and effect.reason == DECIDED
    if refused or effect.state == EffectState.DONE.value:
        return Verdict.DECIDED
    if effect.sent_at is None or effect.first_sent_at is None:
        return Verdict.SEND
    if not can.lookup:
        key_known = now - effect.first_sent_at < can.key_lifetime - KEY_SAFETY
        return Verdict.SEND if can.idempotent and key_known else Verdict.ASK_A_PERSON
    if now - effect.sent_at < can.settle_delay:
        return Verdict.WAIT
    if effect.misses < LOOKS_NEEDED:
        too_soon = effect.missed_at and now - effect.missed_at < SECOND_LOOK_AFTER
        return Verdict.WAIT if too_soon else Verdict.LOOK_UP
    key_known = now - effect.first_sent_at < can.key_lifetime - KEY_SAFETY
    return Verdict.SEND if can.idempotent and key_known else Verdict.ASK_A_PERSON
