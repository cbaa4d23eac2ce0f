"""Packing a copy under a passphrase that is shown once and kept nowhere."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, Max

from xiaohu.core.exports import DOWNLOADS, TABLE
from xiaohu.exports import archive
from xiaohu.exports.archive import File, Member
from xiaohu.exports.models import Export, Part, Piece
from xiaohu.exports.words import Words
from xiaohu.registry import lines
from xiaohu.vault import files, units

LINGERS = timedelta(hours=1)  # after a download began: it may still be on its way


class _Named(NamedTuple):
    part: Part
    stem: str
    words: str


@transaction.atomic(durable=True)
def pack(case_id: UUID, *, words: Words, now: datetime) -> str | None:
    """Pack what is there of a ready copy anew and return its passphrase, which nobody can ask for again.

    An archive packed before is replaced; what of it is being fetched is let go on to its end. None where there is nothing to pack, or no more to fetch.

    Raises:
        Erased, KeystoreUnavailable: what was fetched cannot be read.
    """
    export = (
        Export.objects.select_for_update()
        .filter(case_id=case_id, ready_at__isnull=False, expires_at__gt=now, erased_at=None)
        .filter(downloads__lt=DOWNLOADS)
        .first()
    )
    if export is None or not export.parts.filter(box__isnull=False).exists():
        return None
    place = _set_aside(export, now)
    phrase = archive.passphrase()
    export.first_place = place + 1

    def keep(piece: bytes) -> None:
        nonlocal place
        place += 1
        made = Piece(pk=uuid4(), export=export, place=place)
        made.box = _seal(export, made.pk, piece)
        made.save(force_insert=True)

    export.bytes = archive.pack(_files(export, words), phrase=phrase, keep=keep)
    export.packed_at = now
    export.save(update_fields=["bytes", "packed_at", "first_place"])
    return phrase


def pieces(export: Export) -> Iterator[bytes]:
    """Return the packed archive, one piece in memory at a time."""
    mine = export.pieces.filter(place__gte=export.first_place).order_by("place")
    for pk in list(mine.values_list("pk", flat=True)):
        yield _open(export, pk, bytes(Piece.objects.values_list("box", flat=True).get(pk=pk)))


def drop_fetched(*, now: datetime) -> None:
    """Drop archives that were packed anew while somebody fetched them, once nobody can be at it."""
    before = Piece.objects.filter(place__lt=F("export__first_place"))
    before.filter(export__fetched_at__lte=now - LINGERS).delete()


def _set_aside(export: Export, now: datetime) -> int:
    """Drop an earlier archive, unless somebody fetches it; return the last place that is taken."""
    is_fetched = export.fetched_at is not None and export.fetched_at > now - LINGERS
    never_fetched = export.packed_at is not None and (
        export.fetched_at is None or export.fetched_at < export.packed_at
    )
    if not is_fetched:
        export.pieces.all().delete()
    elif never_fetched:
        export.pieces.filter(place__gte=export.first_place).delete()
    return export.pieces.aggregate(last=Max("place"))["last"] or 0


def _files(export: Export, words: Words) -> Iterator[File]:
    """Return every file of a copy, the index first, each read when its turn comes."""
    named = [_named(export, part, words) for part in _parts(export)]
    yield File("index.html", _index(export, named, words))
    for one in named:
        box = bytes(Part.objects.values_list("box", flat=True).get(pk=one.part.pk) or b"")
        data = _open(export, one.part.pk, box)
        if one.part.form != TABLE:
            yield File(f"{one.stem}.{one.part.form}", data)
            continue
        said = json.loads(data)
        yield File(f"{one.stem}.csv", archive.table(said["columns"], said["rows"]))
        yield File(f"{one.stem}.json", archive.objects(said["columns"], said["rows"]))


def _parts(export: Export) -> list[Part]:
    there = export.parts.filter(box__isnull=False).defer("box")
    return list(there.order_by("line_id", "account_id", "record", "month", "number"))


def _named(export: Export, part: Part, words: Words) -> _Named:
    month = f"-{part.month}" if part.month else ""
    nth = f"-{part.number}" if part.number else ""
    whose = _whose(part) or words("account", export.language)
    said = (words(part.record, export.language), part.month, str(part.number or ""), "·", whose)
    return _Named(
        part, f"{part.place + 1:02d}-{part.record}{month}{nth}", " ".join(filter(None, said))
    )


def _whose(part: Part) -> str:
    """Return the number a part is of, masked; empty for an account."""
    return lines.shown([lines.get(part.line_id)])[0].number if part.line_id is not None else ""


def _index(export: Export, named: list[_Named], words: Words) -> bytes:
    members = [
        Member(
            one.words,
            one.part.rows,
            tuple(
                f"{one.stem}.{form}"
                for form in (("csv", "json") if one.part.form == TABLE else (one.part.form,))
            ),
        )
        for one in named
    ]
    return archive.index(
        members,
        title=words("title", export.language),
        lead=[words("lead", export.language), words("forms", export.language)],
        language=export.language,
    )


def _seal(export: Export, file_id: UUID, data: bytes) -> bytes:
    unit = units.copy(export.pk)
    return files.seal(operator=export.operator, unit=unit, file_id=file_id, data=data)


def _open(export: Export, file_id: UUID, sealed: bytes) -> bytes:
    unit = units.copy(export.pk)
    return files.open_file(operator=export.operator, unit=unit, file_id=file_id, sealed=sealed)
