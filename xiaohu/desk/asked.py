"""What the desk shows of call-backs and complaints alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from xiaohu.access.models import StaffUser
from xiaohu.assistance import asking, complaining
from xiaohu.assistance.models import Asked, CallBack, Complaint
from xiaohu.closures.models import Case
from xiaohu.core.retention import Category
from xiaohu.desk.listing import TimeLeft, left_until

VIEWS = ("waiting", "ended")
OF_COMPLAINTS = ("waiting", "late", "ended")


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One row of a list, with the time that is left."""

    asked: Asked
    left: TimeLeft | None
    case: Case | None

    @property
    def late(self) -> bool:
        """Say whether its time is over."""
        return self.left is not None and self.left.late


def rows(found: Iterable[Asked], *, now: datetime) -> list[AskedRow]:
    """Return rows, each with its case where it named one."""
    listed = list(found)
    cases = Case.objects.filter(operator=settings.XIAOHU.operator, purged_at=None).in_bulk(
        [row.case_id for row in listed if row.case_id is not None]
    )
    return [
        AskedRow(
            row,
            left_until(row.due_at, now=now) if row.ended_at is None else None,
            cases.get(row.case_id) if row.case_id else None,
        )
        for row in listed
    ]


@dataclass(frozen=True, slots=True)
class AskedCount:
    """How many wait in one of the lists, and how many of them too long."""

    route: str
    key: str
    waiting: int
    late: int


def counts(*, now: datetime) -> list[AskedCount]:
    """Return how many wait to be called, and how many for an answer."""
    return [
        AskedCount(route, key, *_count(rows, now))
        for route, key, rows in (
            ("desk:callbacks", "desk.callbacks", CallBack.objects.all()),
            ("desk:complaints", "desk.complaints", Complaint.objects.all()),
        )
    ]


def late_complaints(officer: StaffUser, *, now: datetime) -> int:
    """Return how many complaints are overdue, for those who see to it that none is."""
    if not any(officer.acts_as(kind) for kind in complaining.LOOK_BACK):
        return 0
    return _count(Complaint.objects.all(), now)[1]


def _count(found: QuerySet[Any], now: datetime) -> tuple[int, int]:
    waiting = found.filter(operator=settings.XIAOHU.operator, ended_at=None)
    counted = waiting.aggregate(waiting=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    return counted["waiting"], counted["late"]


def shown(row: Asked, category: Category, officer: StaffUser, *, now: datetime) -> dict[str, Any]:
    """Return one with its words; only whoever took it, or a list of what is over, opens them."""
    mine = row.officer_id == officer.pk and row.ended_at is None
    return {
        "row": rows([row], now=now)[0],
        "asked": row,
        "mine": mine,
        "by_other": asking.held_by_other(row, officer, now=now),
        "said": asking.opened(row, category) if mine else {},
    }
