"""An operator that says nothing until it is told to, and pages that wait for it only a moment."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

import pytest

from xiaohu.gateways import http
from xiaohu.screening import asking


@contextmanager
def silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Callable[[], None]]]:
    """Yield what makes the operator silent, which returns what makes it speak."""
    spoken = Event()

    def speak() -> None:
        spoken.set()
        ends = time.monotonic() + 5
        while not all(question.answer.done() for question in asking._asked.values()):
            assert time.monotonic() < ends
            time.sleep(0.01)

    def begin() -> Callable[[], None]:
        at_once = http._exchange

        def late(base_url: str, *args: object, **more: object) -> tuple[int, bytes]:
            if base_url.endswith("1"):
                spoken.wait(timeout=20)
            return at_once(base_url, *args, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(http, "_exchange", late)
        monkeypatch.setattr(asking, "PATIENCE_S", 0.05)
        return speak

    yield begin
    speak()
