"""The restriction of a line, as its verified holder may see it: reason, remedy, appeal."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xiaohu.core.facts import RestrictionReason
from xiaohu.core.restrictions import AppealState, RestrictionSource
from xiaohu.queue import bulk
from xiaohu.queue.asking import Question, Slot
from xiaohu.registry.models import Line, LineRestriction


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """A restriction as of the last export.

    What the operator says at check time decides; this is what a page explains with.
    """

    source: RestrictionSource
    reason: RestrictionReason
    grade: int
    since: date
    appeal: AppealState


def of_line(line: Line) -> Restriction | None:
    """Return the restriction of a line; None where none is recorded."""
    row = LineRestriction.objects.filter(pk=line.pk).first()
    if row is None:
        return None
    return Restriction(
        source=RestrictionSource(row.source),
        reason=RestrictionReason(row.reason),
        grade=row.grade,
        since=row.since,
        appeal=AppealState(row.appeal),
    )


def grades(line_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return by which grade those lines are restricted that are."""
    return {row[0]: row[1] for row in _GRADES.rows(line_ids=list(line_ids))}


_GRADES: Question[LineRestriction] = Question(
    lambda: LineRestriction.objects.filter(pk__any_of=Slot("line_ids")).values_list("pk", "grade")
)


def forget(line_ids: Collection[UUID]) -> Counter[UUID]:
    """Delete the restrictions of lines whose unit ends. Call inside a transaction."""
    return bulk.delete(LineRestriction, "line_id", line_ids)


def count(line_ids: Collection[UUID]) -> Counter[UUID]:
    """Count the restrictions of lines."""
    return bulk.count(LineRestriction, "line_id", line_ids)
