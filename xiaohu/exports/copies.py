"""Asking for a copy of records, looking how far it is, and fetching it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiaohu.core import exports
from xiaohu.core.exports import PartState, Record
from xiaohu.exports.models import Export, Part
from xiaohu.vault import files, units


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a copy is: parts made and in all, which failed, when it can be fetched and until when."""

    made: int
    total: int
    failed: tuple[Part, ...]
    empty: bool
    ready: bool
    expired: bool
    bytes: int
    expires_at: datetime | None


def ask(
    *,
    operator: str,
    case_id: UUID,
    line_ids: Sequence[UUID],
    records: Collection[Record],
    months: Collection[str],
    language: str,
    now: datetime,
) -> Export:
    """Begin a copy, in place of an earlier one. Call inside a transaction."""
    Export.objects.filter(case_id=case_id).delete()
    export = Export.objects.create(
        operator=operator, case_id=case_id, language=language, asked_at=now
    )
    wanted = [(line, part) for line in line_ids for part in exports.parts(records, months)]
    Part.objects.bulk_create(
        Part(export=export, place=place, line_id=line, record=part.record.value, month=part.month)
        for place, (line, part) in enumerate(wanted)
    )
    return export


def retry(case_id: UUID) -> int:
    """Try the parts again that failed, and only those. Call inside a transaction."""
    failed = Part.objects.filter(export__case_id=case_id, state=PartState.FAILED.value)
    again = failed.update(state=PartState.WAITING.value, taken_until=None)
    if again:
        Export.objects.filter(case_id=case_id).update(ready_at=None, expires_at=None, box=None)
    return again


def standing(case_id: UUID, *, now: datetime) -> Standing | None:
    """Return how far the copy of a case is; None where none was asked for."""
    export = Export.objects.defer("box").filter(case_id=case_id).first()
    if export is None:
        return None
    parts = list(export.parts.defer("box").order_by("place"))
    states = [PartState(part.state) for part in parts]
    over = export.expires_at is not None and export.expires_at <= now
    return Standing(
        made=sum(state is not PartState.WAITING for state in states),
        total=len(states),
        failed=tuple(part for part in parts if part.state == PartState.FAILED.value),
        empty=all(state is PartState.EMPTY for state in states),
        ready=export.ready_at is not None and export.bytes > 0 and not over,
        expired=over,
        bytes=export.bytes,
        expires_at=export.expires_at,
    )


def fetch(case_id: UUID, *, now: datetime) -> bytes | None:
    """Return the copy of a case; None where it is not ready, or gone.

    Raises:
        Erased: the case was purged.
        KeystoreUnavailable: the keystore does not answer.
    """
    export = Export.objects.filter(case_id=case_id, expires_at__gt=now, box__isnull=False).first()
    if export is None or export.box is None:
        return None
    return files.open_file(
        operator=export.operator,
        unit=units.case(case_id),
        file_id=export.pk,
        sealed=bytes(export.box),
    )


def forget(case_id: UUID) -> None:
    """Forget the copy of a case. Call inside a transaction."""
    Export.objects.filter(case_id=case_id).delete()


def expire(*, now: datetime) -> int:
    """Delete what is in copies whose time is over; that there was one is still said."""
    past = Export.objects.filter(expires_at__lte=now, box__isnull=False)
    Part.objects.filter(export__in=past).update(box=None)
    return past.update(box=None)
