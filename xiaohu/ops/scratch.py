"""An installation in a folder of its own, for a while: the service as installed, with invented people."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from xiaohu.ops import alive
from xiaohu.ops.embedded import CLUSTERS, Cluster
from xiaohu.ops.supervisor import SERVING

START_SECONDS = 120.0


class DrillFailed(Exception):
    """It could not be carried to its end; the message says where, in the words of whoever gave up."""


@dataclass
class Installation:
    """One installation in a folder of the drill, on ports of its own."""

    data: Path
    port: int

    def environment(self) -> dict[str, str]:
        """Return the surroundings of its commands: none of the caller's settings."""
        ours = {name: value for name, value in os.environ.items() if not _is_setting(name)}
        return {
            **ours,
            "XIAOHU_DATA_DIR": str(self.data),
            "XIAOHU_PORT": str(self.port),
            "XIAOHU_DEMO": "1",
        }

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run one command of ours in it."""
        return subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-m", *command],
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def stage(self, name: str, *said: str) -> dict[str, int]:
        """Do one stage in it, and return what was counted."""
        ran = self.run("xiaohu.ops.drill_stages", name, *said)
        if ran.returncode != 0:
            raise DrillFailed(f"{name}: {(ran.stderr.strip().splitlines() or ['?'])[-1]}")
        counted: dict[str, int] = json.loads(ran.stdout)
        return counted

    def command(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run the command `xiaohu` in it."""
        return self.run("xiaohu.ops.cli", *words)

    def clusters(self, stack: ExitStack) -> None:
        """Run both clusters until the stack is left."""
        for name in CLUSTERS:
            cluster = Cluster(self.data, name)
            stack.callback(cluster.stop)
            cluster.start()

    def serve(self, stack: ExitStack) -> None:
        """Run the whole service until the stack is left; return once it is ready."""
        with (self.data.parent / f"{self.data.name}.log").open("ab") as log:
            service = subprocess.Popen(
                [sys.executable, "-m", "xiaohu.ops.cli", "demo", "run"],
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        stack.callback(_stop, service)
        until(lambda: service.poll() is not None or _is_ready(self.port), seconds=START_SECONDS)
        if service.poll() is not None:
            raise DrillFailed((self.data.parent / f"{self.data.name}.log").read_text()[-500:])

    def truth(self) -> int:
        """Return how much was ever done outside."""
        files = (self.data / "simulators").glob("*/truth.jsonl")
        return sum(
            len(file.read_bytes().splitlines()) for file in files if "messages" not in str(file)
        )


def until(holds: Callable[[], bool], *, seconds: float) -> None:
    """Wait until something holds.

    Raises:
        DrillFailed: it does not in time.
    """
    ends = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > ends:
            raise DrillFailed("patience")
        time.sleep(0.3)


def _is_setting(name: str) -> bool:
    return name.startswith("XIAOHU_") or name in {alive.VARIABLE, "DJANGO_SETTINGS_MODULE"}


def _is_ready(port: int) -> bool:
    import httpx

    try:
        parts = httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2.0).json()
    except (httpx.HTTPError, ValueError):
        return False
    return all(parts.get(name) == "ok" for name in SERVING)


def _stop(service: "subprocess.Popen[bytes]") -> None:
    if service.poll() is None:
        service.send_signal(signal.SIGINT)
    service.wait(timeout=60)
