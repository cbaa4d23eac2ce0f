"""The three simulators as processes of their own, and workers that can be killed."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings
from django.db import connections

NAMES = ("operator", "payout", "messages")


class Simulators:
    """Three processes on the ports beside the web server's."""

    def __init__(self, folder: Path, inventory: Path) -> None:
        self.folder = folder
        self.inventory = inventory
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start all three and wait until they answer."""
        for number, name in enumerate(NAMES, start=1):
            command = [sys.executable, "-m", f"simulators.{name}"]
            command += ["--port", str(settings.XIAOHU.port + number)]
            command += ["--data", str(self.folder / name)]
            if name == "operator":
                command += ["--inventory", str(self.inventory)]
            if name == "payout":
                command += ["--callback", "", "--secret", "none"]
            self.running.append(subprocess.Popen(command))
        for number in range(1, len(NAMES) + 1):
            self._wait(settings.XIAOHU.simulator_url(number))

    def stop(self) -> None:
        """Stop all three."""
        for process in self.running:
            process.terminate()
        for process in self.running:
            process.wait(timeout=10)
        self.running = []

    def truth(self, name: str) -> list[dict[str, Any]]:
        """Return what really happened at one of them."""
        text = (self.folder / name / "truth.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def change(self, subscription_id: str, **facts: Any) -> None:
        """Change facts of a line at the operator."""
        url = f"{settings.XIAOHU.simulator_url(1)}/lines/{subscription_id}"
        assert httpx.patch(url, json=facts, timeout=5.0).is_success

    def _wait(self, url: str) -> None:
        for _ in range(100):
            try:
                if httpx.get(f"{url}/healthz", timeout=1.0).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{url} does not answer")


def forked(do: Callable[[], None]) -> int:
    """Do something in a child process with connections of its own; return how it ended.

    The result is the exit code, or minus the number of the signal that killed it.
    """
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            do()
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)
