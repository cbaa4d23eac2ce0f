"""`xiaohu import lines`: progress while it runs, a report when it is done."""

import sys
from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext
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
        task = progress.add_task(gettext("cli.import.running"), total=None)
        report = importer.import_lines(
            path=file,
            operator=operator,
            actor=COMMAND_LINE,
            now=clock.now(),
            progress=lambda line: progress.update(task, completed=line),
        )
    for bad in report.bad[:SHOWN]:
        why = gettext(f"flaw.{bad.reason}")
        say("  " + gettext("cli.import.bad").format(line=bad.line, field=bad.field or "—", why=why))
    if len(report.bad) > SHOWN:
        say("  " + gettext("cli.import.more").format(count=len(report.bad) - SHOWN))
    out(
        gettext("cli.import.done").format(
            added=report.added,
            changed=report.changed,
            unchanged=report.unchanged,
            bad=len(report.bad),
        )
    )
    return PARTLY if report.bad else OK
