"""A named pipe that tells every child whether the supervisor still lives.

The supervisor holds the only writing end. When it dies, however it dies, the kernel closes
that end and every reader wakes up. A file descriptor would not reach granian's workers, which
are spawned with all descriptors closed; a name does.
"""

import os
import select
import threading
from collections.abc import Callable
from pathlib import Path

VARIABLE = "SUPERVISOR_PIPE"


def hold(path: Path) -> int:
    """Make the pipe and hold its writing end; the descriptor must stay open."""
    path.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path, 0o644)
    # Opened for both, since opening for writing alone needs a reader to be there first. A reader
    # elsewhere still sees the end of the file when this one descriptor goes.
    return os.open(path, os.O_RDWR | os.O_CLOEXEC)


def wait(path: Path, *, timeout: float | None = None) -> bool:
    """Block until the supervisor is gone; return False when `timeout` seconds passed first."""
    try:
        pipe = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return True
    try:
        # A reader that comes after the writer has gone is never woken, so it looks first.
        if _has_ended(pipe):
            return True
        ready, _, _ = select.select([pipe], [], [], timeout)
        return bool(ready)
    finally:
        os.close(pipe)


def _has_ended(pipe: int) -> bool:
    """Say whether nobody holds the writing end; nothing is ever written to the pipe."""
    try:
        return os.read(pipe, 1) == b""
    except BlockingIOError:
        return False


def watch(path: Path, *, then: Callable[[], None]) -> None:
    """Call `then` from a thread of its own once the supervisor is gone."""

    def run() -> None:
        wait(path)
        then()

    threading.Thread(target=run, name="supervisor-watch", daemon=True).start()


def exit_with_supervisor() -> None:
    """End this process with the supervisor that started it, if one did."""
    path = os.environ.get(VARIABLE)
    if path:
        watch(Path(path), then=lambda: os._exit(0))
