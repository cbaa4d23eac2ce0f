"""A certificate as PDF."""

import statistics
import time

from tests.bench.rows import Row
from tests.bench.world import BenchWorld
from xiaohu.closures import papers
from xiaohu.closures.models import Document

TIMES = 20


def measure(_world: BenchWorld) -> Row:
    """Return milliseconds and size of one PDF."""
    document = Document.objects.filter(kind="certificate").first()
    if document is None:
        raise RuntimeError("no certificate was issued")
    papers.pdf(document, language="zh")
    spent, size = [], 0
    for _ in range(TIMES):
        began = time.perf_counter()
        size = len(papers.pdf(document, language="zh"))
        spent.append((time.perf_counter() - began) * 1000)
    milliseconds = round(statistics.median(spent), 1)
    return Row("certificate_pdf", milliseconds, None, None, "ms", f"{size / 1024:.0f} KiB")
