"""The provider's statement: a CSV file that is right as a whole or put aside, compared row by row."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Min

from xiaohu.core import reconciling
from xiaohu.core.calendar import start_of
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.core.reconciling import Difference, Payment, PaymentState
from xiaohu.core.refusals import Refusal
from xiaohu.registry import fields
from xiaohu.registry.fields import FieldRefused
from xiaohu.registry.files.delimited import Delimited
from xiaohu.registry.files.refused import FileRefused
from xiaohu.registry.rows import BadRow, FileRow, Flaw
from xiaohu.settlement import findings
from xiaohu.settlement import reconciling as ours
from xiaohu.settlement.models import Account, StatementPayment, Transfer

LARGEST = 64 * 1024 * 1024
LONGEST = 64
SHORT = 12  # so much of a digest tells files apart
MARGIN = timedelta(hours=1)
COLUMNS: Mapping[str, str] = {
    "our_reference": "商户订单号",
    "provider_reference": "平台流水号",
    "amount_yuan": "金额",
    "currency": "币种",
    "state": "状态",
    "paid_on": "日期",
}
CURRENCIES = {"人民币": "CNY", "RMB": "CNY"}
STATES = {
    "paid": PaymentState.PAID,
    "returned": PaymentState.RETURNED,
    "成功": PaymentState.PAID,
    "已付": PaymentState.PAID,
    "退回": PaymentState.RETURNED,
    "已退回": PaymentState.RETURNED,
}


class StatementRefused(Refusal):
    """A statement is right as a whole or not taken: `why` says what is wrong with it, `bad` where."""

    code = "STATEMENT_REFUSED"

    def __init__(self, why: str, *, column: str = "", bad: tuple[BadRow, ...] = ()) -> None:
        super().__init__(why=why, column=column, count=len(bad))
        self.bad = bad


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a statement: the payment, and the day it was made or came back."""

    payment: Payment
    on: date


def read(path: Path, *, today: date | None = None) -> list[Row]:
    """Read a statement as a whole; nothing in it is later than their today, which may be a day on.

    Raises:
        StatementRefused: it is no such file, a column is missing, or a row is bad or there twice.
    """
    last = date.max if today is None else today + timedelta(days=1)
    try:
        if not path.is_file():
            raise StatementRefused(why="unreadable")
        if path.stat().st_size > LARGEST:
            raise StatementRefused(why="too_large")
        with Delimited(path) as file:
            return _good(_rows(file, _places(file.header), last))
    except (OSError, FileRefused):
        raise StatementRefused(why="unreadable") from None


def take(*, operator: str, rows: list[Row], now: datetime) -> list[Difference]:
    """Compare a statement with the ledger and leave each difference to people, once."""
    with transaction.atomic(durable=True):
        StatementPayment.objects.bulk_create(
            (_kept(operator, row, now) for row in rows), ignore_conflicts=True, batch_size=1000
        )
        known = ours.payments(operator, listed=covered(operator))
        # What an earlier statement told of is no more missing for not standing on this one.
        told = _told(operator)
        listed = _folded([*_told_before(operator, rows), *(row.payment for row in rows)])
        found = [
            one
            for one in reconciling.of_payments(known, listed)
            if one.kind is not FindingKind.MISSING_AT_PROVIDER or one.effect_id not in told
        ]
        for one in found:
            findings.note_difference(
                one, operator=operator, source=FindingSource.STATEMENT, now=now
            )
    return found


def note_refused(*, operator: str, name: str, digest: str = "", now: datetime) -> None:
    """Leave a statement that was put aside to people; `digest` tells files of one name apart.

    Call outside a transaction.
    """
    reference = f"{name[: LONGEST - SHORT - 1]}-{digest[:SHORT]}" if digest else name[:LONGEST]
    with transaction.atomic(durable=True):
        findings.note(
            operator=operator,
            kind=FindingKind.STATEMENT_REFUSED,
            source=FindingSource.STATEMENT,
            reference=reference,
            now=now,
        )


def payments(operator: str) -> list[Payment]:
    """Return every payment that stands on a statement, with the last that was said of it."""
    rows = StatementPayment.objects.filter(operator=operator).order_by("on", "pk")
    names = ("key", "amount_fen", "currency", "state", "reference")
    return _folded(
        Payment(key, fen, currency, PaymentState(state), reference)
        for key, fen, currency, state, reference in rows.values_list(*names)
    )


def covered(operator: str) -> frozenset[UUID]:
    """Return the payments that must stand on a statement by now: booked while they cover it.

    An hour at either end is left out: their midnight need not be ours.
    """
    days = StatementPayment.objects.filter(operator=operator).aggregate(
        first=Min("on"), last=Max("on")
    )
    if days["first"] is None:
        return frozenset()
    booked = Transfer.objects.filter(
        operator=operator,
        credit=Account.REFUNDED.value,
        effect_id__isnull=False,
        at__gte=start_of(days["first"]) + MARGIN,
        at__lt=start_of(days["last"] + timedelta(days=1)) - MARGIN,
    )
    ids = booked.values_list("effect_id", flat=True)
    return frozenset(effect_id for effect_id in ids if effect_id is not None)


