"""Events as written beside the change they tell of, and the tree over them."""

import uuid

from django.db import models


class Event(models.Model):
    """Something done to a case or to the service. Ids, codes and hashes; never personal data."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    operator = models.CharField(max_length=32)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    action = models.CharField(max_length=64)
    case_id = models.UUIDField(null=True)
    from_state = models.CharField(max_length=32, blank=True)
    to_state = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=64, blank=True)
    evidence = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["case_id", "at"], name="trail_event_of_case"),
            models.Index(fields=["action", "at"], name="trail_event_of_action"),
            models.Index(fields=["actor_id", "at"], name="trail_event_of_actor"),
            models.Index(fields=["at"], name="trail_event_of_time"),
        ]


class Pending(models.Model):
    """An event not numbered yet; kept apart so that an idle sequencer reads nothing."""

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")


class Leaf(models.Model):
    """The place of an event in the tree."""

    index = models.BigIntegerField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="leaf")
    hash = models.BinaryField()


class Node(models.Model):
    """The root of a complete subtree of 2^level leaves, kept so that proofs are short work."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="one_hash_of_a_node")
        ]


class Checkpoint(models.Model):
    """A signed root; also written to a folder elsewhere."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    signed_at = models.DateTimeField()
    note = models.TextField()


class LookKind(models.TextChoices):
    """Who looks at the log."""

    MONITOR = "monitor"
    FULL = "full"


class Look(models.Model):
    """How the last look of a kind ended: over how many events, with which root, what is wrong."""

    kind = models.CharField(max_length=16, primary_key=True, choices=LookKind.choices)
    at = models.DateTimeField()
    size = models.BigIntegerField()
    root = models.BinaryField()
    broken = models.JSONField(default=list)
