"""Numbers that people read aloud: case references and certificate numbers.

Crockford's alphabet leaves out I, L, O and U; look-alikes typed instead are understood. The
last character checks the others, so that a slip is told from an unknown number.
"""

import unicodedata
from datetime import datetime

from xiaohu.core.calendar import day_of
from xiaohu.core.refusals import Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})
_BASE = len(ALPHABET)
CERTIFICATE_BODY = 11
REFERENCE_BODY = 6
REFERENCE_BYTES = 5
CASE, CALL_BACK, COMPLAINT = KINDS = ("XH", "HD", "TS")


class CertificateNumberRefused(Refusal):
    """One character of the number looks wrong."""

    code = "CERTIFICATE_NUMBER_REFUSED"


class CertificateNumberLength(CertificateNumberRefused):
    """The number has too many characters or too few: `given`, where `length` are needed."""

    code = "CERTIFICATE_NUMBER_LENGTH"


def case_reference(*, now: datetime, random: bytes) -> str:
    """Return "XH-2611-7K3M-9Q" from the month of opening and at least four random bytes."""
    return _reference(CASE, now=now, random=random)


def assistance_reference(kind: str, *, now: datetime, random: bytes) -> str:
    """Return "HD-2611-7K3M-9Q" for a call-back, "TS-…" for a complaint."""
    return _reference(kind, now=now, random=random)


def is_reference(raw: str) -> bool:
    """Say whether a typed text has the form of a reference, whether or not it was ever given."""
    typed = _typed(raw)
    whole = len(typed) == len("XH2611") + REFERENCE_BODY
    return whole and typed.startswith(KINDS) and set(typed) <= {*ALPHABET}


def normalise_reference(raw: str) -> str:
    """Return the printed form of a typed reference; what can be none is returned as typed."""
    if not is_reference(raw):
        return raw.strip()
    typed = _typed(raw)
    return f"{typed[:2]}-{typed[2:6]}-{typed[6:10]}-{typed[10:]}"


def certificate_number(*, random: bytes) -> str:
    """Return "C7K3-M9QX-4T2P": eleven random characters (55 bits) and one that checks them."""
    body = _characters(random, CERTIFICATE_BODY)
    return _grouped(body + _check_character(body))


def normalise_certificate_number(raw: str) -> str:
    """Return the printed form of a typed number.

    Raises:
        CertificateNumberLength: it is too long or too short.
        CertificateNumberRefused: a foreign character, or the check fails.
    """
    typed = _typed(raw)
    if len(typed) != CERTIFICATE_BODY + 1:
        raise CertificateNumberLength(length=CERTIFICATE_BODY + 1, given=len(typed))
    body, check = typed[:-1], typed[-1:]
    foreign = set(typed) - set(ALPHABET)
    if foreign or check != _check_character(body):
        raise CertificateNumberRefused
    return _grouped(typed)


def _reference(kind: str, *, now: datetime, random: bytes) -> str:
    body = _characters(random, REFERENCE_BODY)
    return f"{kind}-{day_of(now):%y%m}-{body[:4]}-{body[4:]}"


def _typed(raw: str) -> str:
    """Return letters and digits alone: full-width ones, any case and look-alikes understood."""
    plain = unicodedata.normalize("NFKC", raw).upper().translate(_LOOK_ALIKES)
    return "".join(character for character in plain if character.isalnum())


def _characters(random: bytes, length: int) -> str:
    value = int.from_bytes(random, "big")
    drawn = []
    for _ in range(length):
        value, digit = divmod(value, _BASE)
        drawn.append(ALPHABET[digit])
    return "".join(drawn)


def _check_character(body: str) -> str:
    """Return the Luhn mod N check character, which finds every single slip.

    Source: ISO/IEC 7812-1 annex B, generalised from 10 to an even base.
    """
    total, factor = 0, 2
    for character in reversed(body):
        product = factor * ALPHABET.index(character)
        total += product // _BASE + product % _BASE
        factor = 3 - factor
    return ALPHABET[-total % _BASE]


def _grouped(text: str) -> str:
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))
