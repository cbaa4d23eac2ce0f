"""Draws an upload anew, page by page, as the program of a confined process.

What a file hides (scripts, places, earlier versions, other files) does not survive being drawn.
Asked and answered in parts: the stamp and the file come in; `ok` and the pages as JPEG go out, or why
there are none. Imports nothing of ours that knows a key or a row.
"""

import io
import struct
import sys
from collections.abc import Iterator

import pypdfium2
from PIL import Image, ImageOps
from pypdfium2 import raw

from xiaohu.proofing import confined

MAX_PIXELS = 40_000_000
MAX_PAGES = 10
EDGE = 2000  # enough to read the small print of an ID card
QUALITY = 80
_PDF_SCALE = 2.0  # 144 dots an inch
_STAMPS_ACROSS = 2
_SCREEN_GREYS = 1 / 256


class _Refused(Exception):
    """Carries why."""


def drawn(data: bytes, stamp: Image.Image | None) -> list[bytes]:
    """Return the pages of a file as JPEG."""
    if data.startswith(b"%PDF-"):
        return [_as_jpeg(page, stamp) for page in _of_pdf(data)]
    return [_as_jpeg(_of_picture(data), stamp)]


def _of_picture(data: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise _Refused("size")
            picture.draft("RGB", (EDGE, EDGE))
            # The camera's turn is applied, then forgotten with everything else it noted.
            turned = _in_eight_bits(ImageOps.exif_transpose(picture))
            turned.thumbnail((EDGE, EDGE))
            return turned
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, struct.error):
        raise _Refused("unreadable") from None


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Return a scan of finer greys in those of a screen; taken as they are they would all be white."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda grey: grey * _SCREEN_GREYS).convert("L")


def _of_pdf(data: bytes) -> Iterator[Image.Image]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD
        raise _Refused("locked" if locked else "unreadable") from None
    try:
        if not 0 < len(document) <= MAX_PAGES:
            raise _Refused("pages")
        document.init_forms()  # what somebody filled in is seen, so it is drawn
        for page in document:
            longest = max(page.get_size())
            scale = min(_PDF_SCALE, EDGE / longest) if longest > 0 else _PDF_SCALE
            yield page.render(scale=scale).to_pil()
    except (pypdfium2.PdfiumError, ValueError):
        raise _Refused("unreadable") from None
    finally:
        document.close()


def _as_jpeg(picture: Image.Image, stamp: Image.Image | None) -> bytes:
    """Return nothing but what is seen: on white, stamped, without a word of what came along."""
    see_through = picture.convert("RGBA")
    page = Image.new("RGB", picture.size, "white")
    page.paste(see_through, mask=see_through.getchannel("A"))
    if stamp is not None:
        _stamp(page, stamp)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _stamp(page: Image.Image, stamp: Image.Image) -> None:
    """Lay the stamp over the whole page, so that no part of it can be cut out without."""
    width = max(page.width // _STAMPS_ACROSS, 1)
    height = max(round(stamp.height * width / stamp.width), 1)
    small = stamp.resize((width, height))
    for top in range(0, page.height, height):
        for left in range(0, page.width, width):
            page.paste(small, (left, top), mask=small.getchannel("A"))


def main() -> None:
    """Answer what was asked on standard input."""
    confined.confine()
    Image.preinit()
    stamp, data = confined.unpack(sys.stdin.buffer.read())
    laid_over = Image.open(io.BytesIO(stamp)).convert("RGBA") if stamp else None
    try:
        answer = [confined.OK, *drawn(data, laid_over)]
    except _Refused as why:
        answer = [str(why).encode()]
    sys.stdout.buffer.write(confined.pack(answer))


if __name__ == "__main__":
    main()
