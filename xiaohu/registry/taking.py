"""Taking news in: keys and sealed records first, then rows; new ones by COPY, known ones in place."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from xiaohu.access.models import SubscriberAccount
from xiaohu.core.filings import FilingStatus
from xiaohu.core.identity import holder_kind
from xiaohu.core.retention import Category
from xiaohu.queue import bulk
from xiaohu.registry.judging import Fresh, News
from xiaohu.registry.models import Holder, Line, LineRestriction, OutboundFiling
from xiaohu.registry.rows import FilingSaid, GoodRow
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref, Said, Value
from xiaohu.vault.units import Unit


class Entry(NamedTuple):
    """A row to be written, with the ids of its line and holder."""

    fresh: Fresh
    line_id: UUID
    holder_id: UUID
    is_new: bool
    opens_account: bool


def take(
    news: Sequence[News],
    *,
    operator: str,
    present: frozenset[str],
    ids: Iterator[UUID],
    now: datetime,
) -> None:
    """Write the news of a batch. Call inside the transaction that judged them.

    `present` names the columns of the file: a file that says nothing of filings ends none.
    """
    new_holders = {each.fresh.read.document: next(ids) for each in news if each.holder_id is None}
    entries = [
        Entry(
            each.fresh,
            each.fresh.line.id if each.fresh.line is not None else next(ids),
            each.holder_id or new_holders[each.fresh.read.document],
            each.fresh.line is None,
            each.opens_account,
        )
        for each in news
    ]
    _copy_holders(entries, new_holders, operator)
    _write_lines(entries, operator)
    _seal(entries, set(new_holders.values()), operator)
    _open_accounts(entries, operator, ids)
    if "filing" in present:
        _write_filings(entries, now)
    if "restriction" in present:
        _write_restrictions(entries)


def alone(operator: str) -> None:
    """Wait until no other import of this operator writes. Call inside a transaction.

    What one import found missing, another must not add before the first writes it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"import {operator}"]
        )


def _copy_holders(entries: Sequence[Entry], new_holders: dict[bytes, UUID], operator: str) -> None:
    kind_of = {
        entry.fresh.read.document: holder_kind(entry.fresh.read.row.document_kind)
        for entry in entries
    }
    bulk.copy(
        Holder,
        ("id", "operator", "kind", "document_index"),
        ((pk, operator, kind_of[index].value, index) for index, pk in new_holders.items()),
    )


_LINE = (
    "id",
    "operator",
    "holder_id",
    "subscription_id",
    "number_index",
    "product",
    "status",
    "activated_on",
    "balance_fen",
    "row_index",
    "card_index",
    "name_index",
)


def _write_lines(entries: Sequence[Entry], operator: str) -> None:
    changed = [entry for entry in entries if not entry.is_new]
    moved = [
        entry.line_id
        for entry in changed
        if entry.fresh.line is not None and entry.fresh.line.number != entry.fresh.read.number
    ]
    # A number given up must be free before another line of the same batch takes it.
    Line.objects.filter(pk__in=moved).update(number_index=None)
    bulk.merge(
        Line,
        _LINE,
        [_line(entry, operator) for entry in changed],
        unique=("subscription_id", "operator"),
        update=_LINE[2:],
    )
    bulk.copy(Line, _LINE, (_line(entry, operator) for entry in entries if entry.is_new))


def _line(entry: Entry, operator: str) -> tuple[object, ...]:
    row = entry.fresh.read.row
    return (
        entry.line_id,
        operator,
        entry.holder_id,
        row.subscription_id,
        entry.fresh.read.number,
        row.product,
        str(row.status),
        row.activated_on,
        row.balance_fen,
        entry.fresh.read.whole,
        entry.fresh.read.card,
        entry.fresh.read.name,
    )


