"""The text of a document goes when its time is over; number, hash and state stay, and go on deciding."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce

from xiaohu.closures import moves
from xiaohu.closures.models import Closing, Document
from xiaohu.core.actors import CLOCK
from xiaohu.core.calendar import day_of
from xiaohu.erasure import holds
from xiaohu.trail import events

CLEARED = "clear_document"
BATCH = 100


def clear_due(*, now: datetime) -> int:
    """Clear texts whose time is over and that nobody holds, a batch at a time; harmless to repeat."""
    due = Document.objects.filter(text_until__lt=day_of(now)).exclude(jws="")
    due = due.exclude(closing_id__in=holds.held()).exclude(case__closings__in=holds.held())
    of_case = Coalesce("closing__case_id", "case_id")
    found = list(due.order_by("text_until").values_list("pk", of_case)[:BATCH])
    return sum(_clear(number, case_id, now) for number, case_id in found)


@transaction.atomic(durable=True)
def _clear(number: str, case_id: UUID, now: datetime) -> bool:
    holds.let_none_begin()
    case = moves.lock(case_id)
    document = Document.objects.select_for_update().get(pk=number)
    if not document.has_text or holds.over(_subjects(document)):
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


def _subjects(document: Document) -> list[UUID]:
    """Return the closings a document tells of: its own, or all of its case."""
    if document.closing_id is not None:
        return [document.closing_id]
    return list(Closing.objects.filter(case=document.case_id).values_list("pk", flat=True))
