"""Numbers on cards: the SIM's and the bank's. A failed check digit warns, and refuses nothing."""

import re
import unicodedata

from stdnum import luhn

from xiaohu.core.refusals import Refusal

ICCID_TAIL = 4
_ICCID = re.compile(r"8986[0-9A-F]{15,16}")
_TAIL = re.compile(r"[0-9A-F]{4,20}")
_ACCOUNT = re.compile(r"[0-9]{12,19}")


class IccidRefused(Refusal):
    """The text is not the number of a Chinese SIM card, nor its end."""

    code = "ICCID_REFUSED"


class AccountRefused(Refusal):
    """The text is not the number of a bank account."""

    code = "ACCOUNT_REFUSED"


def normalise_iccid(raw: str) -> str:
    """Return an ICCID (ITU-T E.118) in capitals without spaces.

    No check digit is demanded: older cards contain letters and one operator has none.

    Raises:
        IccidRefused: not 19 or 20 characters starting with 8986.
    """
    iccid = raw if _ICCID.fullmatch(raw) else _plain(raw)
    if not _ICCID.fullmatch(iccid):
        raise IccidRefused
    return iccid


def normalise_iccid_tail(raw: str) -> str:
    """Return the last four characters of an ICCID, of which at least so many were typed.

    Raises:
        IccidRefused: no card number ends like this.
    """
    typed = _plain(raw)
    if not _TAIL.fullmatch(typed):
        raise IccidRefused
    return typed[-ICCID_TAIL:]


def normalise_account(raw: str) -> str:
    """Return 12 to 19 digits.

    Raises:
        AccountRefused: something else.
    """
    digits = _plain(raw)
    if not _ACCOUNT.fullmatch(digits):
        raise AccountRefused
    return digits


def looks_mistyped(account: str, *, corporate: bool) -> bool:
    """Say whether a card number fails its check digit; corporate accounts have none."""
    return not corporate and not luhn.is_valid(account)


def _plain(raw: str) -> str:
    return "".join(unicodedata.normalize("NFKC", raw).replace("-", "").split()).upper()
