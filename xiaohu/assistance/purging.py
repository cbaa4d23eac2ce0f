"""What people asked goes when its time is over: keys first, then what is left of it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiaohu.assistance import feedback, personal_data
from xiaohu.assistance.models import Asked, CallBack, Complaint, Remark, UnansweredSearch
from xiaohu.core.actors import CLOCK
from xiaohu.core.retention import RETENTION, Category
from xiaohu.erasure import engine
from xiaohu.trail import events
from xiaohu.vault import records, units

BATCH = 100
MONTH = timedelta(days=30)
SEARCHES_KEPT = 3 * MONTH
_ASKED: tuple[tuple[type[Asked], Category], ...] = (
    (CallBack, Category.CALL_BACK),
    (Complaint, Category.COMPLAINT),
)


def purge(*, now: datetime) -> int:
    """Purge what is over, a batch at a time, and return how many; harmless to repeat."""
    UnansweredSearch.objects.filter(last_at__lt=now - SEARCHES_KEPT).delete()
    purged = 0
    for operator, asked_id in _due(now):
        _purge(operator, asked_id, now)
        purged += 1
    return purged


def _due(now: datetime) -> Iterator[tuple[str, UUID]]:
    for kind, category in _ASKED:
        past = now - RETENTION[category].months * MONTH
        over = kind._default_manager.filter(ended_at__lt=past, purged_at=None)
        yield from over.order_by("ended_at").values_list("operator", "pk")[:BATCH]
    said = Remark.objects.filter(said_at__lt=now - feedback.KEPT).order_by("said_at")
    yield from said.values_list("operator", "pk")[:BATCH]


def _purge(operator: str, asked_id: UUID, now: datetime) -> None:
    unit = units.assistance(asked_id)
    engine.destroy(operator=operator, units=[unit])
    with transaction.atomic(durable=True):
        records.delete_records(operator=operator, units=[unit])
        personal_data.forget_asked([unit])
        for kind, _ in _ASKED:
            kind._default_manager.filter(pk=asked_id).update(purged_at=now)
        evidence = {"asked": str(asked_id)}
        events.record(
            operator=operator,
            actor=CLOCK,
            action="purge_asked",
            case_id=None,
            evidence=evidence,
            now=now,
        )
