"""The real service in processes of its own, started by its own command, for tests that need it whole."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psutil

from xiaohu.ops import demo_people

START_SECONDS = 180.0
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


class Service:
    """One running demo on a port of its own."""

    def __init__(self, port: int, **environment: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="xiaohu-service-"))
        self.folder.chmod(0o711)
        self.data = self.folder / "data"
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.inbox_url = f"http://127.0.0.1:{port + 3}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith("XIAOHU_")}
        kept.pop("DJANGO_SETTINGS_MODULE", None)
        self.environment = {
            **kept,
            "XIAOHU_DATA_DIR": str(self.data),
            "XIAOHU_PORT": str(port),
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, command: str = "demo run", until: Callable[[], bool] | None = None) -> float:
        """Start it and return how many seconds it took until it was ready."""
        ready = until or self.ready
        began = time.monotonic()
        with (self.folder / "supervisor.log").open("ab") as log:
            self.process = subprocess.Popen(
                [*self._command(), *command.split()],
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        while time.monotonic() - began < START_SECONDS:
            assert self.process.poll() is None, self.said()
            if ready():
                return time.monotonic() - began
            time.sleep(0.1)
        raise AssertionError(f"not ready: {self.said()}")

    def ready(self) -> bool:
        """Say whether every part works."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2.0).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def serves(self) -> bool:
        """Say whether it answers at all, and its worker lives."""
        try:
            return bool(httpx.get(f"{self.url}/readyz", timeout=2.0).json()["worker"] == "ok")
        except (httpx.HTTPError, ValueError):
            return False

    def stop(self) -> int:
        """Press Ctrl-C and return the exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(timeout=60)
        self.process = None
        return code

    def said(self) -> str:
        """Return what the supervisor said."""
        return (self.folder / "supervisor.log").read_text(encoding="utf-8")

    def run(self, *arguments: str, demo: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run a command of ours against this service."""
        return subprocess.run(
            [*self._command(), *arguments],
            env={**self.environment, "XIAOHU_DEMO": "1" if demo else "0"},
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def people(self) -> dict[str, Any]:
        """Return how demo people sign in."""
        return demo_people.read(self.data)

    def code_sent_to(self, to: str, *, after: int = 0) -> str:
        """Return the newest code, once more messages than `after` have arrived."""
        for _ in range(150):
            messages = self.messages(to)
            if len(messages) > after and (found := CODE.search(messages[0])):
                return found.group()
            time.sleep(0.1)
        raise AssertionError("no code arrived")

    def at_operator(self, subscription_id: str, **facts: Any) -> None:
        """Change what the operator says of a line: what happens there without us."""
        address = f"http://127.0.0.1:{self.port + 1}/lines/{subscription_id}"
        assert httpx.patch(address, json=facts, timeout=10.0).status_code == httpx.codes.OK

    def messages(self, to: str) -> list[str]:
        """Return what was sent to an address, newest first."""
        answer = httpx.get(f"{self.inbox_url}/inbox.json", params={"to": to}, timeout=10.0)
        return [message["text"] for message in answer.json()]

    def ours(self) -> list[psutil.Process]:
        """Return every living process of this service."""
        found = []
        for process in psutil.process_iter(["cmdline", "environ", "status"]):
            environ = process.info["environ"] or {}
            command = " ".join(process.info["cmdline"] or [])
            mine = environ.get("XIAOHU_DATA_DIR") == str(self.data) or str(self.data) in command
            if mine and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        return [p for p in found if self.process is None or p.pid != os.getpid()]

    def _command(self) -> list[str]:
        return [sys.executable, "-m", "xiaohu.ops.cli"]
