"""The file somebody takes away: a ZIP encrypted by a passphrase (WinZip AES, 256 bits), opened by common tools.

It is written piece by piece as it grows, never held as a whole, and without a temporary file.
"""

import io
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any, NamedTuple

from xiaohu.core.cells import write_row
from xiaohu.core.references import ALPHABET

PIECE = 1024 * 1024
GROUPS, GROUP = 5, 4


class Member(NamedTuple):
    """One record of a copy: what it is in words, how many rows, and the names of its files."""

    words: str
    rows: int
    names: tuple[str, ...]


class File(NamedTuple):
    """One file of a copy: its name and what is in it."""

    name: str
    data: bytes


def passphrase() -> str:
    """Return a passphrase of 100 bits, easy to type: "7K3M-9XQ2-…"."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as a CSV file every spreadsheet opens, and none takes for formulas."""
    text = io.StringIO(newline="")
    write_row(text, columns)
    for row in rows:
        write_row(text, row)
    return text.getvalue().encode("utf-8-sig")


def objects(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as JSON for programs: a list of objects."""
    listed = [dict(zip(columns, row, strict=False)) for row in rows]
    return json.dumps(listed, ensure_ascii=False, indent=1).encode()


def pack(files: Iterable[File], *, phrase: str, keep: Callable[[bytes], None]) -> int:
    """Write files into one archive, handing over a piece whenever it is full; return how long it is."""
    import pyzipper  # loaded by whoever packs, and by nobody else

    out = _Pieces(keep)
    with pyzipper.AESZipFile(out, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(phrase.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for file in files:
            archive.writestr(file.name, file.data)
    out.end()
    return out.length


def index(members: Iterable[Member], *, title: str, lead: Sequence[str], language: str) -> bytes:
    """Return the page to begin with: what there is, with links to every file."""
    rows = "".join(_row(member) for member in members)
    told = "".join(f"<p>{escape(line)}</p>" for line in lead)
    page = (
        f'<!doctype html><html lang="{escape(language)}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><h1>{escape(title)}</h1>{told}<ul>{rows}</ul></html>"
    )
    return page.encode()


def _row(member: Member) -> str:
    links = ", ".join(
        f'<a href="{escape(name)}">{escape(name.rpartition(".")[2].upper())}</a>'
        for name in member.names
    )
    return f"<li>{escape(member.words)} ({member.rows}): {links}</li>"


class _Pieces(io.RawIOBase):
    """Somewhere to write that hands over what was written, a full piece at a time."""

    def __init__(self, keep: Callable[[bytes], None]) -> None:
        self._keep = keep
        self._held = bytearray()
        self.length = 0

    def writable(self) -> bool:
        """Say that this can be written, and nothing else."""
        return True

    def write(self, data: Any, /) -> int:
        """Take some bytes."""
        taken = bytes(data)
        self._held += taken
        self.length += len(taken)
        while len(self._held) >= PIECE:
            self._keep(bytes(self._held[:PIECE]))
            del self._held[:PIECE]
        return len(taken)

    def end(self) -> None:
        """Hand over what is left."""
        if self._held:
            self._keep(bytes(self._held))
            self._held.clear()
