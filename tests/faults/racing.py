"""Two at once: real threads, each with its own connection, let go at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import connections

from xiaohu.core.refusals import Refusal

Verb = Callable[[], object]


@dataclass(frozen=True)
class Outcome:
    """How one of the two came out: it was done, or it was told why not."""

    done: bool
    told: str = ""


class Track:
    """Two threads that live as long as a test, so that connecting is no part of the race."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(2)
        self._line = threading.Barrier(2, timeout=30)

    def __enter__(self) -> "Track":
        return self

    def __exit__(self, *_: object) -> None:
        for _thread in range(2):
            self._threads.submit(self._leave)
        self._threads.shutdown()

    def run(self, first: Verb, second: Verb) -> tuple[Outcome, Outcome]:
        """Let both go at once; anything but a Refusal is nobody's way of losing."""
        one, two = (self._threads.submit(self._go, verb) for verb in (first, second))
        return one.result(timeout=60), two.result(timeout=60)

    def _go(self, verb: Verb) -> Outcome:
        connections["default"].ensure_connection()
        self._line.wait()
        try:
            verb()
        except Refusal as no:
            return Outcome(done=False, told=no.code)
        return Outcome(done=True)

    def _leave(self) -> None:
        self._line.wait()
        connections.close_all()
