"""Receipts: what was erased, counted, and that it was tried to be read again."""

import uuid
from datetime import date, datetime
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from xiaohu.access.models import StaffUser
from xiaohu.core.kept import LONGEST_AUTHORITY, KeptAct


class ErasureReceipt(models.Model):
    """Proof of one closing's erasure: counts and key names, nothing of what was erased.

    `outside` lists every dataset of the operator's own systems, and what became of it there.
    """

    closing_id = models.UUIDField(primary_key=True)
    operator = models.CharField(max_length=32)
    units = models.JSONField()
    counts = models.JSONField()
    outside = models.JSONField(default=list)
    erased_at = models.DateTimeField()


class KeptRequest(models.Model):
    """What one person asked to become of kept records, and what another said to it.

    A destruction names a category and the day it is kept until; all others name closings and the
    authority's reference. `records` counts what it concerned: with `done_at` it is the record of
    a destruction. A release `ends` one hold, which has its `released_at` from then on.
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
    ends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ends"], condition=Q(dropped_at=None), name="one_release_of_each_hold"
            ),
            models.CheckConstraint(
                condition=Q(ends=None) | Q(act=KeptAct.RELEASE.value),
                name="only_a_release_ends_a_hold",
            ),
            models.CheckConstraint(
                condition=Q(released_at=None) | Q(act=KeptAct.HOLD.value, done_at__isnull=False),
                name="only_a_hold_is_released",
            ),
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


class OutsideState(StrEnum):
    """What became of a dataset of another system."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    KEPT = "kept"  # until a date on which it is erased


class OutsideErasure(models.Model):
    """What one closing erases in one dataset of one system; names nobody.

    `found` is how much was there before. `why` says why it was skipped, or what it waits for, and
    `about` which part of the system this concerns. `reference` and `evidence` are what a person
    gave as proof of what was done by hand. `taken_by` is who sees to it that it goes after all, once
    the law has let go of it and its system does not.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    closing_id = models.UUIDField()
    store = models.CharField(max_length=32)
    dataset = models.CharField(max_length=32)
    names = models.JSONField()
    state = models.CharField(
        max_length=16,
        default=OutsideState.WAITING.value,
        choices=[(state.value, state.value) for state in OutsideState],
    )
    why = models.CharField(max_length=32, blank=True)
    about = models.CharField(max_length=200, blank=True)
    found = models.PositiveIntegerField(null=True)
    intended_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    keep_until = models.DateField(null=True)
    try_at = models.DateTimeField(null=True)
    evidence = models.CharField(max_length=16, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    confirmed_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_by = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["keep_until"],
                condition=Q(state=OutsideState.KEPT.value),
                name="kept_outside_until",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["closing_id", "store", "dataset"], name="one_erasure_in_each_dataset"
            ),
            models.CheckConstraint(
                condition=~Q(state=OutsideState.DONE.value)
                | Q(found__isnull=False, ended_at__isnull=False),
                name="what_was_erased_outside_is_counted",
            ),
            models.CheckConstraint(
                condition=~Q(state=OutsideState.SKIPPED.value) | ~Q(why=""),
                name="what_was_skipped_outside_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=OutsideState.KEPT.value) | Q(keep_until__isnull=False),
                name="what_is_kept_outside_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(evidence="") & ~Q(reference="")),
                name="what_was_done_by_hand_has_evidence",
            ),
        ]


class StoreOutage(models.Model):
    """A system that failed: how often in a row, why, and until when nobody asks it."""

    operator = models.CharField(max_length=32)
    store = models.CharField(max_length=32)
    failures = models.PositiveIntegerField(default=0)
    why = models.CharField(max_length=32, blank=True)
    since = models.DateTimeField()
    closed_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "store"], name="one_outage_of_each_store"),
        ]

    def stands(self, now: datetime) -> bool:
        """Say whether the system is left alone now."""
        return self.closed_until is not None and self.closed_until > now
