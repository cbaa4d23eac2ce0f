"""Cells of the CSV files we write: whatever stands in them, no spreadsheet takes it for a formula."""

import csv
import re
from collections.abc import Iterable
from typing import IO

# What begins a formula (OWASP, "CSV injection"), in every width and height it is written in.
BEGINNINGS = "=+-@" + "＝﹦⁼₌⩵⩶" + "＋﹢⁺₊﬩" + "－﹣−⁻₋" + "＠﹫"
# Some programs split a cell at another separator, quoted or not, and pass over spaces and marks
# nobody sees before they look; only a letter, a digit or an apostrophe keeps a text from being one.
_FORMULA = re.compile(rf"(^|[;,|\t\r\n])(?=[^\w']*?[{re.escape(BEGINNINGS)}])|^(?=[\t\r\n])")


def harmless(text: str) -> str:
    """Return a text with an apostrophe before whatever could begin a formula."""
    return _FORMULA.sub(r"\1'", text) if text else text


def write_row(file: IO[str], cells: Iterable[str]) -> None:
    """Write one row, every cell of it harmless."""
    csv.writer(file).writerow([harmless(cell) for cell in cells])
