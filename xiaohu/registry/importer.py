"""Bringing in an operator's export: bad rows are reported, good rows go on, repeats change nothing."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import IO
from uuid import UUID, uuid4

from django.db import transaction

from xiaohu.access.accounts import username_index
from xiaohu.access.models import SubscriberAccount
from xiaohu.core.actors import Actor
from xiaohu.core.calendar import day_of
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.registry import rows
from xiaohu.registry.models import Holder, Line
from xiaohu.registry.rows import BadRow, Flaw, GoodRow
from xiaohu.trail import events
from xiaohu.vault import records, units
from xiaohu.vault.index import blind_index
from xiaohu.vault.records import Ref

BATCH = 1000
Progress = Callable[[int], None]


class FileRefused(Refusal):
    """The file as a whole cannot be read; `why` says what is wrong with it."""

    code = "IMPORT_FILE_REFUSED"


@dataclass
class Report:
    """What became of the rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)


def import_lines(
    *, path: Path, operator: str, actor: Actor, now: datetime, progress: Progress
) -> Report:
    """Bring in a CSV file of lines, batch by batch, each in its own transaction.

    Raises:
        FileRefused: not there, not UTF-8, or a column is missing; nothing was changed then.
    """
    report = Report()
    with _opened(path) as file:
        reader = csv.DictReader(file, strict=True)
        _require_columns(reader)
        for batch in _batches(_rows(reader, report, day_of(now))):
            _take(batch, operator, report)
            progress(reader.line_num)
    with transaction.atomic(durable=True):
        counts = {"added": report.added, "changed": report.changed, "bad": len(report.bad)}
        events.record(
            operator=operator,
            actor=actor,
            action="import_lines",
            case_id=None,
            evidence={name: str(count) for name, count in counts.items()},
            now=now,
        )
    return report


def _opened(path: Path) -> IO[str]:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as missing:
        raise FileRefused(why=missing.strerror or "unreadable") from None


def _require_columns(reader: "csv.DictReader[str]") -> None:
    try:
        present = list(reader.fieldnames or ())
    except (UnicodeDecodeError, csv.Error):
        raise FileRefused(why="the first line is not UTF-8 text with commas") from None
    for name in rows.COLUMNS:
        if present.count(name) != 1:
            kind = "is missing" if name not in present else "appears twice"
            raise FileRefused(why=f"column {name} {kind}")


def _rows(reader: "csv.DictReader[str]", report: Report, today: date) -> Iterator[GoodRow]:
    while True:
        try:
            raw = next(reader)
        except StopIteration:
            return
        except UnicodeDecodeError:
            # The decoder has lost its place in the file, so nothing after this can be trusted.
            report.bad.append(BadRow(reader.line_num + 1, "", Flaw.NOT_UTF8))
            return
        except csv.Error:
            report.bad.append(BadRow(reader.line_num, "", Flaw.NOT_CSV))
            continue
        if None in raw:
            report.bad.append(BadRow(reader.line_num, "", Flaw.TOO_MANY_FIELDS))
            continue
        row = rows.read(raw, line=reader.line_num, today=today)
        if isinstance(row, BadRow):
            report.bad.append(row)
        else:
            yield row


def _batches(good: Iterator[GoodRow]) -> Iterator[list[GoodRow]]:
    while batch := list(islice(good, BATCH)):
        yield batch


@transaction.atomic(durable=True)
def _take(batch: list[GoodRow], operator: str, report: Report) -> None:
    fresh = _without_doubles(batch, report)
    existing = {
        line.subscription_id: line
        for line in Line.objects.filter(
            operator=operator, subscription_id__in=[row.subscription_id for row in fresh]
        )
    }
    changed = [
        row for row in fresh if _is_news(row, operator, existing.get(row.subscription_id), report)
    ]
    changed = _without_taken_numbers(changed, operator, report)
    changed = _without_taken_usernames(changed, operator, report)
    if not changed:
        return
    holder_of = _holders(changed, operator)
    lines = {row.subscription_id: _line(row, operator, holder_of, existing) for row in changed}
    Line.objects.bulk_create(
        lines.values(),
        update_conflicts=True,
        unique_fields=["subscription_id", "operator"],
        update_fields=[
            "holder",
            "number_index",
            "product",
            "status",
            "activated_on",
            "balance_fen",
            "row_index",
        ],
    )
    _seal(changed, operator, holder_of, lines)
    _open_accounts(changed, operator, holder_of)
    known = sum(row.subscription_id in existing for row in changed)
    report.changed += known
    report.added += len(changed) - known


def _without_doubles(batch: list[GoodRow], report: Report) -> list[GoodRow]:
    """Keep the first row of each subscription and number within a batch."""
    seen: set[str] = set()
    kept = []
    for row in batch:
        if {row.subscription_id, row.number} & seen:
            field_ = "subscription_id" if row.subscription_id in seen else "number"
            report.bad.append(BadRow(row.line, field_, Flaw.TWICE_IN_FILE))
            continue
        seen |= {row.subscription_id, row.number}
        kept.append(row)
    return kept


