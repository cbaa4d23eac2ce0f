"""Questions about lines and their holders, and the end of a line."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from xiaohu.core.applicants import HolderKind
from xiaohu.core.calendar import day_of
from xiaohu.core.comparing import Registered
from xiaohu.core.facts import LineStatus
from xiaohu.core.identity import DocumentKind, known_by
from xiaohu.core.numbers import mask_document, mask_name, mask_number, tail
from xiaohu.core.retention import Category
from xiaohu.queue.asking import Slot
from xiaohu.registry.models import Holder, Line, QuarantinedNumber
from xiaohu.vault import records, units
from xiaohu.vault.index import blind_index
from xiaohu.vault.keys import Erased
from xiaohu.vault.records import Ref

ERASED = "—"  # in place of a number that is no more


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """A line as a page may show it."""

    id: UUID
    number: str
    tail: str
    product: str
    status: LineStatus
    balance_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownHolder:
    """A holder as a page may show them."""

    name: str
    document: str


def get(line_id: UUID) -> Line:
    """Return a line."""
    return Line.objects.get(pk=line_id)


def of_holder(holder_id: UUID) -> list[Line]:
    """Return the open lines of a holder, oldest first."""
    return list(
        Line.objects.filter(holder_id=holder_id, closed_at=None).order_by("activated_on", "pk")
    )


def stopped_for_arrears(operator: str) -> QuerySet[Line]:
    """Return the open lines that the last import says are stopped for arrears."""
    return Line.objects.filter(
        operator=operator, status=LineStatus.ARREARS_STOPPED.value, closed_at=None
    ).order_by("pk")


def find(operator: str, number: str) -> Line | None:
    """Return the open line that has a number (E.164)."""
    index = number_index(operator, number)
    return Line.objects.filter(operator=operator, number_index=index, closed_at=None).first()


def number_index(operator: str, number: str) -> bytes:
    """Return the blind index of a number (E.164)."""
    return blind_index(operator=operator, purpose="number", value=number)


def document_index(operator: str, kind: DocumentKind, number: str) -> bytes:
    """Return by what an identity document is known: the same as where its holder was imported."""
    return blind_index(operator=operator, purpose="document", value=known_by(kind, number))


def number(line: Line) -> str:
    """Return the number of a line (E.164), for sending to it or masking it."""
    return _service(line).get("number", "")


def readable_service(found: Iterable[Line], what: str) -> list[str]:
    """Return a value of lines that can still be read, with one query for all."""
    refs = {line.pk: (line.operator, number_ref(line.pk)) for line in found}
    if not refs:
        return []
    operator = next(iter(refs.values()))[0]
    opened = records.open_many(operator=operator, refs=[ref for _, ref in refs.values()])
    return [said[what] for _, ref in refs.values() if (said := opened.get(ref))]


def number_ref(line_id: UUID) -> Ref:
    """Return where the number of a line is sealed, to open many at once."""
    return Ref(units.line(line_id), Category.SERVICE_NUMBER)


def contact_ref(holder_id: UUID) -> Ref:
    """Return where the registered contact of a holder is sealed, to open many at once."""
    return Ref(units.holder(holder_id), Category.CONTACT)


def _resting_index(operator: str, number: str) -> bytes:
    """Return by what a number at rest is recognised: not by what lines and contacts are found."""
    return blind_index(operator=operator, purpose="resting", value=number)


def rested_on(operator: str, numbers: Collection[str]) -> dict[str, date]:
    """Return the day on which those of some numbers (E.164) last went to rest that ever did."""
    index_of = {_resting_index(operator, number): number for number in numbers}
    rows = QuarantinedNumber.objects.filter(operator=operator, number_index__in=list(index_of))
    return {index_of[bytes(row.number_index)]: row.rested_on for row in rows}


def iccid_tail(line: Line) -> str:
    """Return the last four characters of the card's ICCID."""
    return tail(_service(line).get("iccid", ""))


def holder_name(line: Line) -> str:
    """Return the registered name, for a refund in that name."""
    return _identity(line).get("name", "")


def registered_contact(line: Line) -> str:
    """Return the contact a holder left with the operator, or an empty text."""
    opened = records.open_one(
        operator=line.operator, unit=units.holder(line.holder_id), category=Category.CONTACT
    )
    return opened.get("to", "")


def contact_of_holder(operator: str, holder_id: UUID) -> str:
    """Return the contact a holder left with the operator; an empty text for none, or once erased."""
    unit = units.holder(holder_id)
    try:
        opened = records.open_one(operator=operator, unit=unit, category=Category.CONTACT)
    except Erased:
        return ""
    return opened.get("to", "")


def holder_kind(holder_id: UUID) -> HolderKind:
    """Return whether a holder is a person or an organisation."""
    return HolderKind(Holder.objects.values_list("kind", flat=True).get(pk=holder_id))


