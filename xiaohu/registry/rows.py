"""One row of an operator's export, read and judged field by field."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from xiaohu.core.cards import IccidRefused, normalise_iccid
from xiaohu.core.facts import LineStatus
from xiaohu.core.identity import DocumentKind, DocumentRefused, normalise_document
from xiaohu.core.money import AmountRefused, Money
from xiaohu.core.numbers import NumberRefused, normalise

AMOUNTS = (
    "cash_yuan",
    "deposit_yuan",
    "promotion_yuan",
    "gift_yuan",
    "exit_fee_yuan",
    "arrears_yuan",
    "unbilled_yuan",
)
COLUMNS: Mapping[str, str] = {
    "number": "phone number; 11 digits, spaces, +86 and full-width digits are understood",
    "iccid": "ICCID of the card, 19 or 20 characters",
    "subscription_id": "the operator's own id of the subscription, up to 64 characters",
    "product": "name of the product",
    "status": "active, stopped, restricted, ported_out or closed",
    "activated_on": "date, 2024-05-01; may be empty",
    "holder_name": "name the line is registered to",
    "document_kind": "one of " + ", ".join(DocumentKind),
    "document_number": "number of the document",
    "username": "user name of the holder's sign-in account; may be empty",
    "cash_yuan": "cash principal",
    "deposit_yuan": "refundable deposit",
    "promotion_yuan": "promotion principal",
    "gift_yuan": "gift credit, which never pays out",
    "points": "points; whole number",
    "contract_end_on": "last day of a contract; may be empty",
    "exit_fee_yuan": "fee for leaving the contract early",
    "arrears_yuan": "billed and unpaid",
    "unbilled_yuan": "used and not yet billed",
    "contact": "e-mail or another number; may be empty",
}
LONGEST = 200


class Flaw(StrEnum):
    """Why a row, or one field of it, cannot be taken."""

    EMPTY = "EMPTY"
    TOO_LONG = "TOO_LONG"
    CONTROL_CHARACTER = "CONTROL_CHARACTER"
    NOT_IN_THE_LIST = "NOT_IN_THE_LIST"
    NOT_A_DATE = "NOT_A_DATE"
    NOT_A_WHOLE_NUMBER = "NOT_A_WHOLE_NUMBER"
    NEGATIVE = "NEGATIVE"
    AMOUNT_REFUSED = "AMOUNT_REFUSED"
    NUMBER_FORM = "NUMBER_FORM"
    NUMBER_FOREIGN = "NUMBER_FOREIGN"
    NUMBER_NO_SUCH_RANGE = "NUMBER_NO_SUCH_RANGE"
    ICCID_REFUSED = "ICCID_REFUSED"
    DOCUMENT_FORM = "DOCUMENT_FORM"
    DOCUMENT_BIRTH_DATE = "DOCUMENT_BIRTH_DATE"
    DOCUMENT_CHECK_CHARACTER = "DOCUMENT_CHECK_CHARACTER"
    DOCUMENT_FIRST_GENERATION = "DOCUMENT_FIRST_GENERATION"
    TWICE_IN_FILE = "TWICE_IN_FILE"
    NUMBER_TAKEN = "NUMBER_TAKEN"
    USERNAME_TAKEN = "USERNAME_TAKEN"
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS"
    NOT_CSV = "NOT_CSV"
    NOT_UTF8 = "NOT_UTF8"


Listed = TypeVar("Listed", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class BadRow:
    """What is wrong with a row: line number in the file, field (or nothing), reason."""

    line: int
    field: str
    reason: Flaw


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodRow:
    """A row as the registry takes it."""

    line: int
    digest: bytes
    number: str
    iccid: str
    subscription_id: str
    product: str
    status: LineStatus
    activated_on: date | None
    holder_name: str
    document_kind: DocumentKind
    document_number: str
    username: str
    balance_fen: int
    contact: str


class FieldRefused(Exception):
    """A field cannot be understood."""

    def __init__(self, field: str, reason: Flaw) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def read(raw: Mapping[str, str | None], *, line: int, today: date) -> GoodRow | BadRow:
    """Return the row, or the first field that is wrong and why."""
    try:
        fields = {name: _plain(name, raw.get(name)) for name in COLUMNS}
        return _good(fields, line=line, today=today)
    except FieldRefused as refused:
        return BadRow(line, refused.field, refused.reason)


def _good(fields: dict[str, str], *, line: int, today: date) -> GoodRow:
    kind = _of(DocumentKind, fields, "document_kind")
    amounts = {name: _amount(fields, name) for name in AMOUNTS}
    _whole_number(fields, "points")
    _date(fields, "contract_end_on")
    return GoodRow(
        line=line,
        digest=hashlib.sha256("\x1f".join(fields.values()).encode()).digest(),
        number=_by(normalise, fields, "number"),
        iccid=_by(normalise_iccid, fields, "iccid"),
        subscription_id=_required(fields, "subscription_id", 64),
        product=_required(fields, "product", 64),
        status=_of(LineStatus, fields, "status"),
        activated_on=_date(fields, "activated_on"),
        holder_name=_required(fields, "holder_name", 100),
        document_kind=kind,
        document_number=_document(fields, kind, today),
        username=fields["username"],
        balance_fen=sum(amounts[name] for name in AMOUNTS[:4]),
        contact=fields["contact"],
    )


def _plain(name: str, value: str | None) -> str:
    text = (value or "").strip()
    if len(text) > LONGEST:
        raise FieldRefused(name, Flaw.TOO_LONG)
    if not text.isprintable():
        raise FieldRefused(name, Flaw.CONTROL_CHARACTER)
    return text


def _required(fields: dict[str, str], name: str, longest: int) -> str:
    if not fields[name]:
        raise FieldRefused(name, Flaw.EMPTY)
    if len(fields[name]) > longest:
        raise FieldRefused(name, Flaw.TOO_LONG)
    return fields[name]


def _by(normalised: Callable[[str], str], fields: dict[str, str], name: str) -> str:
    try:
        return normalised(_required(fields, name, LONGEST))
    except NumberRefused as refused:
        raise FieldRefused(name, Flaw(f"NUMBER_{refused.params['flaw']}".upper())) from None
    except IccidRefused as refused:
        raise FieldRefused(name, Flaw(refused.code)) from None


def _document(fields: dict[str, str], kind: DocumentKind, today: date) -> str:
    try:
        return normalise_document(fields["document_number"], kind=kind, today=today)
    except DocumentRefused as refused:
        raise FieldRefused("document_number", document_flaw(refused)) from None


def document_flaw(refused: DocumentRefused) -> Flaw:
    """Return what is wrong with a document's number, as pages and reports say it."""
    return Flaw(f"DOCUMENT_{refused.params['flaw']}".upper())


def _of(kind: type[Listed], fields: dict[str, str], name: str) -> Listed:
    try:
        return kind(fields[name])
    except ValueError:
        raise FieldRefused(name, Flaw.NOT_IN_THE_LIST) from None


def _amount(fields: dict[str, str], name: str) -> int:
    try:
        fen = Money.of_yuan(fields[name] or "0").fen
    except AmountRefused:
        raise FieldRefused(name, Flaw.AMOUNT_REFUSED) from None
    if fen < 0:
        raise FieldRefused(name, Flaw.NEGATIVE)
    return fen


def _whole_number(fields: dict[str, str], name: str) -> int:
    text = fields[name] or "0"
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise FieldRefused(name, Flaw.NOT_A_WHOLE_NUMBER)
    return int(text)


def _date(fields: dict[str, str], name: str) -> date | None:
    if not fields[name]:
        return None
    try:
        return date.fromisoformat(fields[name])
    except ValueError:
        raise FieldRefused(name, Flaw.NOT_A_DATE) from None
