"""Phone numbers: one form inside (E.164), masked outside.

The prefix never tells the operator: numbers are ported, and the inventory decides.
"""

import unicodedata

import phonenumbers

from xiaohu.core.refusals import Refusal

REGION = "CN"
# Real ranges that the numbering data of phonenumbers does not know: a Telecom range with
# voice, and the 13-digit numbers of machine-to-machine cards.
EXTRA_PREFIXES = (("149", 11), ("144", 13), ("148", 13), ("146", 13), ("1410", 13))


class NumberRefused(Refusal):
    """The text is not a number that a Chinese operator can have issued."""

    code = "NUMBER_REFUSED"


def normalise(raw: str) -> str:
    """Return E.164 ("+8613000000001") for anything people type or paste.

    Raises:
        NumberRefused: no such number can exist in China.
    """
    text = unicodedata.normalize("NFKC", raw).strip()
    digits = _national_digits(text)
    if any(digits.startswith(prefix) and len(digits) == size for prefix, size in EXTRA_PREFIXES):
        return f"+86{digits}"
    try:
        parsed = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        raise NumberRefused from None
    if parsed.country_code != 86 or not phonenumbers.is_valid_number(parsed):
        raise NumberRefused
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _national_digits(text: str) -> str:
    digits = "".join(character for character in text if character in "0123456789")
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) in {11, 13}:
            return digits[len(prefix) :]
    return digits


def tail(number: str, length: int = 4) -> str:
    """Return the last digits, which may be shown and spoken."""
    return number[-length:]


def mask_number(number: str) -> str:
    """Return "130 **** 0001" for "+8613000000001"."""
    national = number.removeprefix("+86")
    return f"{national[:3]} **** {national[-4:]}"


def mask_name(name: str) -> str:
    """Return the first character and two stars, whatever the length."""
    return f"{name[:1]}**"


def mask_document(number: str) -> str:
    """Return four stars and the last four characters."""
    return f"****{number[-4:]}"
