"""Questions of the desk: what waits, in which order, and whose it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet

from xiaohu.access.models import StaffUser
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.closures.reviewing import CLAIM_HELD
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import day_of, end_of
from xiaohu.core.states import CaseState
from xiaohu.registry import calendars

SOON = timedelta(hours=4)
PAGE = 50
VIEWS = ("waiting", "mine", "soon", "late", "returned", "trouble", "all")


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the queue."""

    case: Case
    due_at: datetime | None
    late: bool


def listed(view: str, officer: StaffUser, *, now: datetime) -> list[Row]:
    """Return one page of a view, most urgent first."""
    rows = (
        _view(view, officer, now)
        .select_related("officer")
        .order_by("decision_due_on", "submitted_at", "pk")
    )
    return [_row(case, now) for case in rows[:PAGE]]


def counts(officer: StaffUser, *, now: datetime) -> list[tuple[str, int]]:
    """Return how many cases each view holds."""
    return [(view, _view(view, officer, now).count()) for view in VIEWS if view != "all"]


def next_case(officer: StaffUser, *, now: datetime) -> Case | None:
    """Return the most urgent case nobody is on and this officer may decide."""
    return (
        _view("waiting", officer, now)
        .exclude(prepared_by=officer.pk)
        .exclude(proposed_by=officer)
        .exclude(appeal_of__decided_by=officer)
        .order_by("decision_due_on", "submitted_at")
        .first()
    )


def missing_year(officer: StaffUser, *, now: datetime) -> int | None:
    """Return next year where its working days are due and missing, for those who can see to it."""
    if not any(officer.acts_as(kind) for kind in (ActorKind.OFFICER, ActorKind.ADMIN)):
        return None
    return calendars.missing_year(today=day_of(now))


def _view(view: str, officer: StaffUser, now: datetime) -> QuerySet[Case]:
    cases = Case.objects.filter(operator=settings.XIAOHU.operator)
    in_review = cases.filter(state=CaseState.IN_REVIEW.value)
    today = day_of(now)
    match view:
        case "mine":
            return in_review.filter(officer=officer)
        case "soon":
            return in_review.filter(decision_due_on__lte=day_of(now + SOON))
        case "late":
            return in_review.filter(decision_due_on__lt=today) | _owned_late(cases, now)
        case "returned":
            return cases.filter(state=CaseState.AWAITING_CUSTOMER.value)
        case "trouble":
            troubled = Closing.objects.filter(
                Q(owner=HumanQueue.OPERATIONS.value)
                | Q(case__state=CaseState.REFUND_ATTENTION.value),
                is_open=True,
            )
            return cases.filter(pk__in=troubled.values("case_id"))
        case "all":
            return cases.exclude(state=CaseState.DRAFT.value)
        case _:
            free = Q(officer=None) | Q(claimed_at__lt=now - CLAIM_HELD)
            return in_review.filter(free)


def _owned_late(cases: QuerySet[Case], now: datetime) -> QuerySet[Case]:
    """Return the cases in which operations has owed an answer since before now."""
    owned = Closing.objects.filter(is_open=True, owner=HumanQueue.OPERATIONS.value)
    return cases.filter(pk__in=owned.filter(owner_due_at__lt=now).values("case_id"))


def _row(case: Case, now: datetime) -> Row:
    due_at = end_of(case.decision_due_on) if case.decision_due_on else None
    waiting = case.state == CaseState.IN_REVIEW.value
    return Row(case, due_at if waiting else None, waiting and due_at is not None and due_at < now)
