"""Statements of the payout provider: a watched folder, and one file by command.

A file that was read goes to `done`; one that cannot be goes to `refused` with a text beside it
that says why, in both languages and without a value.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError, OperationalError
from django.utils import translation
from django.utils.translation import gettext

from xiaohu.core.calendar import day_of
from xiaohu.ops import reconciling
from xiaohu.queue import clock
from xiaohu.settlement import statements
from xiaohu.settlement.statements import StatementRefused
from xiaohu.ui.refusals import sentence

logger = logging.getLogger(__name__)
DONE, REFUSED = "done", "refused"
QUIET_S = 10.0  # a file that was written to lately may not be whole
SHOWN = 20
LANGUAGES = ("zh-hans", "en")
Say = Callable[[str], None]


def take_folder(folder: Path, *, operator: str, now: datetime) -> int:
    """Read every statement that lies in a folder and return how many; each is moved away."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return sum(_take_one(file, operator=operator, now=now) for file in _waiting(folder))


def _take_one(file: Path, *, operator: str, now: datetime) -> bool:
    """Read a statement and move it away; one that fails keeps no other waiting."""
    try:
        try:
            rows = statements.read(file, today=day_of(now))
            statements.take(operator=operator, rows=rows, now=now)
        except OperationalError:
            raise  # The database is away, not the file wrong: it is read again.
        except Exception as failed:  # noqa: BLE001 # what nobody foresaw is for a person to look at
            refused = _refused(failed)
            name, digest = _plain(file.name), _digest(file)
            statements.note_refused(operator=operator, name=name, digest=digest, now=now)
            _put_aside(file, refused)
        else:
            _move(file, DONE)
    except (DatabaseError, OSError) as away:
        logger.error("a statement stays where it is: %s", type(away).__name__)
        return False
    return True


def _refused(failed: Exception) -> StatementRefused:
    if isinstance(failed, StatementRefused):
        return failed
    # Only the kind is logged: the text of an error may carry what nobody may read.
    logger.error("a statement was not read: %s", type(failed).__name__)
    return StatementRefused(why="unexpected")


def reconcile(file: Path, *, operator: str, as_json: bool, say: Say, out: Say) -> int:
    """Read one statement and show how it differs; the file stays where it is.

    Raises:
        StatementRefused: it cannot be taken; its bad rows have been told.
    """
    now = clock.now()
    try:
        rows = statements.read(file, today=day_of(now))
    except StatementRefused as refused:
        for line in _lines(refused):
            say("  " + line)
        raise
    differences = statements.take(operator=operator, rows=rows, now=now)
    compared = {"payments": len(rows)}
    if not as_json:
        out(gettext("cli.reconcile.statement").format(**compared))
    return reconciling.tell(
        differences, operator=operator, compared=compared, as_json=as_json, out=out
    )


def _waiting(folder: Path) -> Iterator[Path]:
    """Return whole CSV files, oldest first; a link is nobody's statement."""
    found = [
        file
        for file in folder.iterdir()
        if file.suffix.lower() == ".csv" and file.is_file() and not file.is_symlink()
    ]
    for file in sorted(found, key=lambda each: (each.stat().st_mtime, each.name)):
        if time.time() - file.stat().st_mtime >= QUIET_S:
            yield file


def _digest(file: Path) -> str:
    """Return by what the content of a file is known again; nothing where it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""


def _put_aside(file: Path, refused: StatementRefused) -> None:
    moved = _move(file, REFUSED)
    said = []
    for language in LANGUAGES:
        with translation.override(language):
            words = sentence(refused)
            said += [words.what, *_lines(refused), words.next, ""]
    moved.with_name(f"{moved.name}.reason.txt").write_text("\n".join(said), encoding="utf-8")
    logger.warning("a statement was refused: %s", refused.params["why"])


def _lines(refused: StatementRefused) -> list[str]:
    """Return in words where a statement is bad, without what stands there."""
    return [
        gettext("cli.import.bad").format(
            line=bad.line, field=bad.field or "—", why=gettext(f"flaw.{bad.reason}")
        )
        for bad in refused.bad[:SHOWN]
    ]


def _move(file: Path, where: str) -> Path:
    """Move a file into a folder beside it, never over another of its name."""
    to = file.parent / where
    to.mkdir(mode=0o700, exist_ok=True)
    target, number = to / file.name, 2
    while target.exists():
        target, number = to / f"{file.stem}-{number}{file.suffix}", number + 1
    return file.rename(target)


def _plain(name: str) -> str:
    """Return a file's name as it may be shown: anything odd in it becomes a hyphen."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in name)
