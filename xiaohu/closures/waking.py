"""Acting on callbacks: they say when to look, never what happened."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xiaohu.closures import alarms, matching
from xiaohu.closures.models import Closing
from xiaohu.core.steps import Step
from xiaohu.gateways.models import InboxEvent
from xiaohu.queue import engine
from xiaohu.queue.models import Effect, EffectState


def wake(*, effect_id: UUID, now: datetime) -> None:
    """Match what a payout provider said of an effect; bring the next look at any other forward."""
    of_payout = InboxEvent.objects.filter(source=matching.SOURCE, effect_id=effect_id)
    for event in of_payout.filter(matched_at=None).order_by("received_at", "pk"):
        matching.take_one(event, now=now)
    _look_sooner(effect_id, now)


@transaction.atomic(durable=True)
def _look_sooner(effect_id: UUID, now: datetime) -> None:
    """Bring forward the next look at an effect that is not resolved yet.

    A part of a bill that came wakes for the next: while its step lasts, more is to follow.
    """
    unresolved = Q(state__in=(EffectState.INTENDED.value, EffectState.UNKNOWN.value))
    part_of_bill = Q(kind=Step.COLLECT_BILL.value, state=EffectState.DONE.value)
    effect = Effect.objects.filter(unresolved | part_of_bill, pk=effect_id).first()
    if effect is None:
        return
    waiting = Closing.objects.filter(pk=effect.subject_id, is_open=True, next_action_at__gt=now)
    if effect.state == EffectState.DONE:
        waiting = waiting.filter(step=Step.COLLECT_BILL.value)
    if waiting.update(next_action_at=now):
        engine.defer(alarms.TASK, closing_id=effect.subject_id)