def _told_before(operator: str, rows: list[Row]) -> Iterator[Payment]:
    """Return what other rows of earlier statements said of the same payments."""
    now_said = {(each.payment.key, each.payment.reference, each.payment.state) for each in rows}
    keys = {each.payment.key for each in rows if each.payment.key is not None}
    earlier = StatementPayment.objects.filter(operator=operator, key__in=keys)
    for row in earlier.order_by("on", "pk"):
        state = PaymentState(row.state)
        if (row.key, row.reference, state) not in now_said:
            yield Payment(row.key, row.amount_fen, row.currency, state, row.reference)


def _told(operator: str) -> frozenset[UUID | None]:
    told = StatementPayment.objects.filter(operator=operator)
    return frozenset(told.values_list("key", flat=True))


def _folded(rows: Iterable[Payment]) -> list[Payment]:
    """Return payments without those that came back: of such only that they did."""
    known: dict[UUID, list[Payment]] = {}
    listed: list[Payment] = []
    for row in rows:
        (known.setdefault(row.key, []) if row.key is not None else listed).append(row)
    for same in known.values():
        back = [row for row in same if row.state is PaymentState.RETURNED]
        there = [row for row in same if row.state is not PaymentState.RETURNED]
        listed += back[:1] + there[len(back) :]
    return listed


def _places(header: list[str]) -> dict[str, int]:
    """Return where each column stands, by either of its names."""
    places = {}
    for name, chinese in COLUMNS.items():
        found = [place for place, title in enumerate(header) if title in {name, chinese}]
        if not found:
            raise StatementRefused(why="column_missing", column=f"{name} / {chinese}")
        if len(found) > 1:
            raise StatementRefused(why="column_twice", column=f"{name} / {chinese}")
        places[name] = found[0]
    return places


def _rows(
    file: Delimited, places: Mapping[str, int], last: date
) -> Iterator[tuple[int, Row] | BadRow]:
    width = len(file.header)
    for row in file.rows():
        if isinstance(row, BadRow):
            yield row
        elif len(row.values) != width:
            few = len(row.values) < width
            yield BadRow(row.line, "", Flaw.TOO_FEW_FIELDS if few else Flaw.TOO_MANY_FIELDS)
        else:
            yield _row(row, places, last)


def _row(row: FileRow, places: Mapping[str, int], last: date) -> tuple[int, Row] | BadRow:
    said = {name: row.values[place].strip() for name, place in places.items()}
    try:
        currency = CURRENCIES.get(said["currency"], said["currency"].upper())
        if not (currency.isascii() and currency.isalpha() and len(currency) <= 8):
            raise FieldRefused("currency", Flaw.NOT_IN_THE_LIST)
        if said["state"] not in STATES:
            raise FieldRefused("state", Flaw.NOT_IN_THE_LIST)
        payment = Payment(
            key=_key(said["our_reference"]),
            amount_fen=fields.amount(said, "amount_yuan"),
            currency=currency,
            state=STATES[said["state"]],
            reference=_code(said, "provider_reference"),
        )
        on = fields.day(said, "paid_on")
        if on > last:
            raise FieldRefused("paid_on", Flaw.IN_THE_FUTURE)
        return row.line, Row(payment, on)
    except FieldRefused as refused:
        return BadRow(row.line, refused.field, refused.reason)


def _code(said: Mapping[str, str], name: str) -> str:
    text = said[name]
    if not text:
        raise FieldRefused(name, Flaw.EMPTY)
    if len(text) > LONGEST:
        raise FieldRefused(name, Flaw.TOO_LONG)
    if not (text.isascii() and text.isprintable()):
        raise FieldRefused(name, Flaw.CONTROL_CHARACTER)
    return text


def _key(text: str) -> UUID | None:
    """Return our key; one of no known form is a payment unknown to us."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _good(rows: Iterator[tuple[int, Row] | BadRow]) -> list[Row]:
    good: list[Row] = []
    bad: list[BadRow] = []
    seen: set[tuple[str, PaymentState]] = set()
    for row in rows:
        if isinstance(row, BadRow):
            bad.append(row)
            continue
        line, read_ = row
        same = (read_.payment.reference, read_.payment.state)
        if same in seen:
            bad.append(BadRow(line, "provider_reference", Flaw.TWICE_IN_FILE))
        seen.add(same)
        good.append(read_)
    if bad:
        raise StatementRefused(why="rows", bad=tuple(bad))
    if not good:
        raise StatementRefused(why="empty")
    return good


def _kept(operator: str, row: Row, now: datetime) -> StatementPayment:
    return StatementPayment(
        operator=operator,
        reference=row.payment.reference,
        key=row.payment.key,
        amount_fen=row.payment.amount_fen,
        currency=row.payment.currency,
        state=row.payment.state.value,
        on=row.on,
        read_at=now,
    )
