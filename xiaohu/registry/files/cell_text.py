"""What a cell of a workbook says, as the text a CSV file would hold."""

import re
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation

from xiaohu.registry.rows import Flaw

# A spreadsheet keeps fifteen digits of a number; what a longer one was is lost.
DIGITS = 15
_ROUNDING = Context(prec=DIGITS)
LONGEST_NUMBER = 40
_LAST_DAY = 2_958_465  # 9999-12-31
_BEFORE_LEAP_BUG, _AFTER_LEAP_BUG = date(1899, 12, 31), date(1899, 12, 30)
_FROM_1904, _EARLIER = date(1904, 1, 1), 1462
_NO_SUCH_DAY = 60  # spreadsheets count 1900-02-29, which never was
_DATE_FORMATS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_A_LETTER_OF_A_DATE = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


def is_date_format(number: int, code: str | None) -> bool:
    """Say whether a number format shows dates: a built-in one, or by its code."""
    if code is None:
        return number in _DATE_FORMATS
    letters = _NOT_A_LETTER_OF_A_DATE.sub("", code).lower()
    return letters != "general" and bool(set("ymdhs") & set(letters))


def number_text(text: str) -> str | Flaw:
    """Return a number cell in plain digits, without what binary rounding left behind."""
    value = _decimal(text)
    if value is None:
        return Flaw.CELL_ERROR
    if value == value.to_integral_value() and value.adjusted() < DIGITS:
        return f"{value.quantize(Decimal(1)):f}"
    if value.adjusted() >= DIGITS:
        return Flaw.DIGITS_LOST
    return f"{_ROUNDING.plus(value).normalize():f}"


def date_text(text: str, *, from_1904: bool) -> str | Flaw:
    """Return a date cell as 2024-05-01; with a time of day it is no date, and says so."""
    value = _decimal(text)
    last = _LAST_DAY - _EARLIER if from_1904 else _LAST_DAY
    if value is None or not 0 <= value <= last:
        return Flaw.NOT_A_DATE
    whole = int(value)
    if value != whole or (whole == _NO_SUCH_DAY and not from_1904):
        return Flaw.NOT_A_DATE
    return _day(whole, from_1904=from_1904).isoformat()


def _day(serial: int, *, from_1904: bool) -> date:
    if from_1904:
        return _FROM_1904 + timedelta(days=serial)
    start = _BEFORE_LEAP_BUG if serial < _NO_SUCH_DAY else _AFTER_LEAP_BUG
    return start + timedelta(days=serial)


def _decimal(text: str) -> Decimal | None:
    """Read a number of sane size; anything else is not looked at further."""
    if len(text) > LONGEST_NUMBER:
        return None
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        return None
    # An exponent of a million would make a text of a million digits.
    return value if value.is_finite() and abs(value.adjusted()) < LONGEST_NUMBER else None
