"""Counts and clocks in the open; names, numbers and words sealed elsewhere."""

import uuid

from django.db import models


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
