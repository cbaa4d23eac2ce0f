"""A copy of records that was asked for, and each of its parts. What is in them is sealed."""

import uuid

from django.db import models
from django.db.models import Q

from xiaohu.core.exports import PartState


class Export(models.Model):
    """One copy for one request. It is ready once its box is there, and gone when it expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    case_id = models.UUIDField(unique=True)
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    bytes = models.PositiveBigIntegerField(default=0)
    box = models.BinaryField(null=True)


class Part(models.Model):
    """One file of a copy: a kind of record of one line, of one month where it has months."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    place = models.PositiveSmallIntegerField()
    line_id = models.UUIDField()
    record = models.CharField(max_length=16)
    month = models.CharField(max_length=7, blank=True)
    state = models.CharField(max_length=8, default=PartState.WAITING.value)
    taken_until = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    box = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "place"], name="each_part_has_its_place")
        ]
        indexes = [
            models.Index(
                fields=["place"], condition=Q(state="waiting"), name="exports_part_waiting"
            )
        ]
