"""`xiaohu import lines`: progress while it runs, a report when it is done."""

import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from xiaohu.ops.prepare import COMMAND_LINE
from xiaohu.queue import clock
from xiaohu.registry import importer

OK, PARTLY = 0, 6
SHOWN = 200


def import_file(
    file: Path, *, operator: str, say: Callable[[str], None], out: Callable[[str], None]
) -> int:
    """Bring in a file; exit code 6 says that some rows were bad."""
    columns = (
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,}"),
        TimeElapsedColumn(),
    )
    quiet = not sys.stderr.isatty()
    with Progress(*columns, console=Console(stderr=True), disable=quiet) as progress:
        task = progress.add_task("导入 Importing", total=None)
        report = importer.import_lines(
            path=file,
            operator=operator,
            actor=COMMAND_LINE,
            now=clock.now(),
            progress=lambda line: progress.update(task, completed=line),
        )
    for bad in report.bad[:SHOWN]:
        say(f"  第 {bad.line} 行 line {bad.line}: {bad.field or '—'} {bad.reason}")
    if len(report.bad) > SHOWN:
        say(f"  … {len(report.bad) - SHOWN}")
    out(
        f"新增 added {report.added} · 更新 changed {report.changed}"
        f" · 未变 unchanged {report.unchanged} · 有误 bad {len(report.bad)}"
    )
    return PARTLY if report.bad else OK
