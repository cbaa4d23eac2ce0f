"""Acting on callbacks: they say when to look, never what happened."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import alarms
from xiaohu.closures.models import Closing
from xiaohu.queue import engine
from xiaohu.queue.models import Effect, EffectState


@transaction.atomic(durable=True)
def wake(*, effect_id: UUID, now: datetime) -> None:
    """Bring forward the next look at an effect that is not resolved yet."""
    unresolved = (EffectState.INTENDED.value, EffectState.UNKNOWN.value)
    effect = Effect.objects.filter(pk=effect_id, state__in=unresolved).first()
    if effect is None:
        return
    woken = Closing.objects.filter(
        pk=effect.subject_id, is_open=True, next_action_at__gt=now
    ).update(next_action_at=now)
    if woken:
        engine.defer(alarms.TASK, closing_id=effect.subject_id)
