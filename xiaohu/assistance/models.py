"""Counts and clocks in the open; names, numbers and words sealed elsewhere."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from xiaohu.access.models import StaffUser


class ArticleRating(models.Model):
    """How many readers an article helped, and how many not; nobody is known."""

    operator = models.CharField(max_length=32)
    slug = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    helped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "slug", "language"], name="one_rating_of_each_article"
            )
        ]


class Remark(models.Model):
    """That a reader said something about an article; the words are sealed under its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    slug = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    said_at = models.DateTimeField(db_index=True)


class UnansweredSearch(models.Model):
    """Words nobody could answer, and how often they were asked; never by whom."""

    operator = models.CharField(max_length=32)
    words = models.CharField(max_length=60)
    language = models.CharField(max_length=8)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "words", "language"], name="one_row_for_the_same_words"
            )
        ]


class Asked(models.Model):
    """What call-backs and complaints have in common: a reference, a clock and somebody on it.

    Name, address and words are sealed under the id; the index only counts how often somebody asks.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    reference = models.CharField(max_length=20, unique=True)
    topic = models.CharField(max_length=16)
    language = models.CharField(max_length=8)
    case_id = models.UUIDField(null=True, db_index=True)
    asker_index = models.BinaryField(null=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    officer = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["operator", "due_at"],
                condition=models.Q(ended_at__isnull=True),
                name="open_%(class)ss",
            )
        ]


class CallBack(Asked):
    """Somebody is to be called: when they like, until they were reached or often enough tried."""

    wanted_from = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=16, blank=True)


class Complaint(Asked):
    """Somebody is not satisfied, and is owed an answer."""


class Incident(models.Model):
    """Something does not work, and everybody is told; `ended_at` says that it works again."""

    id = models.BigAutoField(primary_key=True)
    operator = models.CharField(max_length=32)
    parts = ArrayField(models.CharField(max_length=16))
    works = models.CharField(max_length=8)
    opened_at = models.DateTimeField()
    expected_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["operator", "-opened_at"], name="incidents_of_operator")]


class IncidentNews(models.Model):
    """What was said of an incident, in both languages; never changed."""

    id = models.BigAutoField(primary_key=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="news")
    zh = models.CharField(max_length=200)
    en = models.CharField(max_length=200)
    said_at = models.DateTimeField()

    def read(self, language: str) -> str:
        """Return the words for a reader of a language."""
        return self.en if language == "en" else self.zh
