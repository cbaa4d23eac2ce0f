"""Callbacks as they came: unique by event, body encrypted."""

from django.db import models
from django.db.models.functions import Now


class InboxEvent(models.Model):
    """One callback; matching it to an effect is somebody else's work."""

    source = models.CharField(max_length=16)
    event_id = models.CharField(max_length=128)
    effect_id = models.UUIDField(null=True, db_index=True)
    box = models.BinaryField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="each_event_once")
        ]


class Sighting(models.Model):
    """When a neighbour was looked at last, and when it answered last."""

    name = models.CharField(max_length=16, primary_key=True)
    looked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
