"""What a PDF from anywhere holds: signed text, words, fonts and looks. Read in a process of its own.

Whoever hands in a file may mean harm: it is read by the program of a confined process, which is why
this module imports nothing of ours that knows a key or a row.
"""

import base64
import hashlib
import io
import json
import sys
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import pikepdf
import pypdfium2

from xiaohu.closures import pdf_structure
from xiaohu.proofing import confined

ATTACHED = "document.jws"
_PROGRAM = "xiaohu.closures.pdf_contents"
LONGEST_TOKEN = 64 * 1024
MOST_PAGES = 10
LARGEST_PAGE = 1300  # points; A4 is 842 high
_SCALE = 1.5  # 108 dots an inch: a changed digit changes dozens of them


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found in one file.

    `token` is None where nothing of ours is attached, and empty where it cannot be unpacked;
    `words` and `looks` have one entry for each page, and are None where pages cannot be read;
    `strange` is the kind of thing that no paper of ours is built of, if there is one.
    """

    token: str | None = None
    words: list[list[str]] | None = None
    fonts: list[str] | None = None
    looks: list[str] | None = None
    strange: str = ""


class NoPdf(ValueError):
    """It cannot be opened as a PDF at all."""


def read(*files: bytes) -> list[Contents]:
    """Return what some PDFs hold.

    Raises:
        NoPdf: one is none, or takes more time or memory than any honest one.
    """
    asked = json.dumps([base64.b64encode(one).decode() for one in files])
    try:
        answer = confined.run(_PROGRAM, asked.encode())
        return [Contents(**one) for one in json.loads(answer)]
    except (confined.Broke, ValueError, TypeError):
        raise NoPdf("not a readable PDF") from None


def _contents(data: bytes) -> Contents:
    with pikepdf.open(io.BytesIO(data)) as document:
        token, fonts = _token(document), _fonts(document)
        strange = pdf_structure.strange(document, attached=ATTACHED) if token else ""
    try:
        return Contents(token, *_pages(data, fonts), strange)
    except (pypdfium2.PdfiumError, ValueError):
        return Contents(token, strange=strange)


def _token(document: pikepdf.Pdf) -> str | None:
    try:
        if ATTACHED not in document.attachments:
            return None
        packed = document.attachments[ATTACHED].get_file().read_bytes()
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError):
        return ""
    return packed[: LONGEST_TOKEN + 1].decode("ascii", errors="replace")


def _fonts(document: pikepdf.Pdf) -> list[str]:
    """Return the names of the fonts a PDF uses, without the mark of what it took of each."""
    named = [
        str(each.get("/BaseFont", ""))
        for each in document.objects
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font"
    ]
    return sorted({name.rpartition("+")[2] for name in named})


def _pages(data: bytes, fonts: list[str]) -> tuple[list[list[str]], list[str], list[str]]:
    document = pypdfium2.PdfDocument(data)
    if not 0 < len(document) <= MOST_PAGES:
        raise ValueError("too many pages")
    words = [list(_lines(page.get_textpage().get_text_range())) for page in document]
    return words, fonts, [_look(page) for page in document]


def _lines(text: str) -> Iterator[str]:
    """Return the lines of a page, without spaces and in one form of each character."""
    for line in unicodedata.normalize("NFKC", text).splitlines():
        if packed := "".join(line.split()):
            yield packed


def _look(page: pypdfium2.PdfPage) -> str:
    size = page.get_size()
    if max(size) > LARGEST_PAGE:
        return f"larger than any of ours: {size}"
    drawn = page.render(scale=_SCALE).to_pil()
    return hashlib.sha256(repr(size).encode() + drawn.tobytes()).hexdigest()


def main() -> None:
    """Answer what was asked on standard input."""
    confined.confine()
    asked = [base64.b64decode(one) for one in json.load(sys.stdin)]
    json.dump([asdict(_contents(one)) for one in asked], sys.stdout)


if __name__ == "__main__":
    main()
