"""Papers as pictures: whatever is uploaded is decoded and drawn anew; the original is never kept.

What a file hides (scripts, places, earlier versions) does not survive being drawn.
"""

import io

import pypdfium2
from PIL import Image, ImageOps

from xiaohu.core.refusals import Refusal

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 50_000_000
MAX_PAGES = 10
EDGE = 2000  # enough to read the small print of an ID card
QUALITY = 80
_PDF_SCALE = 2.0  # 144 dots an inch


class PaperRefused(Refusal):
    """The file cannot be taken; `why` is size, kind, unreadable or pages."""

    code = "PAPER_REFUSED"


def pages(data: bytes) -> list[bytes]:
    """Return every page of an upload as a JPEG picture.

    Raises:
        PaperRefused: too large, no JPG, PNG or PDF, damaged, locked, or of too many pages.
    """
    if len(data) > MAX_BYTES:
        raise PaperRefused(why="size")
    if data.startswith(b"%PDF-"):
        return _of_pdf(data)
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return [_of_picture(data)]
    raise PaperRefused(why="kind")


def _of_picture(data: bytes) -> bytes:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise PaperRefused(why="size")
            # The camera's turn is applied, then forgotten with everything else it noted.
            return _drawn(ImageOps.exif_transpose(picture))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PaperRefused(why="unreadable") from None


def _of_pdf(data: bytes) -> list[bytes]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise PaperRefused(why="unreadable") from None
    try:
        if not 0 < len(document) <= MAX_PAGES:
            raise PaperRefused(why="pages")
        return [_of_page(page) for page in document]
    except pypdfium2.PdfiumError:
        raise PaperRefused(why="unreadable") from None
    finally:
        document.close()


def _of_page(page: pypdfium2.PdfPage) -> bytes:
    longest = max(page.get_size())
    scale = min(_PDF_SCALE, EDGE / longest) if longest > 0 else _PDF_SCALE
    return _drawn(page.render(scale=scale).to_pil())


def _drawn(picture: Image.Image) -> bytes:
    plain = picture.convert("RGB")
    plain.thumbnail((EDGE, EDGE))
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