def registered(operator: str, holder_id: UUID) -> Registered | None:
    """Return who a holder is registered as; None once that was erased."""
    try:
        said = _identity_of(operator, holder_id)
    except Erased:
        return None
    return Registered(
        name=said.get("name", ""),
        document_kind=DocumentKind(said.get("document_kind", DocumentKind.RESIDENT_ID)),
        document_number=said.get("document_number", ""),
    )


def shown(lines: Iterable[Line]) -> list[ShownLine]:
    """Return lines as a page may show them, by their numbers, with one query for all."""
    listed = list(lines)
    if not listed:
        return []
    refs = {line.pk: Ref(units.line(line.pk), Category.SERVICE_NUMBER) for line in listed}
    opened = records.open_many(operator=listed[0].operator, refs=list(refs.values()))
    numbers = {line.pk: opened.get(refs[line.pk], {}).get("number", "") for line in listed}
    listed.sort(key=lambda line: numbers[line.pk])
    return [_shown(line, numbers[line.pk]) for line in listed]


def containing(lines: Iterable[Line], digits: str) -> list[Line]:
    """Return those whose number has these digits in a row, with one query for all."""
    listed = list(lines)
    if not listed:
        return []
    refs = {line.pk: number_ref(line.pk) for line in listed}
    opened = records.open_many(operator=listed[0].operator, refs=list(refs.values()))
    return [x for x in listed if digits in opened.get(refs[x.pk], {}).get("number", "")]


def shown_holder(line: Line) -> ShownHolder:
    """Return the holder of a line as a page may show them."""
    return _shown_holder(_identity(line))


def shown_with_holder(line: Line) -> tuple[ShownLine, ShownHolder]:
    """Return a line and its holder as a paper may show them, opened together.

    Raises:
        Erased: one of them is gone; a paper with gaps is never issued.
    """
    service = Ref(units.line(line.pk), Category.SERVICE_NUMBER)
    identity = Ref(units.holder(line.holder_id), Category.REGISTRATION_IDENTITY)
    opened = records.open_many(operator=line.operator, refs=[service, identity])
    if len(opened) < 2:
        raise Erased
    return _shown(line, opened[service]["number"]), _shown_holder(opened[identity])


def holders_of_others(
    holders: Slot | Sequence[UUID], *, besides: Slot | Sequence[UUID]
) -> "QuerySet[Line, UUID]":
    """Return those holders who have an open line besides some."""
    others = Line.objects.filter(holder_id__any_of=holders, closed_at=None)
    others = others.exclude(pk__any_of=besides)
    return others.values_list("holder_id", flat=True)


def rest(*, line: Line, days: int, now: datetime) -> date:
    """Put the number of a line to rest and end the line; return when the number is free.

    Call inside a transaction; harmless to repeat. Of the resting number only a keyed hash is
    kept, so that nothing is ever sent to whoever has it next: the operator has its inventory.
    """
    today = day_of(now)
    free_on = today + timedelta(days=days)
    index = _resting_index(line.operator, number(line))
    rested = QuarantinedNumber(
        operator=line.operator, number_index=index, free_on=free_on, rested_on=today
    )
    QuarantinedNumber.objects.bulk_create(
        [rested],
        update_conflicts=True,
        unique_fields=["number_index", "operator"],
        update_fields=["free_on", "rested_on"],
    )
    Line.objects.filter(pk=line.pk, closed_at=None).update(
        status=LineStatus.CLOSED.value, closed_at=now, number_index=None, balance_fen=0
    )
    return free_on


def still_open(line_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some lines that are not closed."""
    there = Line.objects.filter(pk__in=line_ids, closed_at=None)
    return set(there.values_list("pk", flat=True)) if line_ids else set()


def close_erased(line_ids: Collection[UUID], *, now: datetime) -> None:
    """Close lines whose keys are gone, as they were before a backup came back. Call inside a transaction."""
    Line.objects.filter(pk__in=line_ids, closed_at=None).update(
        status=LineStatus.CLOSED.value, closed_at=now, number_index=None, balance_fen=0
    )


def _service(line: Line) -> dict[str, str]:
    return records.open_one(
        operator=line.operator, unit=units.line(line.pk), category=Category.SERVICE_NUMBER
    )


def _identity(line: Line) -> dict[str, str]:
    return _identity_of(line.operator, line.holder_id)


def _identity_of(operator: str, holder_id: UUID) -> dict[str, str]:
    return records.open_one(
        operator=operator,
        unit=units.holder(holder_id),
        category=Category.REGISTRATION_IDENTITY,
    )


def _shown_holder(identity: Mapping[str, str]) -> ShownHolder:
    nobody = identity.get("document_kind") == DocumentKind.NONE.value
    return ShownHolder(
        name=mask_name(identity.get("name", "")),
        document="—" if nobody else mask_document(identity.get("document_number", "")),
    )


def _shown(line: Line, clear_number: str) -> ShownLine:
    return ShownLine(
        id=line.pk,
        number=mask_number(clear_number) if clear_number else ERASED,
        tail=tail(clear_number),
        product=line.product,
        status=LineStatus(line.status),
        balance_fen=line.balance_fen,
    )
