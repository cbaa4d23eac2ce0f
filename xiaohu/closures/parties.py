"""Whom a case concerns, for the room of notices: an answer to `notices.parties.Cases`."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from xiaohu.closures.models import Case, Closing
from xiaohu.notices.parties import Party
from xiaohu.registry.models import Line


def party(case_id: UUID) -> Party:
    """Return the holder of a case and its lines that are in service, with one query."""
    rows: list[tuple[UUID, UUID | None, datetime | None, datetime | None]] = list(
        Closing.objects.filter(case_id=case_id).values_list(
            "case__holder_id", "line_id", "line__closed_at", "disconnected_at"
        )
    )
    if not rows:
        return Party()
    serving = [
        line for _, line, closed, off in rows if line is not None and closed is None and off is None
    ]
    return Party(rows[0][0], tuple(serving))


def in_service(line_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
    """Return those lines that were not disconnected, each with its holder."""
    off = Closing.objects.filter(line_id=OuterRef("pk"), disconnected_at__isnull=False)
    lines = Line.objects.filter(pk__in=line_ids, closed_at=None).exclude(Exists(off))
    return dict(lines.values_list("pk", "holder_id"))


def opened_at(case_id: UUID) -> datetime | None:
    """Return when a case was opened."""
    return Case.objects.filter(pk=case_id).values_list("opened_at", flat=True).first()