def _seal(entries: Sequence[Entry], new_holders: set[UUID], operator: str) -> None:
    """Seal under new keys what belongs to new units, and the rest in place of what was there.

    Of a holder with several lines the last row counts.
    """
    people: dict[UUID, dict[Category, Value]] = {}
    fresh: list[tuple[Unit, Said]] = []
    again: dict[Ref, Value] = {}
    for entry in entries:
        row = entry.fresh.read.row
        people.setdefault(entry.holder_id, {}).update(_person(row))
        service = {"number": row.number, "iccid": row.iccid}
        if entry.is_new:
            fresh.append((units.line(entry.line_id), ((Category.SERVICE_NUMBER, service),)))
        else:
            again[Ref(units.line(entry.line_id), Category.SERVICE_NUMBER)] = service
    for holder_id, person in people.items():
        if holder_id in new_holders:
            fresh.append((units.holder(holder_id), person.items()))
        else:
            again |= {Ref(units.holder(holder_id), name): said for name, said in person.items()}
    records.seal_new(operator=operator, values=fresh)
    if again:
        records.seal_many(operator=operator, values=list(again.items()))


def _person(row: GoodRow) -> dict[Category, Value]:
    identity = {
        "name": row.holder_name,
        "document_kind": str(row.document_kind),
        "document_number": row.document_number,
    }
    if not row.contact:
        return {Category.REGISTRATION_IDENTITY: identity}
    return {Category.REGISTRATION_IDENTITY: identity, Category.CONTACT: {"to": row.contact}}


def _open_accounts(entries: Sequence[Entry], operator: str, ids: Iterator[UUID]) -> None:
    bulk.copy(
        SubscriberAccount,
        ("id", "operator", "holder_id", "username_index", "password"),
        (
            (next(ids), operator, entry.holder_id, entry.fresh.read.username, "")
            for entry in entries
            if entry.opens_account
        ),
    )


_FILING = (
    "line_id",
    "status",
    "purposes",
    "daily_cap",
    "region",
    "valid_until",
    "ended_at",
    "end_reference",
)


def _write_filings(entries: Sequence[Entry], now: datetime) -> None:
    """Write the filings there are; one the operator no longer names has ended at its side."""
    gone = [
        entry.line_id for entry in entries if not entry.is_new and not entry.fresh.read.row.filing
    ]
    OutboundFiling.objects.filter(pk__in=gone, status=FilingStatus.ACTIVE.value).update(
        status=FilingStatus.ENDED.value, ended_at=now
    )
    filed = [
        (entry.is_new, _filing(entry.line_id, entry.fresh.read.row.filing))
        for entry in entries
        if entry.fresh.read.row.filing is not None
    ]
    bulk.copy(OutboundFiling, _FILING, (row for is_new, row in filed if is_new))
    bulk.merge(
        OutboundFiling,
        _FILING,
        [row for is_new, row in filed if not is_new],
        unique=("line_id",),
        update=_FILING[1:],
    )


def _filing(line_id: UUID, said: FilingSaid) -> tuple[object, ...]:
    return (
        line_id,
        FilingStatus.ACTIVE.value,
        Jsonb(said.purposes, dumps=_as_json),
        said.daily_cap,
        said.region,
        said.valid_until,
        None,
        "",
    )


@lru_cache(maxsize=256)
def _as_json(purposes: tuple[str, ...]) -> str:
    return json.dumps(purposes)


def _write_restrictions(entries: Sequence[Entry]) -> None:
    """Write the restrictions there are; one that was lifted is gone."""
    lifted = [
        entry.line_id
        for entry in entries
        if not entry.is_new and not entry.fresh.read.row.restriction
    ]
    LineRestriction.objects.filter(pk__in=lifted).delete()
    columns = ("line_id", "source", "reason", "grade", "since", "appeal")
    bulk.merge(
        LineRestriction,
        columns,
        [
            (entry.line_id, *entry.fresh.read.row.restriction)
            for entry in entries
            if entry.fresh.read.row.restriction is not None
        ],
        unique=("line_id",),
        update=columns[1:],
    )
