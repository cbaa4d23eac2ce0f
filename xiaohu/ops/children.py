"""The child processes of the supervisor: started apart, restarted when they fall, stopped in order."""

import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

STOP_SECONDS = 15.0
STEADY_SECONDS = 30.0
LONGEST_PAUSE = 10.0


@dataclass
class Child:
    """One child and how it is kept."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)
    started_at: float = field(default=0.0, init=False)
    falls: int = field(default=0, init=False)
    start_again_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches the supervisor alone."""
        with self.log.open("ab") as log:
            self.process = self._popen(log)
        self.started_at = time.monotonic()

    def tend(self) -> None:
        """Start it again after a fall, with growing pauses while it keeps falling."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_again_at:
                self.start()
            return
        if self.process.poll() is None:
            return
        self.falls = 0 if now - self.started_at > STEADY_SECONDS else self.falls + 1
        self.start_again_at = now + min(2.0**self.falls * 0.5, LONGEST_PAUSE)
        self.process = None

    def ask_to_stop(self) -> None:
        """Ask it to end what it is doing."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_stopped(self) -> None:
        """Wait for it to end, and end it where it does not."""
        if self.process is None:
            return
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _popen(self, log: IO[bytes]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603 - our own programs, no shell
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
