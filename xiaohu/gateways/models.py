"""Callbacks as they came: unique by event over all sources, body encrypted."""

from django.db import models
from django.db.models.functions import Now


class InboxEvent(models.Model):
    """One callback; matching it to an effect is somebody else's work, done at `matched_at`."""

    source = models.CharField(max_length=16)
    event_id = models.CharField(max_length=128)
    effect_id = models.UUIDField(null=True, db_index=True)
    box = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now())
    matched_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["source", "received_at"],
                condition=models.Q(matched_at=None),
                name="callbacks_to_match",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["event_id"], name="each_event_once_wherever_it_comes")
        ]


class Sighting(models.Model):
    """When a neighbour was looked at last, and when it answered last."""

    name = models.CharField(max_length=16, primary_key=True)
    looked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
