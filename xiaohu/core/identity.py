"""Identity documents, by their own form alone.

Whether a document belongs to somebody is the operator's record to say, not the form's. The
county code of a resident ID is left alone: a card carries the county of its first registration,
which need not have existed in the year of birth, so lists of counties refuse real people.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from operator import mul

from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from xiaohu.core.applicants import HolderKind
from xiaohu.core.refusals import Refusal

OLDEST_BIRTH_YEAR = 1900
LONGEST_FREE_TEXT = 20
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_OF_ZEROS = ord("0") * sum(_WEIGHTS)
_CHECK_CHARACTERS = "10X98765432"


class DocumentKind(StrEnum):
    """The documents a line can be registered with (工信部令第25号 art. 7 and 8)."""

    RESIDENT_ID = "resident_id"
    TEMPORARY_ID = "temporary_id"
    HOUSEHOLD_BOOK = "household_book"
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
    HM_PERMIT = "hm_permit"  # 港澳居民来往内地通行证
    TAIWAN_PERMIT = "taiwan_permit"
    FOREIGNER_RESIDENCE = "foreigner_residence"  # 外国人永久居留身份证
    PASSPORT = "passport"
    MILITARY = "military"
    POLICE = "police"
    USCC = "uscc"  # 统一社会信用代码
    RESIDENT_ID_15 = "resident_id_15"
    BUSINESS_LICENCE = "business_licence"
    NONE = "none"  # a line without real-name registration


# No longer issued: they stand in old registrations and are compared, never taken as new.
REGISTERED_ONLY = frozenset(
    {DocumentKind.RESIDENT_ID_15, DocumentKind.BUSINESS_LICENCE, DocumentKind.NONE}
)
OF_ORGANISATIONS = frozenset({DocumentKind.USCC, DocumentKind.BUSINESS_LICENCE})
# What a person who applies for somebody else can show.
OF_APPLICANTS = tuple(
    kind for kind in DocumentKind if kind not in REGISTERED_ONLY | OF_ORGANISATIONS
)


class DocumentFlaw(StrEnum):
    """What is wrong with a document number."""

    FORM = "form"
    BIRTH_DATE = "birth_date"
    CHECK_CHARACTER = "check_character"
    FIRST_GENERATION = "first_generation"


class DocumentRefused(Refusal):
    """The number cannot belong to such a document; `flaw` says why."""

    code = "DOCUMENT_REFUSED"


def normalise_document(raw: str, *, kind: DocumentKind, today: date) -> str:
    """Return a document number in capitals without spaces.

    Raises:
        DocumentRefused: with the flaw found first.
    """
    plain = raw.isascii() and raw.isalnum()
    number = (raw if plain else "".join(unicodedata.normalize("NFKC", raw).split())).upper()
    return _READERS[kind](number, today)


def known_by(kind: DocumentKind, number: str) -> str:
    """Return what a document is indexed by: one number may stand on documents of two kinds."""
    return f"{kind.value}:{number}"


def holder_kind(kind: DocumentKind) -> HolderKind:
    """Return whether such a document names a person or an organisation."""
    return HolderKind.ORGANISATION if kind in OF_ORGANISATIONS else HolderKind.INDIVIDUAL


def check_character(body: str) -> str:
    """Return the last character for the first seventeen digits (ISO 7064 MOD 11-2)."""
    if len(body) != len(_WEIGHTS) or not body.isascii() or not body.isdecimal():
        raise ValueError("seventeen digits come before a check character")
    total = sum(map(mul, body.encode(), _WEIGHTS)) - _OF_ZEROS
    return _CHECK_CHARACTERS[total % 11]


def eighteen(number: str) -> str:
    """Return the eighteen characters that took the place of a first-generation number."""
    body = f"{number[:6]}19{number[6:]}"
    return body + check_character(body)


_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]")
_FIRST_GENERATION = re.compile(r"[1-9][0-9]{14}")
_PERMANENT_RESIDENCE = re.compile(r"9[0-9]{16}[0-9X]")
_OLD_PERMANENT_RESIDENCE = re.compile(r"[A-Z]{3}[0-9]{12}")


def _refuse(flaw: DocumentFlaw) -> DocumentRefused:
    return DocumentRefused(flaw=flaw)


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _require_born(digits: str, today: date) -> None:
    born = _day(digits)
    if born is None or born > today or born.year < OLDEST_BIRTH_YEAR:
        raise _refuse(DocumentFlaw.BIRTH_DATE)


def _require_check_character(number: str) -> None:
    if number[-1] != check_character(number[:17]):
        raise _refuse(DocumentFlaw.CHECK_CHARACTER)


def _resident_id(number: str, today: date) -> str:
    """Check form, birth date and check character (GB 11643-1999)."""
    if not _RESIDENT.fullmatch(number):
        old = _FIRST_GENERATION.fullmatch(number)
        raise _refuse(DocumentFlaw.FIRST_GENERATION if old else DocumentFlaw.FORM)
    _require_born(number[6:14], today)
    _require_check_character(number)
    return number


def _residence_permit(number: str, today: date) -> str:
    """Check like a resident ID; the county says Hong Kong, Macau or Taiwan."""
    checked = _resident_id(number, today)
    if checked[:6] not in {"810000", "820000", "830000"}:
        raise _refuse(DocumentFlaw.FORM)
    return checked


def _first_generation(number: str, today: date) -> str:
    if not _FIRST_GENERATION.fullmatch(number):
        raise _refuse(DocumentFlaw.FORM)
    _require_born(f"19{number[6:12]}", today)
    return number


def _foreigner_residence(number: str, _today: date) -> str:
    """Check the card of 2023 by its check character, the older one by its form."""
    if _OLD_PERMANENT_RESIDENCE.fullmatch(number):
        return number
    if not _PERMANENT_RESIDENCE.fullmatch(number):
        raise _refuse(DocumentFlaw.FORM)
    _require_check_character(number)
    return number


def _uscc(number: str, _today: date) -> str:
    """Check a unified social credit code (GB 32100-2015)."""
    try:
        return str(uscc.validate(number))
    except InvalidChecksum:
        raise _refuse(DocumentFlaw.CHECK_CHARACTER) from None
    except ValidationError:
        raise _refuse(DocumentFlaw.FORM) from None


def _form(pattern: str) -> Callable[[str, date], str]:
    compiled = re.compile(pattern)

    def read(number: str, _today: date) -> str:
        if not compiled.fullmatch(number):
            raise _refuse(DocumentFlaw.FORM)
        return number

    return read


def _nothing(_number: str, _today: date) -> str:
    raise _refuse(DocumentFlaw.FORM)


def _free_text(number: str, _today: date) -> str:
    if not number or len(number) > LONGEST_FREE_TEXT or not number.isprintable():
        raise _refuse(DocumentFlaw.FORM)
    return number


_READERS: Mapping[DocumentKind, Callable[[str, date], str]] = {
    DocumentKind.RESIDENT_ID: _resident_id,
    DocumentKind.TEMPORARY_ID: _resident_id,
    DocumentKind.HOUSEHOLD_BOOK: _resident_id,
    DocumentKind.RESIDENCE_PERMIT: _residence_permit,
    DocumentKind.HM_PERMIT: _form(r"[HM][0-9]{8}(?:[0-9]{2})?"),
    DocumentKind.TAIWAN_PERMIT: _form(r"[0-9]{8}|[0-9]{10}[A-Z]?"),
    DocumentKind.FOREIGNER_RESIDENCE: _foreigner_residence,
    DocumentKind.PASSPORT: _form(r"[A-Z0-9]{5,20}"),
    DocumentKind.MILITARY: _free_text,
    DocumentKind.POLICE: _free_text,
    DocumentKind.USCC: _uscc,
    DocumentKind.RESIDENT_ID_15: _first_generation,
    DocumentKind.BUSINESS_LICENCE: _form(r"[0-9]{15}"),
    DocumentKind.NONE: _nothing,
}
