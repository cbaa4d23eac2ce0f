"""What is due, and when. No job is ever scheduled into the future: the row carries the time."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from xiaohu.closures.models import Case, Claim, Closing, HumanQueue
from xiaohu.queue import engine

TASK = "closures.advance"
SEVERAL = "closures.advance_several"
TOGETHER = 5  # closings in one job: to take and end a job costs as much as a step of a closing
SWEPT = 200


def set_due(case: Case, *, at: datetime, now: datetime) -> None:
    """Let the clock or the worker act on a case's closings at a time. Call inside a transaction."""
    closings = Closing.objects.filter(case=case, is_open=True)
    closings.update(next_action_at=at, owner="", owner_due_at=None, attempts=0, trouble="")
    if at <= now:
        hint(list(closings.values_list("pk", flat=True)))


def set_closing_due(closing: Closing, *, at: datetime, now: datetime) -> None:
    """Let the worker act on one locked closing at a time. Call inside a transaction."""
    closing.next_action_at, closing.owner, closing.owner_due_at = at, "", None
    closing.attempts, closing.trouble = 0, ""
    closing.save()
    if at <= now:
        engine.defer(TASK, closing_id=closing.pk)


def wait_for(case: Case, owner: HumanQueue, *, due_at: datetime, wake_at: datetime | None) -> None:
    """Let people act on a case by a date; the clock looks again at `wake_at`. Call inside a transaction."""
    Closing.objects.filter(case=case, is_open=True).update(
        next_action_at=wake_at, owner=owner.value, owner_due_at=due_at, attempts=0, trouble=""
    )


def sweep(*, now: datetime) -> int:
    """Defer every closing that is due and nobody holds; lost jobs are replaced by this.

    What a worker had begun and did not go on with goes before all that waits, however much that is,
    and each with a job of its own: it may be what the worker died of.
    """
    left = left_behind(now=now)
    for closing_id in left:
        engine.defer(TASK, first=True, closing_id=closing_id)
    if engine.waiting(SEVERAL) >= engine.BACKLOG:
        return len(left)
    ids = [pk for pk in due(now=now) if pk not in left]
    hint(ids)
    return len(left) + len(ids)


def hint(closing_ids: Sequence[UUID]) -> None:
    """Hint that closings can go on, several to a job."""
    starts = range(0, len(closing_ids), TOGETHER)
    engine.defer_each(
        SEVERAL, [{"closing_ids": closing_ids[start : start + TOGETHER]} for start in starts]
    )


def due(*, now: datetime) -> list[UUID]:
    """Return closings that are due and not held by a worker, longest waiting first."""
    return _due(Q(lease_until=None) | Q(lease_until__lte=Now()), now)


def left_behind(*, now: datetime) -> list[UUID]:
    """Return closings whose lease ran out: whoever held it has died or stands still."""
    return _due(Q(lease_until__lte=Now()), now)


def _due(lease: Q, now: datetime) -> list[UUID]:
    rows = Closing.objects.filter(lease, is_open=True, next_action_at__lte=now)
    found = list(rows.order_by("next_action_at").values_list("pk", flat=True)[:SWEPT])
    claimed = Claim.objects.filter(ended_at=None).values_list("closing_id", flat=True)
    waiting = Closing.objects.filter(lease, pk__in=claimed, is_open=False, next_action_at__lte=now)
    return [*found, *waiting.values_list("pk", flat=True)[:SWEPT]]


def forgotten(*, now: datetime) -> int:
    """Return how many closings, open or claimed, are past the date by which a person had to act."""
    late = Closing.objects.filter(going_on(), owner_due_at__lt=now)
    return late.exclude(owner="").count()


def going_on() -> Q:
    """Return what closings that are not over have in common: open, or their money is claimed."""
    claimed = Claim.objects.filter(ended_at=None).values("closing_id")
    return Q(is_open=True) | Q(pk__in=claimed)
