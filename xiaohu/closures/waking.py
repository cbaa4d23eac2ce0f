"""Acting on callbacks: they say when to look, never what happened."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xiaohu.closures import alarms
from xiaohu.closures.models import Closing
from xiaohu.core.steps import Step
from xiaohu.queue import engine
from xiaohu.queue.models import Effect, EffectState


@transaction.atomic(durable=True)
def wake(*, effect_id: UUID, now: datetime) -> None:
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
