"""The file somebody takes away: a ZIP of CSV files with an index that can be read.

Whatever is to seal it further, such as a passphrase, takes the bytes of `packed` and returns others.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from typing import NamedTuple

from xiaohu.core.cells import write_row


class Member(NamedTuple):
    """One file of a copy: its name, what it is in words, and what is in it."""

    name: str
    words: str
    rows: int
    data: bytes


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as a CSV file every spreadsheet opens, and none takes for formulas."""
    text = io.StringIO(newline="")
    write_row(text, columns)
    for row in rows:
        write_row(text, row)
    return text.getvalue().encode("utf-8-sig")


def packed(members: Sequence[Member], *, title: str, lead: str, language: str) -> bytes:
    """Return everything in one ZIP, the index first."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.html", _index(members, title, lead, language))
        for member in members:
            archive.writestr(member.name, member.data)
    return out.getvalue()


def _index(members: Sequence[Member], title: str, lead: str, language: str) -> bytes:
    rows = "".join(
        f'<li><a href="{escape(m.name)}">{escape(m.words)}</a> ({m.rows})</li>' for m in members
    )
    page = (
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1><p>{escape(lead)}</p>"
        f"<ul>{rows}</ul></html>"
    )
    return page.encode()
