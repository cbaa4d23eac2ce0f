"""What an export's row is while it is read: as it stands in the file, taken apart, good or bad."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from xiaohu.core.facts import LineStatus, RestrictionReason
from xiaohu.core.identity import DocumentKind, DocumentRefused
from xiaohu.core.restrictions import AppealState, RestrictionSource


class Flaw(StrEnum):
    """Why a row, or one field of it, cannot be taken."""

    EMPTY = "EMPTY"
    TOO_LONG = "TOO_LONG"
    CONTROL_CHARACTER = "CONTROL_CHARACTER"
    NOT_IN_THE_LIST = "NOT_IN_THE_LIST"
    NOT_A_DATE = "NOT_A_DATE"
    IN_THE_FUTURE = "IN_THE_FUTURE"
    NOT_A_WHOLE_NUMBER = "NOT_A_WHOLE_NUMBER"
    NOT_A_REGION = "NOT_A_REGION"
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
    OTHER_OPERATOR = "OTHER_OPERATOR"
    TWICE_IN_FILE = "TWICE_IN_FILE"
    NUMBER_TAKEN = "NUMBER_TAKEN"
    USERNAME_TAKEN = "USERNAME_TAKEN"
    HOLDER_BEING_ERASED = "HOLDER_BEING_ERASED"
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS"
    TOO_FEW_FIELDS = "TOO_FEW_FIELDS"
    LINE_TOO_LONG = "LINE_TOO_LONG"
    NOT_CSV = "NOT_CSV"
    WRONG_ENCODING = "WRONG_ENCODING"
    FORMULA = "FORMULA"
    CELL_ERROR = "CELL_ERROR"
    DIGITS_LOST = "DIGITS_LOST"
    FILE_BROKEN = "FILE_BROKEN"


def document_flaw(refused: DocumentRefused) -> Flaw:
    """Return what is wrong with a document's number, as pages and reports say it."""
    return Flaw(f"DOCUMENT_{refused.params['flaw']}".upper())


class BadRow(NamedTuple):
    """What is wrong with a row: line number in the file, field (or nothing), reason."""

    line: int
    field: str
    reason: Flaw


class FileRow(NamedTuple):
    """A row as it stands in a file; `flaws` says by position which cells cannot be read."""

    line: int
    values: list[str]
    flaws: Mapping[int, Flaw] | None = None


class FilingSaid(NamedTuple):
    """The outbound filing a row tells of."""

    purposes: tuple[str, ...]
    daily_cap: int | None
    region: str
    valid_until: date | None


class RestrictionSaid(NamedTuple):
    """The restriction a row tells of."""

    source: RestrictionSource
    reason: RestrictionReason
    grade: int
    since: date
    appeal: AppealState


class GoodRow(NamedTuple):
    """A row as the registry takes it."""

    line: int
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
    filing: FilingSaid | None
    restriction: RestrictionSaid | None
