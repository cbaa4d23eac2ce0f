"""Asking for a copy of records, looking how far it is, fetching it, and ending it."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from xiaohu.core import exports
from xiaohu.core.exports import DOWNLOADS, PartState, Record
from xiaohu.core.retention import UnitKind
from xiaohu.exports import packing
from xiaohu.exports.models import Export, Part
from xiaohu.exports.packing import LINGERS
from xiaohu.vault import keys, units
from xiaohu.vault.units import Unit, of_kind

_WHOSE = {UnitKind.LINE: "line_id", UnitKind.ACCOUNT: "account_id"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a copy is: parts made and in all, which failed, whether and how often it can be fetched."""

    made: int
    total: int
    failed: tuple[Part, ...]
    empty: bool
    ready: bool
    packed: bool
    used_up: bool
    expired: bool
    left: int
    bytes: int
    expires_at: datetime | None


def ask(
    *,
    operator: str,
    case_id: UUID,
    line_ids: Sequence[UUID],
    account_ids: Sequence[UUID],
    records: Collection[Record],
    months: Collection[str],
    language: str,
    now: datetime,
) -> Export:
    """Begin a copy, in place of an earlier one. Call inside a transaction."""
    forget(case_id)
    export = Export.objects.create(
        operator=operator, case_id=case_id, language=language, asked_at=now
    )
    of = [{"line_id": id_} for id_ in line_ids] + [{"account_id": id_} for id_ in account_ids]
    wanted = [(whose, part) for whose in of for part in exports.parts(records, months)]
    Part.objects.bulk_create(
        Part(export=export, place=place, record=part.record.value, month=part.month, **whose)
        for place, (whose, part) in enumerate(wanted)
    )
    return export


def retry(case_id: UUID) -> int:
    """Try the parts again that failed, and only those. Call inside a transaction."""
    failed = Part.objects.filter(export__case_id=case_id, state=PartState.FAILED.value)
    again = failed.filter(export__erased_at=None).update(
        state=PartState.WAITING.value, taken_until=None, tries=0
    )
    if again:
        # What was packed lacks them; it is packed anew, under another passphrase. Its end stays.
        Export.objects.filter(case_id=case_id).update(ready_at=None, packed_at=None, bytes=0)
    return again


def standing(case_id: UUID, *, now: datetime) -> Standing | None:
    """Return how far the copy of a case is; None where none was asked for."""
    export = Export.objects.filter(case_id=case_id).first()
    if export is None:
        return None
    parts = list(export.parts.defer("box").order_by("place"))
    states = [PartState(part.state) for part in parts]
    over = export.erased_at is not None or (
        export.expires_at is not None and export.expires_at <= now
    )
    used_up = export.downloads >= DOWNLOADS
    ready = export.ready_at is not None and PartState.DONE in states and not over and not used_up
    return Standing(
        made=sum(state is not PartState.WAITING for state in states),
        total=len(states),
        failed=tuple(part for part in parts if part.state == PartState.FAILED.value),
        empty=all(state is PartState.EMPTY for state in states),
        ready=ready,
        packed=ready and export.packed_at is not None,
        used_up=used_up,
        expired=over and not used_up,
        left=max(0, DOWNLOADS - export.downloads),
        bytes=export.bytes,
        expires_at=export.expires_at,
    )


def fetch(case_id: UUID, *, now: datetime) -> Iterator[bytes] | None:
    """Count a download and return the archive, piece by piece; None where it cannot be fetched (any more).

    It counts once it can be read, and not where the keystore goes away before its end.

    Raises:
        Erased: the copy was erased.
        KeystoreUnavailable: the keystore does not answer.
    """
    there = Export.objects.filter(
        case_id=case_id,
        expires_at__gt=now,
        packed_at__isnull=False,
        erased_at=None,
        downloads__lt=DOWNLOADS,
    )
    export = there.first()
    if export is None:
        return None
    pieces = packing.pieces(export)
    first = next(pieces, b"")
    if not there.update(downloads=F("downloads") + 1, fetched_at=now):
        return None
    return _sent(export.pk, first, pieces)


def _sent(export_id: UUID, first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield first
        yield from rest
    except keys.KeystoreUnavailable:
        Export.objects.filter(pk=export_id).update(downloads=F("downloads") - 1)
        raise


def forget(case_id: UUID) -> None:
    """Forget the copy of a case: its key first. Call inside a transaction."""
    for export in Export.objects.filter(case_id=case_id):
        keys.destroy(export.operator, [units.copy(export.pk)])
        export.delete()


def erase_of(its: Collection[Unit]) -> Counter[Unit]:
    """End every copy that holds something of lines or accounts; return how many that were of each.

    Call inside a transaction.
    """
    held = _held(its)
    for export in Export.objects.filter(pk__in={export for _, export in held}):
        _erase(export)
    return Counter(unit for unit, _ in held)


def count_of(its: Collection[Unit]) -> Counter[Unit]:
    """Count the copies that hold something of lines or accounts."""
    return Counter(unit for unit, _ in _held(its))


def _held(its: Collection[Unit]) -> set[tuple[Unit, UUID]]:
    """Return lines and accounts, each with the copies that hold something of it."""
    found: set[tuple[Unit, UUID]] = set()
    for kind, column in _WHOSE.items():
        there = Part.objects.filter(export__erased_at=None)
        theirs = there.filter(**{f"{column}__in": of_kind(its, kind)})
        found |= {(Unit(kind.value, id_), at) for id_, at in theirs.values_list(column, "export")}
    return found


def expire(*, now: datetime) -> int:
    """End copies whose time is over, or that were fetched for the last time; that there was one is still said."""
    packing.drop_fetched(now=now)
    used_up = Q(downloads__gte=DOWNLOADS, fetched_at__lte=now - LINGERS)
    past = Export.objects.filter(Q(expires_at__lte=now) | used_up, erased_at=None)
    return sum(_erase(export) for export in past)


def _erase(export: Export) -> int:
    keys.destroy(export.operator, [units.copy(export.pk)])
    export.pieces.all().delete()
    export.parts.update(box=None)
    Export.objects.filter(pk=export.pk).update(erased_at=Now())
    return 1
