"""A copy of records that was asked for, each of its parts, and the archive once it is packed.

What is in them is sealed under a key of the copy's own, which is destroyed at its end.
"""

import uuid

from django.db import models
from django.db.models import Q

from xiaohu.core.exports import TABLE, PartState


class Export(models.Model):
    """One copy for one request: ready once all parts are made, packed once somebody has its passphrase.

    `first_place` is where the archive of today begins: pieces before it belong to one packed earlier,
    which may still be on its way to somebody. `expires_at` counts from when it was ready first.
    `fetched_at` is the last of its `downloads`; `erased_at` says that nothing can be read any more.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    case_id = models.UUIDField(unique=True)
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    bytes = models.PositiveBigIntegerField(default=0)
    first_place = models.PositiveIntegerField(default=1)
    downloads = models.PositiveSmallIntegerField(default=0)


class Part(models.Model):
    """One piece of a copy: a table, of one month where it has months, or a file beside it.

    It is of one line, or of an account that is closed without one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="parts")
    place = models.PositiveIntegerField()
    line_id = models.UUIDField(null=True)
    account_id = models.UUIDField(null=True)
    record = models.CharField(max_length=16)
    month = models.CharField(max_length=7, blank=True)
    form = models.CharField(max_length=8, default=TABLE)
    number = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, default=PartState.WAITING.value)
    tries = models.PositiveSmallIntegerField(default=0)
    taken_until = models.DateTimeField(null=True)
    rows = models.PositiveIntegerField(default=0)
    box = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "place"], name="each_part_has_its_place"),
            models.CheckConstraint(
                condition=Q(line_id__isnull=False) ^ Q(account_id__isnull=False),
                name="a_part_is_of_a_line_or_an_account",
            ),
        ]
        indexes = [
            models.Index(
                fields=["place"], condition=Q(state="waiting"), name="exports_part_waiting"
            )
        ]


class Piece(models.Model):
    """A piece of a packed archive, in its order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="pieces")
    place = models.PositiveIntegerField()
    box = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["export", "place"], name="each_piece_has_its_place")
        ]
