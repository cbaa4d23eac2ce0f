"""A certificate as PDF, signature and QR code included, beside a bare page of the same renderer."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import typst

from tests.bench.rows import Row, against
from tests.bench.world import BenchWorld
from tests.stories import closing_of
from xiaohu.closures import documents, driver, papers
from xiaohu.closures.models import Document, DocumentKind
from xiaohu.queue import clock

ROUNDS, TIMES = 5, 10
BARE = '#set page(paper: "a4")\n#set text(font: "Noto Sans CJK SC", size: 10.5pt)\n销户\n'


def issue(world: BenchWorld) -> None:
    """Let lines be closed, so that there are certificates."""
    cases = [world.world.submitted(number) for number in world.take(TIMES)]
    clock.move(by=timedelta(days=3, minutes=1))
    for case in cases:
        driver.advance(closing_id=closing_of(case).pk, clock=clock.now)


def measure(_world: BenchWorld) -> list[Row]:
    """Return milliseconds of a PDF beside a bare page, and beside a plain page of its words.

    Each time another one is drawn: what was just drawn comes from memory.
    """
    issued = list(Document.objects.filter(kind="certificate")[:TIMES])
    if len(issued) < TIMES:
        raise RuntimeError("too few certificates were issued")
    size = f"{len(papers.pdf(issued[0], language='zh')) / 1024:.0f} KiB"
    fonts = typst.Fonts(include_system_fonts=True)
    rounds = [_round(issued, fonts) for _ in range(ROUNDS)]
    bare = [(ours, floor) for ours, floor, _ in rounds]
    worded = [(ours, floor) for ours, _, floor in rounds]
    return [
        against("certificate_pdf", bare, "ms", f"{size}, at most 3 is wanted"),
        against("certificate_pdf_words", worded, "ms", "beside a plain page of the same words"),
    ]


def _round(issued: list[Document], fonts: typst.Fonts) -> tuple[float, float, float]:
    """Return milliseconds of one: ours, a bare page, and one of ours' words in one size."""
    passed = [0.0, 0.0, 0.0]
    for number, document in enumerate(issued):
        words = _words(document)
        drawn: list[Callable[[], object]] = [
            partial(papers.pdf, document, language="zh"),
            partial(typst.compile, _bare(str(number)), format="pdf", font_paths=fonts),
            partial(typst.compile, _bare(words), format="pdf", font_paths=fonts),
        ]
        for at, draw in enumerate(drawn):
            began = time.perf_counter()
            draw()
            passed[at] += (time.perf_counter() - began) * 1000 / TIMES
    ours, bare, worded = passed
    return ours, bare, worded


def _words(document: Document) -> str:
    kind = DocumentKind(document.kind)
    facts = papers.facts(kind, documents.read(document), language="zh")
    return " ".join(word for row in facts for word in row)


def _bare(words: str) -> bytes:
    return f"{BARE}#{json.dumps(words, ensure_ascii=False)}".encode()
