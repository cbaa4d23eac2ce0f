"""Ciphertext only: what it belongs to, and of which kind it is."""

import uuid

from django.db import models


class SealedRecord(models.Model):
    """All personal data of one category of one unit, under the unit's key."""

    operator = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)
    unit = models.UUIDField()
    category = models.CharField(max_length=32)
    box = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "category", "operator"],
                name="one_record_of_each_category",
            )
        ]


class BucketRecord(models.Model):
    """What the law keeps after a closing, under the key of a month and a legal basis, or of a hold.

    Found by the closing's id alone, so that no desk can search it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    subject_id = models.UUIDField()
    category = models.CharField(max_length=32)
    until = models.DateField()
    hold = models.UUIDField(null=True)
    box = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "category"], name="kept_once_for_each_closing"
            )
        ]
        indexes = [models.Index(fields=["until"], name="vault_bucket_until")]
