"""The operator's final bill, part by part. All inner steps: call them inside a transaction."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from xiaohu.core.settlement import Item, ItemKind, Line, Purses, amounts_of
from xiaohu.settlement.models import BillItem, BillPart

_ORDER = tuple(ItemKind)


class LedgerBroken(Exception):
    """The ledger and the settlement disagree: a person must look, nothing goes on."""


def keep(
    *,
    closing_id: UUID,
    number: int,
    last: bool,
    items: Iterable[Item],
    purses: Purses,
    now: datetime,
) -> None:
    """Keep a part as received; a repeat changes nothing."""
    part = BillPart(
        closing_id=closing_id,
        number=number,
        last=last,
        cash_fen=purses.cash_fen,
        deposit_fen=purses.deposit_fen,
        promotion_fen=purses.promotion_fen,
        gift_fen=purses.gift_fen,
        received_at=now,
    )
    rows = [
        BillItem(part=part, kind=item.kind.value, on=item.on, amount_fen=item.amount_fen)
        for item in items
        if item.amount_fen > 0
    ]
    made = part.pk
    # Only the same part once more is passed over; a second last part is a conflict like any other.
    BillPart.objects.bulk_create(
        [part],
        update_conflicts=True,
        unique_fields=["closing_id", "number"],
        update_fields=["number"],
    )
    if rows and BillPart.objects.filter(pk=made).exists():
        BillItem.objects.bulk_create(rows)


def parts_of(closing_ids: Collection[UUID]) -> dict[UUID, list[BillPart]]:
    """Return the parts that came for each closing that has any, in order, with one query."""
    found: dict[UUID, list[BillPart]] = {}
    for part in BillPart.objects.filter(closing_id__in=closing_ids).order_by("number"):
        found.setdefault(part.closing_id, []).append(part)
    return found


def purses_of(closing_id: UUID) -> Purses:
    """Return what the holder had, by the last part of the bill.

    Raises:
        LedgerBroken: it is not there.
    """
    last = BillPart.objects.filter(closing_id=closing_id, last=True).first()
    if last is None:
        raise LedgerBroken(f"no whole bill of closing {closing_id}")
    return _purses(last)


def rows_of(closing_id: UUID) -> list[BillItem]:
    """Return every item of every part, as rows that `settled` takes."""
    found = BillItem.objects.filter(part__closing_id=closing_id)
    return list(found.order_by("part__number", "on", "kind", "pk"))


def item_of(row: BillItem) -> Item:
    """Return what a row asks for."""
    return Item(ItemKind(row.kind), row.amount_fen, row.on)


def amounts_by_part(closing_ids: Collection[UUID]) -> dict[tuple[UUID, int], dict[str, int]]:
    """Return the amounts of every part of some bills, by closing and number, with two queries."""
    parts = BillPart.objects.filter(closing_id__in=closing_ids).prefetch_related("items")
    return {
        (part.closing_id, part.number): amounts_of(map(item_of, part.items.all()), _purses(part))
        for part in parts
    }


def settled(rows: Sequence[BillItem], lines: Iterable[Line]) -> None:
    """Note at each item what became of it."""
    open_rows = list(rows)
    for line in lines:
        row = next(row for row in open_rows if item_of(row) == line.item)
        open_rows.remove(row)
        row.paid_fen, row.owed_fen, row.borne_fen = line.paid_fen, line.owed_fen, line.borne_fen
    BillItem.objects.bulk_update(rows, ["paid_fen", "owed_fen", "borne_fen"])


def lines_of(closing_id: UUID) -> list[Line]:
    """Return every item of a settled bill with what became of it, in the order of payment."""
    return lines_of_many([closing_id]).get(closing_id, [])


def lines_of_many(closing_ids: Collection[UUID]) -> dict[UUID, list[Line]]:
    """Return the lines of each settled bill that has any, with one query."""
    rows = BillItem.objects.filter(part__closing_id__in=closing_ids).select_related("part")
    found: dict[UUID, list[Line]] = {}
    for row in rows:
        paid, owed, borne = row.paid_fen, row.owed_fen, row.borne_fen
        if paid is not None and owed is not None and borne is not None:
            found.setdefault(row.part.closing_id, []).append(Line(item_of(row), paid, owed, borne))
    for lines in found.values():
        lines.sort(key=lambda line: (_ORDER.index(line.item.kind), line.item.on))
    return found


def _purses(part: BillPart) -> Purses:
    return Purses(part.cash_fen, part.deposit_fen, part.promotion_fen, part.gift_fen)
