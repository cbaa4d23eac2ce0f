"""Phone numbers: one form inside (E.164), masked outside.

The prefix never tells the operator: numbers are ported, and the inventory decides.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import phonenumbers

from xiaohu.core.refusals import Refusal

REGION = "CN"
LONGEST_TYPED = 64


@dataclass(frozen=True, slots=True)
class ExtraRange:
    """Numbers that exist and that the numbering data of phonenumbers does not know."""

    what: str
    pattern: re.Pattern[str]


EXTRA_RANGES = (
    ExtraRange("mobile of China Telecom and its guests", re.compile(r"149[0-9]{8}")),
    ExtraRange("satellite and emergency mobile", re.compile(r"174[0-9]{8}")),
    ExtraRange(
        "machine-to-machine, 13 digits", re.compile(r"14(?:10[0-9]|[0468][0-9]{2})[0-9]{8}")
    ),
    ExtraRange("enterprise access code with extension", re.compile(r"95[0-9]{3,11}")),
    ExtraRange("enterprise service number", re.compile(r"1010[0-9]{4}")),
)


# Whether a mobile number can exist is decided by its first digits, so each range is looked up
# once; an export of a million lines has a few hundred of them.
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_RANGE = 7

# A label before a number is pasted with it; letters after it are a slip that nobody may read away.
_LETTERS_AFTER_DIGITS = re.compile(r"[0-9].*[^\W\d_]", re.DOTALL)


class NumberFlaw(StrEnum):
    """Why a text is no number of ours."""

    FORM = "form"
    FOREIGN = "foreign"
    NO_SUCH_RANGE = "no_such_range"


class NumberRefused(Refusal):
    """The text is not a number that a Chinese operator can have issued; `flaw` says why."""

    code = "NUMBER_REFUSED"


def local(number: str) -> str:
    """Return a number as people at home dial it; anything else as it is."""
    return number.removeprefix("+86")


def normalise(raw: str) -> str:
    """Return E.164 ("+8613000000001") for anything people type or paste.

    Raises:
        NumberRefused: no such number can exist in China.
    """
    if _MOBILE.fullmatch(raw) and _is_issued(raw[:_RANGE]):
        return f"+86{raw}"
    return _normalise(raw)


def _normalise(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw).strip()
    if len(text) > LONGEST_TYPED:
        raise NumberRefused(flaw=NumberFlaw.FORM)
    if _LETTERS_AFTER_DIGITS.search(text):
        raise NumberRefused(flaw=NumberFlaw.FORM)
    national = _national_digits(text)
    if _is_extra(national):
        return f"+86{national}"
    try:
        parsed = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        raise NumberRefused(flaw=NumberFlaw.FORM) from None
    if parsed.extension:
        raise NumberRefused(flaw=NumberFlaw.FORM)
    if parsed.country_code != 86:
        raise NumberRefused(flaw=NumberFlaw.FOREIGN)
    if not phonenumbers.is_possible_number(parsed):
        raise NumberRefused(flaw=NumberFlaw.FORM)
    if not phonenumbers.is_valid_number(parsed):
        raise NumberRefused(flaw=NumberFlaw.NO_SUCH_RANGE)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=4096)
def _is_issued(first_digits: str) -> bool:
    sample = f"{first_digits}0000"
    try:
        return _normalise(sample) == f"+86{sample}"
    except NumberRefused:
        return False


def _national_digits(text: str) -> str:
    """Return the digits without China's own prefix; nothing where letters are among them."""
    if any(character.isalpha() for character in text):
        return ""
    digits = "".join(character for character in text if character in "0123456789")
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) in {11, 13}:
            return digits[len(prefix) :]
    return digits


def _is_extra(national: str) -> bool:
    return any(extra.pattern.fullmatch(national) for extra in EXTRA_RANGES)


def tail(number: str, length: int = 4) -> str:
    """Return the last digits, which may be shown and spoken."""
    return number[-length:]


def national(number: str) -> str:
    """Return a number (E.164) as it is dialled here: "130 0000 0088"."""
    digits = number.removeprefix("+86")
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}" if _MOBILE.fullmatch(digits) else digits


def mask_number(number: str) -> str:
    """Return "130 **** 0001" for "+8613000000001"."""
    national = number.removeprefix("+86")
    return f"{national[:3]} **** {national[-4:]}"


def mask_name(name: str) -> str:
    """Return the first character and two stars, whatever the length; a dash for nobody."""
    return f"{name[:1]}**" if name else "—"


def mask_document(number: str) -> str:
    """Return four stars and the last four characters."""
    return f"****{number[-4:]}"
