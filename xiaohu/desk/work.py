"""Questions of the desk: what waits, in which order, and whose it is."""

from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from xiaohu.access.models import StaffUser
from xiaohu.closures import refund_due, reviewing
from xiaohu.closures.models import URGENCY, Case, Closing, HumanQueue
from xiaohu.closures.reviewing import CLAIM_HELD, TakenByOther
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import day_of
from xiaohu.core.moves import MoveNotAllowed
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.registry import calendars

SOON = timedelta(hours=4)
PAGE = 50
FIGURES = ("mine", "waiting", "soon", "late", "returned", "refunds")
VIEWS = (*FIGURES, "trouble", "all")
MOST = 999
TRIES = 5  # to take a case before somebody else does


def cases() -> QuerySet[Case]:
    """Return every case the desk may see: a draft is nobody's business."""
    found = Case.objects.filter(operator=settings.XIAOHU.operator, purged_at=None)
    return found.exclude(state=CaseState.DRAFT.value)


def view(name: str, officer: StaffUser, *, now: datetime) -> Q:
    """Return which cases a view holds."""
    in_review = Q(state=CaseState.IN_REVIEW.value)
    today = day_of(now)
    match name:
        case "waiting":
            return in_review & (Q(officer=None) | Q(claimed_at__lt=now - CLAIM_HELD))
        case "mine":
            return in_review & Q(officer=officer)
        case "soon":
            ends_soon = Q(decision_due_on__gte=today, decision_due_on__lt=day_of(now + SOON))
            return in_review & ends_soon
        case "late":
            owed = _with_closing(Q(owner=HumanQueue.OPERATIONS.value, owner_due_at__lt=now))
            return (in_review & Q(decision_due_on__lt=today)) | owed
        case "returned":
            return Q(state=CaseState.AWAITING_CUSTOMER.value)
        case "refunds":
            soon = day_of(now) + refund_due.SOON
            due = Q(step=Step.REFUND.value, refund_due_on__lte=soon)
            return _with_closing(Q(state=CaseState.REFUND_ATTENTION.value) | due)
        case "trouble":
            return _with_closing(Q(owner=HumanQueue.OPERATIONS.value))
        case _:
            return Q()


def first_of(name: str, officer: StaffUser, *, now: datetime) -> list[Case]:
    """Return the most urgent cases of a view."""
    found = cases().filter(view(name, officer, now=now)).select_related("officer", "holder")
    return list(found.order_by(*URGENCY)[:PAGE])


def counts(officer: StaffUser, *, now: datetime) -> dict[str, int]:
    """Return how many open cases each view holds, with one query; one more than `MOST` stands for more than that.

    Nobody works differently at a thousand than at a hundred thousand, and counting stops there.
    """
    open_cases = cases().filter(ended_at=None)
    first, *others = (
        open_cases.filter(view(name, officer, now=now))
        .annotate(of=Value(name))
        .values_list("of", flat=True)[: MOST + 1]
        for name in VIEWS[:-1]
    )
    found = Counter(first.union(*others, all=True))
    return {name: found[name] for name in VIEWS[:-1]}


def in_figures(count: int) -> str:
    """Return a count as the desk shows it: "12", "999+"."""
    return f"{MOST}+" if count > MOST else str(count)


def take_next(officer: StaffUser, *, now: datetime) -> Case | None:
    """Take the most urgent case this officer may decide, even if others press at the same time."""
    for _ in range(TRIES):
        case = next_case(officer, now=now)
        if case is None:
            return None
        try:
            return reviewing.claim(case_id=case.pk, officer=officer, now=now)
        except (TakenByOther, MoveNotAllowed):
            continue
    return None


def next_case(officer: StaffUser, *, now: datetime) -> Case | None:
    """Return the most urgent case nobody is on and this officer may decide."""
    return (
        cases()
        .filter(view("waiting", officer, now=now))
        .exclude(prepared_by=officer.pk)
        .exclude(proposed_by=officer)
        .exclude(appeal_of__decided_by=officer)
        .order_by(*URGENCY)
        .first()
    )


def missing_year(officer: StaffUser, *, now: datetime) -> int | None:
    """Return next year where its working days are due and missing, for those who can load it."""
    if not officer.acts_as(ActorKind.ADMIN):
        return None
    return calendars.missing_year(today=day_of(now))


def _with_closing(condition: Q) -> Q:
    closings = Closing.objects.filter(condition, case=OuterRef("pk"), is_open=True)
    return Q(Exists(closings))
