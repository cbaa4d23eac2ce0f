"""What the outside was asked to do, who is working, and how far the demo clock was moved."""

import uuid
from enum import StrEnum

from django.db import models


class EffectState(StrEnum):
    """What is known of an outside effect."""

    INTENDED = "intended"
    UNKNOWN = "unknown"
    DONE = "done"
    REFUSED = "refused"


class Effect(models.Model):
    """One thing asked of the outside. Its id is the idempotency key and our reference there.

    `sent_at` is set before the call: an effect that is intended and sent may have happened.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=32)
    round = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=16, default=EffectState.INTENDED.value)
    sent_at = models.DateTimeField(null=True)
    first_sent_at = models.DateTimeField(null=True)
    misses = models.PositiveSmallIntegerField(default=0)
    missed_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "kind", "round"], name="one_effect_of_each_kind_and_round"
            )
        ]


class Heartbeat(models.Model):
    """A worker that was alive at `seen_at`, by the database's clock."""

    name = models.CharField(max_length=64, primary_key=True)
    seen_at = models.DateTimeField()


class ClockOffset(models.Model):
    """How far business time runs ahead, in seconds; one row, demo mode only."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_clock"),
            models.CheckConstraint(
                condition=models.Q(seconds__gte=0), name="the_clock_never_runs_back"
            ),
        ]
