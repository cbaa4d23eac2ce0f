"""Wrapped keys; a row that is gone makes its unit's data unreadable for ever."""

from django.db import models
from django.db.models.functions import Now


class EpochKey(models.Model):
    """A time whose key wraps unit keys; the key itself is a file, so that no backup of this keeps it."""

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
    """The erasure journal: names of destroyed keys, never the keys. `shipped` once its file has it."""

    operator = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)
    unit = models.UUIDField()
    destroyed_at = models.DateTimeField(db_default=Now())
    shipped = models.BooleanField(db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "operator"], name="destroyed_only_once")
        ]
        indexes = [
            models.Index(
                fields=["id"],
                condition=models.Q(shipped=False),
                name="keystore_destroyed_unshipped",
            )
        ]
