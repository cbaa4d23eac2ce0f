"""A certificate as PDF, signature and QR code included, beside a bare page of the same renderer."""

import time

import typst

from tests.bench.rows import Row, against
from tests.bench.world import BenchWorld
from xiaohu.closures import papers
from xiaohu.closures.models import Document

ROUNDS, TIMES = 5, 10
BARE = b'#set page(paper: "a4")\n#set text(font: "Noto Sans CJK SC", size: 10.5pt)\n\xe9\x94\x80\xe6\x88\xb7\n'


def measure(_world: BenchWorld) -> Row:
    """Return milliseconds of one PDF and of a bare page; at most three times as many are wanted."""
    document = Document.objects.filter(kind="certificate").first()
    if document is None:
        raise RuntimeError("no certificate was issued")
    size = len(papers.pdf(document, language="zh"))
    fonts = typst.Fonts(include_system_fonts=True)
    pairs = []
    for _ in range(ROUNDS):
        ours = floor = 0.0
        for number in range(TIMES):
            began = time.perf_counter()
            papers.pdf(document, language="zh")
            between = time.perf_counter()
            # Another word each time: what was just drawn is not drawn from memory.
            typst.compile(BARE + str(number).encode(), format="pdf", font_paths=fonts)
            ours += (between - began) * 1000 / TIMES
            floor += (time.perf_counter() - between) * 1000 / TIMES
        pairs.append((ours, floor))
    return against("certificate_pdf", pairs, "ms", f"{size / 1024:.0f} KiB, at most 3 is wanted")
