"""`xiaohu import lines`: progress while it runs, a report when it is done or stopped."""

import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from django.utils.translation import gettext

from xiaohu.ops.error_file import ErrorFile
from xiaohu.ops.prepare import COMMAND_LINE
from xiaohu.ops.watching import watching
from xiaohu.queue import clock
from xiaohu.registry import importer, policies
from xiaohu.registry.files.refused import FileUnreadable
from xiaohu.registry.importer import Report
from xiaohu.registry.rows import BadRow

OK, PARTLY, INTERRUPTED = 0, 6, 130
SHOWN = 20
Say = Callable[[str], None]


def import_file(
    file: Path,
    *,
    operator: str,
    errors: Path | None,
    dry_run: bool,
    as_json: bool,
    say: Say,
    out: Say,
) -> int:
    """Bring in a file; exit code 6 says that some rows were bad, 130 that it was stopped.

    Raises:
        NoPolicy: nothing was published for such an operator, so its key is mistyped.
    """
    policies.in_force(operator)
    if not file.is_file():
        raise FileUnreadable
    listed = ErrorFile(errors or ErrorFile.beside(file))
    shown: list[BadRow] = []

    def on_bad(bad: BadRow) -> None:
        listed.add(bad)
        if len(shown) < SHOWN:
            shown.append(bad)

    try:
        with listed, watching(gettext("cli.import.running"), say) as watcher, _stoppable() as stop:
            report = importer.import_lines(
                path=file,
                operator=operator,
                actor=COMMAND_LINE,
                now=clock.now(),
                progress=watcher.reached,
                on_bad=on_bad,
                stop=stop,
                dry_run=dry_run,
            )
    except KeyboardInterrupt:
        say(gettext("cli.import.stopped"))
        return INTERRUPTED
    _tell(report, shown, listed.path, dry_run=dry_run, say=say)
    out(_document(report, listed.path, dry_run=dry_run) if as_json else _done(report))
    if report.stopped:
        return INTERRUPTED
    return PARTLY if report.bad else OK


@contextmanager
def _stoppable() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C ask for a stop after the batch at hand; a second one breaks off."""
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, earlier)

    earlier = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, earlier)


def _tell(report: Report, shown: list[BadRow], errors: Path, *, dry_run: bool, say: Say) -> None:
    for bad in shown:
        why = gettext(f"flaw.{bad.reason}")
        say("  " + gettext("cli.import.bad").format(line=bad.line, field=bad.field or "—", why=why))
    if report.bad > len(shown):
        say("  " + gettext("cli.import.more").format(count=report.bad - len(shown)))
        for reason, count in report.reasons.most_common():
            why = gettext(f"flaw.{reason}")
            say("  " + gettext("cli.import.reason").format(count=count, why=why))
    if report.bad:
        say(gettext("cli.import.errors").format(file=errors))
    if dry_run:
        say(gettext("cli.import.rehearsed"))
    if report.stopped:
        say(gettext("cli.import.stopped"))


def _done(report: Report) -> str:
    return gettext("cli.import.done").format(
        added=report.added, changed=report.changed, unchanged=report.unchanged, bad=report.bad
    )


def _document(report: Report, errors: Path, *, dry_run: bool) -> str:
    document = {
        "rows": report.rows,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "bad": report.bad,
        "reasons": {reason.value: count for reason, count in sorted(report.reasons.items())},
        "errors": str(errors) if report.bad else None,
        "dry_run": dry_run,
        "stopped": report.stopped,
    }
    return json.dumps(document, ensure_ascii=False)