def _is_news(row: GoodRow, operator: str, line: Line | None, report: Report) -> bool:
    if line is not None and line.closed_at is not None:
        report.unchanged += 1  # A closed line stays closed whatever a late export says.
        return False
    if line is not None and bytes(line.row_index or b"") == _row_index(operator, row):
        report.unchanged += 1
        return False
    return True


def _without_taken_numbers(changed: list[GoodRow], operator: str, report: Report) -> list[GoodRow]:
    """Leave out numbers that another open line has."""
    index_of = {row.subscription_id: _number_index(operator, row.number) for row in changed}
    taken = {
        bytes(index or b""): subscription
        for index, subscription in Line.objects.filter(
            operator=operator, closed_at=None, number_index__in=list(index_of.values())
        ).values_list("number_index", "subscription_id")
    }
    kept = []
    for row in changed:
        if taken.get(index_of[row.subscription_id], row.subscription_id) != row.subscription_id:
            report.bad.append(BadRow(row.line, "number", Flaw.NUMBER_TAKEN))
        else:
            kept.append(row)
    return kept


def _without_taken_usernames(
    changed: list[GoodRow], operator: str, report: Report
) -> list[GoodRow]:
    """Leave out user names of another holder; within the file, the first to name one has it."""
    index_of = {row.username: username_index(operator, row.username) for row in changed}
    holder_of = {
        bytes(index or b""): holder_id
        for index, holder_id in SubscriberAccount.objects.filter(
            operator=operator, username_index__in=list(index_of.values())
        ).values_list("username_index", "holder_id")
    }
    holders = Holder.objects.in_bulk(list(holder_of.values()))
    owner_of = {
        index: bytes(holders[holder_id].document_index or b"")
        for index, holder_id in holder_of.items()
        if holder_id in holders
    }
    kept = []
    for row in changed:
        document = _document_index(operator, row)
        if row.username and owner_of.setdefault(index_of[row.username], document) != document:
            report.bad.append(BadRow(row.line, "username", Flaw.USERNAME_TAKEN))
        else:
            kept.append(row)
    return kept


def _holders(changed: list[GoodRow], operator: str) -> dict[str, UUID]:
    """Return the holder of each row by document, making those not known yet."""
    index_of = {_document(row): _document_index(operator, row) for row in changed}
    Holder.objects.bulk_create(
        [Holder(operator=operator, document_index=index) for index in set(index_of.values())],
        ignore_conflicts=True,
    )
    found = Holder.objects.filter(
        operator=operator, document_index__in=list(index_of.values())
    ).values_list("document_index", "pk")
    id_of = {bytes(index or b""): pk for index, pk in found}
    return {document: id_of[index] for document, index in index_of.items()}


def _line(
    row: GoodRow, operator: str, holder_of: dict[str, UUID], existing: dict[str, Line]
) -> Line:
    known = existing.get(row.subscription_id)
    return Line(
        id=known.pk if known is not None else uuid4(),
        operator=operator,
        holder_id=holder_of[_document(row)],
        subscription_id=row.subscription_id,
        number_index=_number_index(operator, row.number),
        product=row.product,
        status=row.status.value,
        activated_on=row.activated_on,
        balance_fen=row.balance_fen,
        row_index=_row_index(operator, row),
    )


def _seal(
    changed: list[GoodRow],
    operator: str,
    holder_of: dict[str, UUID],
    lines: dict[str, Line],
) -> None:
    people = {
        holder_of[_document(row)]: {
            "name": row.holder_name,
            "document_kind": row.document_kind.value,
            "document_number": row.document_number,
        }
        for row in changed
    }
    contacts = {holder_of[_document(row)]: {"to": row.contact} for row in changed if row.contact}
    numbers = {
        lines[row.subscription_id].pk: {"number": row.number, "iccid": row.iccid} for row in changed
    }
    values: list[tuple[Ref, dict[str, str]]] = []
    for pk, value in people.items():
        values.append((Ref(units.holder(pk), Category.REGISTRATION_IDENTITY), value))
    for pk, value in contacts.items():
        values.append((Ref(units.holder(pk), Category.CONTACT), value))
    for pk, value in numbers.items():
        values.append((Ref(units.line(pk), Category.SERVICE_NUMBER), value))
    records.seal_many(operator=operator, values=values)


def _open_accounts(changed: list[GoodRow], operator: str, holder_of: dict[str, UUID]) -> None:
    owner_of = {username_index(operator, row.username): row for row in changed if row.username}
    SubscriberAccount.objects.bulk_create(
        [
            SubscriberAccount(
                operator=operator, holder_id=holder_of[_document(row)], username_index=index
            )
            for index, row in owner_of.items()
        ],
        ignore_conflicts=True,
    )


def _document(row: GoodRow) -> str:
    return f"{row.document_kind.value}:{row.document_number}"


def _document_index(operator: str, row: GoodRow) -> bytes:
    return blind_index(operator=operator, purpose="document", value=_document(row))


def _number_index(operator: str, number: str) -> bytes:
    return blind_index(operator=operator, purpose="number", value=number)


def _row_index(operator: str, row: GoodRow) -> bytes:
    return blind_index(operator=operator, purpose="row", value=row.digest.hex())
