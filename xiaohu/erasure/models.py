"""Receipts: what was erased, counted, and that it was tried to be read again."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xiaohu.access.models import StaffUser
from xiaohu.core.kept import LONGEST_AUTHORITY, KeptAct


class ErasureReceipt(models.Model):
    """Proof of one closing's erasure: counts and key names, nothing of what was erased."""

    closing_id = models.UUIDField(primary_key=True)
    operator = models.CharField(max_length=32)
    units = models.JSONField()
    counts = models.JSONField()
    erased_at = models.DateTimeField()


class KeptRequest(models.Model):
    """What one person asked to become of kept records, and what another said to it.

    A destruction names a category and the day it is kept until; all others name closings and the
    authority's reference. `records` counts what it concerned: with `done_at` it is the record of
    a destruction.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    act = models.CharField(max_length=8, choices=[(act.value, act.value) for act in KeptAct])
    category = models.CharField(max_length=32, default="")
    until = models.DateField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)
    authority = models.CharField(max_length=LONGEST_AUTHORITY, default="")
    asked_by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    records = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_by=None) | ~Q(agreed_by=F("asked_by")),
                name="two_people_touch_kept_records",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(agreed_by__isnull=False, agreed_at__isnull=False),
                name="kept_records_wait_for_the_second",
            ),
            models.CheckConstraint(
                condition=Q(act=KeptAct.DESTROY.value, until__isnull=False, authority="")
                | (~Q(act=KeptAct.DESTROY.value) & Q(until=None) & ~Q(authority="")),
                name="a_month_or_an_authority",
            ),
        ]

    def is_over(self, today: date) -> bool:
        """Say whether the month of a destruction is over."""
        return self.until is not None and self.until < today
