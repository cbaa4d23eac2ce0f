"""What readers say of the help: whether it helped, in their own words, and what they missed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F

from xiaohu.access import counters
from xiaohu.access.accounts import too_many
from xiaohu.assistance.models import ArticleRating, Remark, UnansweredSearch
from xiaohu.core.retention import RETENTION, Category
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref

A_DAY = timedelta(days=1)
REMARKS_A_DAY = 5
LONGEST_REMARK = 500
LONGEST_WORDS = 40
MOST_WORDS = 5000  # kept; beyond that only what is known is counted on
KEPT = timedelta(days=30 * RETENTION[Category.REMARK].months)
# Long digits and addresses are of somebody; such words are not kept.
_OF_SOMEBODY = re.compile(r"[0-9]{4,}|@")


@dataclass(frozen=True, slots=True)
class Said:
    """A remark, opened."""

    slug: str
    language: str
    words: str
    said_at: datetime


@transaction.atomic(durable=True)
def rate(
    *, operator: str, slug: str, language: str, helped: bool, address: str, now: datetime
) -> None:
    """Count a reader's answer once a day for each article and address."""
    first = counters.hit("rating", operator, slug, address, limit=1, window=A_DAY, now=now)
    if not first.allowed:
        return
    row, _ = ArticleRating.objects.get_or_create(operator=operator, slug=slug, language=language)
    name = "helped" if helped else "failed"
    ArticleRating.objects.filter(pk=row.pk).update(**{name: F(name) + 1})


@transaction.atomic(durable=True)
def remark(
    *, operator: str, slug: str, language: str, words: str, address: str, now: datetime
) -> UUID:
    """Keep what a reader says of an article, sealed.

    Raises:
        TooManyTries: five from one address in a day.
    """
    limit = counters.hit("remark", operator, address, limit=REMARKS_A_DAY, window=A_DAY, now=now)
    if not limit.allowed:
        raise too_many(limit.resets_at, now)
    made = Remark.objects.create(
        id=uuid4(), operator=operator, slug=slug, language=language, said_at=now
    )
    records.seal(
        operator=operator,
        unit=units.assistance(made.pk),
        category=Category.REMARK,
        value={"words": words[:LONGEST_REMARK]},
    )
    return made.pk


@transaction.atomic(durable=True)
def note_unanswered(*, operator: str, words: str, language: str, now: datetime) -> None:
    """Count words that found nothing, unless they may be of somebody.

    Whoever calls gives words that stand in published articles only, none where no word of a question does:
    a name typed into a search stays nowhere.
    """
    kept = " ".join(words.split())[:LONGEST_WORDS]
    if _OF_SOMEBODY.search(kept):
        return
    known = UnansweredSearch.objects.filter(operator=operator, words=kept, language=language)
    if known.update(count=F("count") + 1, last_at=now):
        return
    if UnansweredSearch.objects.filter(operator=operator).count() < MOST_WORDS:
        row = UnansweredSearch(
            operator=operator, words=kept, language=language, count=1, last_at=now
        )
        UnansweredSearch.objects.bulk_create([row], ignore_conflicts=True)


def ratings(operator: str) -> list[ArticleRating]:
    """Return how articles are rated, those that fail most first."""
    return list(ArticleRating.objects.filter(operator=operator).order_by("-failed", "slug"))


def unanswered(operator: str) -> list[UnansweredSearch]:
    """Return what was asked and not found, most often first."""
    return list(UnansweredSearch.objects.filter(operator=operator).order_by("-count", "words"))


def remarks(operator: str) -> list[Said]:
    """Return what readers said, newest first."""
    rows = list(Remark.objects.filter(operator=operator).order_by("-said_at"))
    refs = {row.pk: Ref(units.assistance(row.pk), Category.REMARK) for row in rows}
    opened: Mapping[Ref, Mapping[str, str]] = records.readable(
        operator=operator, refs=list(refs.values())
    )
    return [
        Said(row.slug, row.language, opened[refs[row.pk]]["words"], row.said_at)
        for row in rows
        if refs[row.pk] in opened
    ]
