"""The list of bad rows beside an import: line, field, reason; never a value of a row."""

import os
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType

from django.utils.translation import gettext

from xiaohu.core import cells
from xiaohu.core.refusals import Refusal
from xiaohu.registry.rows import BadRow

COLUMNS = ("line", "field", "code", "reason")
_FIRST_LINE = ",".join(COLUMNS)


class ErrorsRefused(Refusal):
    """The list cannot be written there; `file` says where."""

    code = "IMPORT_ERRORS_REFUSED"


class ErrorFile(AbstractContextManager["ErrorFile"]):
    """Written beside its place and moved there at the end; none where every row was good."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._draft = path.with_name(f".{path.name}.{os.getpid()}")
        self._count = 0
        if path.exists() and not _is_one(path):
            raise ErrorsRefused(file=str(path))
        try:
            # Excel takes a file for UTF-8 only behind this mark.
            self._file = self._draft.open("w", encoding="utf-8-sig", newline="")
        except OSError:
            raise ErrorsRefused(file=str(path)) from None
        cells.write_row(self._file, COLUMNS)

    @staticmethod
    def beside(path: Path) -> Path:
        """Return where the list of a file goes unless somebody says otherwise."""
        return path.with_name(f"{path.stem}.errors.csv")

    def add(self, bad: BadRow) -> None:
        """Write down one bad row."""
        why = gettext(f"flaw.{bad.reason}")
        cells.write_row(self._file, (str(bad.line), bad.field, bad.reason.value, why))
        self._count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Put the list in its place, also that of an import that was broken off."""
        self._file.close()
        if self._count:
            self._draft.replace(self.path)
            return
        self._draft.unlink()
        if kind is None:
            # An earlier list tells of rows that are good by now.
            self.path.unlink(missing_ok=True)


def _is_one(path: Path) -> bool:
    """Say whether a file is an earlier list of ours, so that nothing else is overwritten."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_FIRST_LINE) + 8).decode("utf-8-sig", "replace")
    except OSError:
        return False
    return start.splitlines()[:1] == [_FIRST_LINE]
