"""Wrapped keys; a row that is gone makes its unit's data unreadable for ever."""

from django.db import models
from django.db.models.functions import Now


class EpochKey(models.Model):
    """A key that wraps unit keys, itself wrapped by the root."""

    wrapped = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())


class UnitKey(models.Model):
    """The data key of one unit."""

    operator = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)
    unit = models.UUIDField()
    epoch = models.ForeignKey(EpochKey, on_delete=models.PROTECT, related_name="+")
    wrapped = models.BinaryField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "operator"], name="one_key_of_each_unit"
            )
        ]
        indexes = [models.Index(fields=["made_at"], name="keystore_key_made_at")]


class DestroyedKey(models.Model):
    """The erasure journal: names of destroyed keys, never the keys."""

    operator = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)
    unit = models.UUIDField()
    destroyed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "operator"], name="destroyed_only_once")
        ]
