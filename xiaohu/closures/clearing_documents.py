"""The text of a document goes when its time is over; number, hash and state stay, and go on deciding."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves
from xiaohu.closures.models import Document
from xiaohu.core.actors import CLOCK
from xiaohu.core.calendar import day_of
from xiaohu.erasure import holds
from xiaohu.trail import events

CLEARED = "clear_document"
BATCH = 100


def clear_due(*, now: datetime) -> int:
    """Clear texts whose time is over and that nobody holds, a batch at a time; harmless to repeat."""
    due = Document.objects.filter(text_until__lt=day_of(now)).exclude(jws="")
    due = due.exclude(closing_id__in=holds.held()).order_by("text_until")
    found = list(due.values_list("pk", "closing__case_id")[:BATCH])
    return sum(_clear(number, case_id, now) for number, case_id in found)


@transaction.atomic(durable=True)
def _clear(number: str, case_id: UUID, now: datetime) -> bool:
    holds.let_none_begin()
    case = moves.lock(case_id)
    document = Document.objects.select_for_update().get(pk=number)
    if not document.has_text or holds.over([document.closing_id]):
        return False
    document.jws = ""
    document.save(update_fields=["jws"])
    events.record(
        operator=case.operator,
        actor=CLOCK,
        action=CLEARED,
        case_id=case_id,
        evidence={"document": number, "sha256": document.sha256},
        now=now,
    )
    return True
