"""Making copies, a part at a time: fetched outside transactions, kept sealed, tried again alone."""

import json
import logging
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, Value
from django.db.models.functions import Coalesce

from xiaohu.access.models import SubscriberAccount
from xiaohu.core.exports import BETWEEN_TRIES, KEPT, TABLE, TRIES, PartState, Record, form_of
from xiaohu.exports import held
from xiaohu.exports.held import Whom
from xiaohu.exports.models import Export, Part
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import GatewayUnavailable, Records, UnknownLine
from xiaohu.registry import lines
from xiaohu.vault import files, units
from xiaohu.vault.keys import KeystoreUnavailable

logger = logging.getLogger(__name__)
HELD = timedelta(minutes=2)


def make_one(*, now: datetime) -> bool:
    """Make one part, and note whether the copy is complete; say whether there was something to do.

    Whatever goes wrong with a part counts as one of its tries; it holds up no other.

    Raises:
        KeystoreUnavailable: the keystore does not answer; that is no fault of the part.
    """
    part = _take(now)
    if part is None:
        return False
    try:
        _keep(part, _fetched(part), now)
    except KeystoreUnavailable:
        raise
    except Exception as error:  # noqa: BLE001 - an odd answer must not be asked for for ever
        logger.warning("a part of a copy could not be made: %s", type(error).__name__)
        _keep(part, None, now)
    _note_ready(part.export_id, now)
    return True


def _fetched(part: Part) -> Records | bytes | None:
    """Return a table or the file beside it; None where it cannot be had now."""
    try:
        if part.line_id is None:
            return held.of(_of_account(part))
        line = lines.get(part.line_id)
        if part.record == Record.HELD:
            return held.of(Whom(line.operator, line.holder_id, part.export.case_id, line.pk))
        operator, asked = providers.operator(), (line.subscription_id, part.record, part.month)
        if part.form == TABLE:
            return operator.records(*asked)
        return operator.record_file(*asked, part.number)
    except (GatewayUnavailable, UnknownLine):
        return None


def _of_account(part: Part) -> Whom:
    account = SubscriberAccount.objects.get(
        pk=cast("UUID", part.account_id)
    )  # one of both is there
    return Whom(account.operator, account.holder_id, part.export.case_id)


@transaction.atomic(durable=True)
def _take(now: datetime) -> Part | None:
    free = Q(taken_until=None) | Q(taken_until__lte=now)
    part = (
        Part.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("export")
        .filter(free, state=PartState.WAITING.value)
        .order_by("export__asked_at", "place")
        .first()
    )
    if part is not None:
        part.taken_until = now + HELD
        part.tries += 1
        part.save(update_fields=["taken_until", "tries"])
    return part


@transaction.atomic(durable=True)
def _keep(part: Part, said: Records | bytes | None, now: datetime) -> None:
    """Seal what came, or leave the part for another try; one too many fails it.

    A copy asked for anew in the meantime has other parts, and this one is gone.
    """
    export = Export.objects.select_for_update().filter(pk=part.export_id, erased_at=None).first()
    if export is None:
        return
    if said is None:
        failed = part.tries >= TRIES
        Part.objects.filter(pk=part.pk).update(
            state=(PartState.FAILED if failed else PartState.WAITING).value,
            taken_until=now + BETWEEN_TRIES * part.tries,
        )
        return
    data = said if isinstance(said, bytes) else _table(said)
    rows = 1 if isinstance(said, bytes) else len(said.rows)
    there = bool(rows) or (isinstance(said, Records) and bool(said.files))
    Part.objects.filter(pk=part.pk).update(
        state=(PartState.DONE if there else PartState.EMPTY).value,
        rows=rows,
        box=_sealed(export, part.pk, data) if there else None,
    )
    if isinstance(said, Records):
        _want_files(export, part, said)


def _want_files(export: Export, part: Part, said: Records) -> None:
    """Have every file beside a table fetched by a step of its own."""
    last = export.parts.aggregate(last=Max("place"))["last"] or 0
    Part.objects.bulk_create(
        Part(
            export=export,
            place=last + number,
            line_id=part.line_id,
            account_id=part.account_id,
            record=part.record,
            month=part.month,
            form=form_of(form),
            number=number,
        )
        for number, form in enumerate(said.files, start=1)
    )


@transaction.atomic(durable=True)
def _note_ready(export_id: UUID, now: datetime) -> None:
    waiting = Part.objects.filter(export=export_id, state=PartState.WAITING.value)
    if not waiting.exists():
        # Parts that are tried again do not put off the end of the others.
        until = Coalesce("expires_at", Value(now + KEPT))
        Export.objects.filter(pk=export_id, ready_at=None).update(ready_at=now, expires_at=until)


def _table(said: Records) -> bytes:
    return json.dumps({"columns": said.columns, "rows": said.rows}, ensure_ascii=False).encode()


def _sealed(export: Export, file_id: UUID, data: bytes) -> bytes:
    return files.seal(
        operator=export.operator, unit=units.copy(export.pk), file_id=file_id, data=data
    )
