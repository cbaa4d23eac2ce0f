"""Identity documents and card numbers, by their own form alone.

Whether a document belongs to somebody is the operator's record to say, not the form's.
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum

from xiaohu.core.refusals import Refusal

OLDEST_BIRTH_YEAR = 1900
_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]")
_ICCID = re.compile(r"8986[0-9A-F]{15,16}")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"


class DocumentKind(StrEnum):
    """The documents an individual can have registered with (Order 25 art. 7)."""

    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"


class DocumentFlaw(StrEnum):
    """What is wrong with a document number."""

    FORM = "form"
    BIRTH_DATE = "birth_date"
    CHECK_CHARACTER = "check_character"


class DocumentRefused(Refusal):
    """The number cannot belong to such a document; `flaw` says why."""

    code = "DOCUMENT_REFUSED"


class IccidRefused(Refusal):
    """The text is not the number of a Chinese SIM card."""

    code = "ICCID_REFUSED"


def normalise_document(raw: str, *, kind: DocumentKind, today: date) -> str:
    """Return a document number in capitals without spaces.

    Raises:
        DocumentRefused: with the flaw found first.
    """
    number = "".join(unicodedata.normalize("NFKC", raw).split()).upper()
    if kind is DocumentKind.RESIDENT_ID:
        return _resident_id(number, today=today)
    if not re.fullmatch(r"[A-Z0-9]{5,20}", number):
        raise DocumentRefused(flaw=DocumentFlaw.FORM)
    return number


def _resident_id(number: str, *, today: date) -> str:
    """Check form, birth date and check character.

    Source: GB 11643-1999, ISO 7064 MOD 11-2. The county code is left alone: a card carries the
    county of its first registration, which need not have existed in the year of birth.
    """
    if not _RESIDENT.fullmatch(number):
        raise DocumentRefused(flaw=DocumentFlaw.FORM)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise DocumentRefused(flaw=DocumentFlaw.BIRTH_DATE) from None
    if born > today or born.year < OLDEST_BIRTH_YEAR:
        raise DocumentRefused(flaw=DocumentFlaw.BIRTH_DATE)
    if number[-1] != check_character(number[:17]):
        raise DocumentRefused(flaw=DocumentFlaw.CHECK_CHARACTER)
    return number


def check_character(body: str) -> str:
    """Return the last character for the first seventeen digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def normalise_iccid(raw: str) -> str:
    """Return an ICCID (ITU-T E.118) in capitals without spaces.

    No check digit is demanded: older cards contain letters and one operator has none.

    Raises:
        IccidRefused: not 19 or 20 characters starting with 8986.
    """
    iccid = "".join(unicodedata.normalize("NFKC", raw).split()).upper()
    if not _ICCID.fullmatch(iccid):
        raise IccidRefused
    return iccid
