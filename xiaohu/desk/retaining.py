"""A8, behind the page: what is kept for the law, what ends, who holds it, and what waits for a second person.

Nothing here finds a person: a case is reached by its reference alone, and only to ask.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import queries
from xiaohu.core.calendar import day_of
from xiaohu.core.kept import AGREED_AHEAD, READABLE_FOR, ROLES, KeptAct
from xiaohu.core.retention import Category, RetentionRule, rules_with
from xiaohu.erasure import holds, kept
from xiaohu.erasure.models import KeptRequest
from xiaohu.registry import policies
from xiaohu.ui.templatetags.words import yuan
from xiaohu.vault import buckets
from xiaohu.vault.buckets import Month

# What is sealed of a closing, by name; all else is shown under its own.
VALUES = (
    "name",
    "document_kind",
    "document_number",
    "number",
    "iccid",
    "reference",
    "route",
    "refunded_fen",
    "waived_fen",
)
MOST = 50  # of what was destroyed, the last ones


@dataclass(frozen=True, slots=True)
class Bucket:
    """Everything kept of one category: on which basis, how much, and from when to when it ends."""

    category: Category
    rule: RetentionRule
    records: int
    held: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Due:
    """A month that is over or ends soon, and what was asked of it; nothing where nobody asked."""

    month: Month
    over: bool
    asked: KeptRequest | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with the references of the cases it concerns, and what this officer may do with it."""

    request: KeptRequest
    references: str
    own: bool
    readable_until: datetime | None = None


def keeps(officer: StaffUser) -> bool:
    """Say whether somebody answers for kept records."""
    return any(officer.acts_as(role) for role in ROLES)


def to_do(officer: StaffUser, *, now: datetime) -> int:
    """Return how much waits for the second person, or is over and nobody asked; zero for others."""
    if not keeps(officer):
        return 0
    waiting = [one for one in kept.undecided(officer.operator) if one.asked_by_id != officer.pk]
    return len(waiting) + sum(due.over and due.asked is None for due in dues(officer, now=now))


def dues(officer: StaffUser, *, now: datetime) -> list[Due]:
    """Return the months that are over or end soon, what ends first before the others."""
    today = day_of(now)
    months = [one for one in kept.months(operator=officer.operator, today=today) if one.records]
    open_ones = KeptRequest.objects.filter(
        operator=officer.operator, act=KeptAct.DESTROY, dropped_at=None, done_at=None
    ).select_related("asked_by", "agreed_by")
    asked = {(one.category, one.until): one for one in open_ones}
    return [
        Due(month, month.until < today, asked.get((month.category.value, month.until)))
        for month in months
    ]


def in_all(operator: str) -> list[Bucket]:
    """Return everything that is kept, by category."""
    months: dict[Category, list[Month]] = {}
    for month in buckets.months(operator=operator, ending_by=date.max):
        months.setdefault(month.category, []).append(month)
    rules = _rules(operator)
    return [
        Bucket(
            category,
            rules[category],
            sum(one.records + one.held for one in found),
            sum(one.held for one in found),
            found[0].until,
            found[-1].until,
        )
        for category, found in sorted(months.items())
    ]


def waiting(officer: StaffUser) -> list[Asked]:
    """Return what waits for the second person, oldest first."""
    return _with_references(kept.undecided(officer.operator), officer)


def standing(officer: StaffUser) -> list[Asked]:
    """Return the holds in force, oldest first."""
    return _with_references(list(holds.standing(officer.operator)), officer)


def readable(officer: StaffUser, *, now: datetime) -> list[Asked]:
    """Return what this officer may read now, as one of the two people who opened it."""
    opened = KeptRequest.objects.filter(
        operator=officer.operator,
        act=KeptAct.OPEN,
        agreed_at__gt=now - READABLE_FOR,
        agreed_at__lte=now,
    ).select_related("asked_by", "agreed_by")
    own = [one for one in opened if officer.pk in {one.asked_by_id, one.agreed_by_id}]
    return _with_references(own, officer)


def in_words(value: dict[str, str]) -> list[tuple[str, str]]:
    """Return what was sealed of one category, each value as people read it."""
    return [(name, _told(name, value[name])) for name in VALUES if name in value]


def _told(name: str, said: str) -> str:
    if name.endswith("_fen"):
        return gettext("money.yuan").format(amount=yuan(int(said)))
    prefix = {"document_kind": "document.", "route": "route."}.get(name)
    return gettext(f"{prefix}{said}") if prefix and said else said


def destroyed(operator: str) -> list[KeptRequest]:
    """Return the records of what was destroyed, the last ones first."""
    done = KeptRequest.objects.filter(operator=operator, act=KeptAct.DESTROY, done_at__isnull=False)
    return list(done.select_related("asked_by", "agreed_by").order_by("-done_at")[:MOST])


def ends_by(now: datetime) -> date:
    """Return the day until which months may be agreed on."""
    return day_of(now) + AGREED_AHEAD


def _with_references(found: Collection[KeptRequest], officer: StaffUser) -> list[Asked]:
    wanted: set[UUID] = {closing for one in found for closing in one.subjects}
    references = queries.references_of(wanted) if wanted else {}
    return [
        Asked(
            one,
            " · ".join(sorted({references[c] for c in one.subjects if c in references})),
            one.asked_by_id == officer.pk,
            one.agreed_at + READABLE_FOR if one.agreed_at else None,
        )
        for one in found
    ]


def _rules(operator: str) -> Mapping[Category, RetentionRule]:
    profile = policies.current(operator)
    return rules_with({c: (own.months, own.basis) for c, own in profile.retention.items()})
