"""Rows without a single readable name or number: ids, blind indexes, amounts and dates."""

import uuid

from django.db import models
from django.db.models.functions import Now

from xiaohu.core.applicants import HolderKind
from xiaohu.core.facts import LineStatus
from xiaohu.core.filings import FilingStatus
from xiaohu.core.restrictions import AppealState


class Operator(models.Model):
    """An operator, virtual operator or reseller served here."""

    key = models.CharField(max_length=32, primary_key=True)
    name_zh = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)


class PolicyVersion(models.Model):
    """A published profile: never changed, named by its hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    version = models.CharField(max_length=16)
    sha256 = models.CharField(max_length=64)
    document = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "version"], name="one_policy_of_a_version")
        ]


class CalendarYear(models.Model):
    """Whether the State Council has arranged a year's holidays; `fingerprint` is of its days."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    official = models.BooleanField()
    fingerprint = models.BigIntegerField(default=0, db_default=0)


class CalendarDay(models.Model):
    """A day that is not what its weekday says."""

    day = models.DateField(primary_key=True)
    working = models.BooleanField()


class Holder(models.Model):
    """The person a line is registered to; who it is lies in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    kind = models.CharField(max_length=16, default=HolderKind.INDIVIDUAL.value)
    document_index = models.BinaryField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document_index", "operator"], name="one_holder_of_each_document"
            )
        ]


class Line(models.Model):
    """One subscription or card, never the phone number; amounts in fen as last imported."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    holder = models.ForeignKey(Holder, on_delete=models.PROTECT, related_name="+")
    subscription_id = models.CharField(max_length=64)
    number_index = models.BinaryField(null=True)
    product = models.CharField(max_length=64)
    status = models.CharField(max_length=16, choices=[(s.value, s.value) for s in LineStatus])
    activated_on = models.DateField(null=True)
    balance_fen = models.BigIntegerField(default=0)
    row_index = models.BinaryField(null=True)
    card_index = models.BinaryField(null=True)
    name_index = models.BinaryField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["card_index"], name="lines_by_card"),
            models.Index(fields=["name_index"], name="lines_by_holder_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription_id", "operator"], name="one_line_of_each_subscription"
            ),
            models.UniqueConstraint(
                fields=["number_index", "operator"],
                condition=models.Q(closed_at=None),
                name="one_open_line_of_each_number",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None) | models.Q(status=LineStatus.CLOSED.value),
                name="a_closed_line_is_closed",
            ),
        ]


class OutboundFiling(models.Model):
    """The registered outbound use of a line; names nobody. `end_reference` is the operator's word."""

    line = models.OneToOneField(Line, on_delete=models.PROTECT, primary_key=True, related_name="+")
    status = models.CharField(max_length=16, default=FilingStatus.ACTIVE.value)
    purposes = models.JSONField(default=list)
    daily_cap = models.PositiveIntegerField(null=True)
    region = models.CharField(max_length=32, blank=True)
    valid_until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reference = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status=FilingStatus.ACTIVE.value, ended_at=None)
                | models.Q(status=FilingStatus.ENDED.value, ended_at__isnull=False),
                name="a_filing_ends_at_a_moment",
            )
        ]


class LineRestriction(models.Model):
    """Why an operator limits a line, how strictly, since when; names nobody."""

    line = models.OneToOneField(Line, on_delete=models.PROTECT, primary_key=True, related_name="+")
    source = models.CharField(max_length=16)
    reason = models.CharField(max_length=32)
    grade = models.PositiveSmallIntegerField()
    since = models.DateField()
    appeal = models.CharField(max_length=16, default=AppealState.NONE.value)


class QuarantinedNumber(models.Model):
    """A number at rest, known by a keyed hash alone: it is never shown, only recognised.

    Days and no moments: many lines close on one day, so that none leads back to whose it was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    number_index = models.BinaryField()
    free_on = models.DateField(db_index=True)
    rested_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number_index", "operator"], name="a_number_rests_once")
        ]
