"""Making copies, a part at a time: fetched outside transactions, kept sealed, then packed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xiaohu.core.exports import KEPT, PartState
from xiaohu.exports import archive
from xiaohu.exports.archive import Member
from xiaohu.exports.models import Export, Part
from xiaohu.exports.words import Words
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import GatewayUnavailable, Records, UnknownLine
from xiaohu.registry import lines
from xiaohu.vault import files, units

HELD = timedelta(minutes=2)


def make_one(*, now: datetime, words: Words) -> bool:
    """Make one part, or pack what is complete; say whether there was something to do."""
    part = _take(now)
    if part is None:
        return False
    export = part.export
    try:
        line = lines.get(part.line_id)
        said = providers.operator().records(line.subscription_id, part.record, part.month)
    except (GatewayUnavailable, UnknownLine):
        said = None
    _keep(part, export, said)
    _pack(export.pk, now=now, words=words)
    return True


@transaction.atomic(durable=True)
def _take(now: datetime) -> Part | None:
    free = Q(taken_until=None) | Q(taken_until__lt=now)
    part = (
        Part.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("export")
        .filter(free, state=PartState.WAITING.value)
        .order_by("export__asked_at", "place")
        .first()
    )
    if part is not None:
        part.taken_until = now + HELD
        part.save(update_fields=["taken_until"])
    return part


@transaction.atomic(durable=True)
def _keep(part: Part, export: Export, said: Records | None) -> None:
    state, box, rows = PartState.FAILED, None, 0
    if said is not None:
        rows = len(said.rows)
        state = PartState.DONE if rows else PartState.EMPTY
    if said is not None and rows:
        box = files.seal(
            operator=export.operator,
            unit=units.case(export.case_id),
            file_id=part.pk,
            data=archive.table(said.columns, said.rows),
        )
    # A copy asked for anew in the meantime has other parts, and this one is gone.
    Part.objects.filter(pk=part.pk).update(state=state.value, box=box, rows=rows)


@transaction.atomic(durable=True)
def _pack(export_id: UUID, *, now: datetime, words: Words) -> None:
    export = Export.objects.select_for_update().filter(pk=export_id, ready_at=None).first()
    if export is None or export.parts.filter(state=PartState.WAITING.value).exists():
        return
    members = [_member(export, part, words) for part in export.parts.order_by("place") if part.box]
    export.ready_at, export.expires_at = now, now + KEPT
    if members:
        data = archive.packed(
            members,
            title=words("title", export.language),
            lead=words("lead", export.language),
            language=export.language,
        )
        export.bytes = len(data)
        export.box = files.seal(
            operator=export.operator,
            unit=units.case(export.case_id),
            file_id=export.pk,
            data=data,
        )
    export.save()


def _member(export: Export, part: Part, words: Words) -> Member:
    number = lines.shown([lines.get(part.line_id)])[0].number
    data = files.open_file(
        operator=export.operator,
        unit=units.case(export.case_id),
        file_id=part.pk,
        sealed=bytes(part.box or b""),
    )
    kind = words(part.record, export.language)
    month = f"-{part.month}" if part.month else ""
    return Member(
        f"{part.place + 1:02d}-{part.record}{month}.csv",
        f"{kind} {part.month} · {number}".replace("  ", " "),
        part.rows,
        data,
    )
