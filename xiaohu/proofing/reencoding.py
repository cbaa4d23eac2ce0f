"""Papers as pictures: whatever is uploaded is decoded and drawn anew; the original is never kept."""

from xiaohu.core.refusals import Refusal
from xiaohu.proofing import confined

MAX_BYTES = 8 * 1024 * 1024
_PROGRAM = "xiaohu.proofing.drawing"
_KINDS = (b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


class PaperRefused(Refusal):
    """The file cannot be taken; `why` is size, kind, unreadable, locked or pages."""

    code = "PAPER_REFUSED"


def pages(data: bytes, *, stamp: bytes = b"") -> list[bytes]:
    """Return every page of an upload as a JPEG picture, with a stamp (PNG) laid over each, if any.

    Raises:
        PaperRefused: too large, no JPG, PNG or PDF, damaged, locked, or of too many pages.
    """
    if len(data) > MAX_BYTES:
        raise PaperRefused(why="size")
    if not data.startswith(_KINDS):
        raise PaperRefused(why="kind")
    try:
        word, *drawn = confined.unpack(confined.run(_PROGRAM, confined.pack([stamp, data])))
    except (confined.Broke, ValueError):
        raise PaperRefused(why="unreadable") from None
    if word != confined.OK:
        raise PaperRefused(why=word.decode())
    return drawn
