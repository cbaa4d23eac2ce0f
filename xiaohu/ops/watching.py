"""How far a long command is: a bar on a terminal, a plain line now and then anywhere else."""

import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from django.utils.translation import gettext
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from xiaohu.registry.importer import Reached

SECONDS, SHARE = 5.0, 0.05


class Bar(AbstractContextManager["Bar"]):
    """Rows, share, rate and time left, redrawn at each step; no thread of its own."""

    def __init__(self, title: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[said]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            # A file may be read by a forked process, and forks and threads do not mix.
            auto_refresh=False,
        )
        self._task = self._progress.add_task(title, total=1.0, said="")
        self._began = time.monotonic()

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Leave the bar as it stands."""
        self._progress.stop()

    def reached(self, reached: Reached) -> None:
        """Draw how far it is."""
        said = _said(reached, time.monotonic() - self._began)
        self._progress.update(self._task, completed=reached.share, said=said, refresh=True)


class Lines(AbstractContextManager["Lines"]):
    """One line for every five seconds or five percent."""

    def __init__(
        self, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say, self._clock = say, clock
        self._began = self._last = clock()
        self._share = 0.0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Say nothing more: the report follows."""

    def reached(self, reached: Reached) -> None:
        """Say how far it is, if that is worth a line."""
        now = self._clock()
        if now - self._last < SECONDS and reached.share - self._share < SHARE:
            return
        self._last, self._share = now, reached.share
        self._say(_said(reached, now - self._began))


def watching(title: str, say: Callable[[str], None]) -> Bar | Lines:
    """Return what suits where the talk goes."""
    return Bar(title) if sys.stderr.isatty() else Lines(say)


def _said(reached: Reached, seconds: float) -> str:
    return gettext("cli.import.reached").format(
        percent=round(reached.share * 100),
        rows=f"{reached.rows:,}",
        rate=f"{round(reached.rows / max(seconds, 0.001)):,}",
    )
