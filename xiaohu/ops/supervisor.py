"""Starting everything in order, keeping it going, and stopping it in the reverse order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from xiaohu.config.options import Options
from xiaohu.ops import alive, keeper
from xiaohu.ops.children import Child
from xiaohu.ops.folder import DataFolder
from xiaohu.ops.requirements import require_free_ports, require_production
from xiaohu.ops.sentences import CannotStart, said_by
from xiaohu.ops.unprivileged import require_reachable

READY_SECONDS = 60.0
SIMULATORS = ("operator", "payout", "messages")  # on the ports after the web server's
SERVING = ("database", "keystore", "worker")  # rules are published once these do
Say = Callable[[str], None]


class Supervisor:
    """One installation, running."""

    def __init__(self, options: Options, *, say: Say) -> None:
        self.options = options
        self.say = say
        self.data = options.data_dir
        self.pipe = self.data / "run" / "alive"
        self.stop = threading.Event()
        self.keeper: subprocess.Popen[str] | None = None
        self.children: list[Child] = []
        self.rules = False

    def run(self, *, when_ready: Callable[[], None]) -> None:
        """Run until Ctrl-C or SIGTERM.

        Raises:
            CannotStart: with one sentence; nothing is left running then.
        """
        require_production(self.options)
        self._require_free_ports()
        folder = DataFolder(self.data)
        folder.take(demo=self.options.demo)
        require_reachable(self.data)
        held = alive.hold(self.pipe)
        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, lambda *_: self.stop.set())
        try:
            self._start_clusters()
            self._prepare()
            self._start_children(folder.secret("callback"))
            self._wait_until_ready()
            if not self.stop.is_set():
                when_ready()
            while not self.stop.wait(0.5):
                self._tend()
        finally:
            self._stop_all()
            os.close(held)

    def _require_free_ports(self) -> None:
        more = range(1, len(SIMULATORS) + 1) if self.options.demo else ()
        ports = [self.options.port, *(self.options.port + number for number in more)]
        require_free_ports(self.options.host, ports)

    def _start_clusters(self) -> None:
        if self.options.database_url and self.options.keystore_url:
            return
        self.say("PostgreSQL …")
        command = [sys.executable, "-m", "xiaohu.ops.keeper", "--data", str(self.data)]
        self.keeper = subprocess.Popen(  # noqa: S603 - our own program
            [*command, "--alive", str(self.pipe)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        said = self.keeper.stdout.readline().strip() if self.keeper.stdout else ""
        if said != keeper.READY:
            chinese, _, english = said.partition(" · ")
            raise CannotStart(
                chinese or "PostgreSQL 一启动就结束了，请看数据目录里的日志。",
                english or "PostgreSQL ended at once; see the logs in the data folder.",
            )

    def _prepare(self) -> None:
        """Prepare in a process of its own, so that the supervisor stays small."""
        self.say("…")
        made = subprocess.run(
            [sys.executable, "-m", "xiaohu.ops.cli", "prepare"],
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            (self.data / "logs" / "prepare.log").write_text(made.stderr, encoding="utf-8")
            log = self.data / "logs" / "prepare.log"
            otherwise = CannotStart(
                f"数据库准备失败，原因见 {log}",
                f"Preparing the databases failed; its reason is in {log}",
            )
            raise said_by(made.stderr, otherwise)

    def _start_children(self, callback_secret: str) -> None:
        environment = {**self._environment(), "XIAOHU_CALLBACK_SECRET": callback_secret}
        if self.options.callback_secret is not None:
            environment["XIAOHU_CALLBACK_SECRET"] = self.options.callback_secret.get_secret_value()
        if self.options.demo:
            secret = environment["XIAOHU_CALLBACK_SECRET"]
            self.children += [self._simulator(n, secret) for n in range(len(SIMULATORS))]
        for name in ("worker", "web"):
            command = [sys.executable, "-m", "xiaohu.ops.cli", name]
            self.children.append(Child(name, command, environment, self._log(name)))
        for child in self.children:
            child.start()

    def _simulator(self, number: int, secret: str) -> Child:
        name = SIMULATORS[number]
        command = [sys.executable, "-m", f"simulators.{name}"]
        command += ["--port", str(self.options.port + number + 1), "--alive", str(self.pipe)]
        command += ["--data", str(self.data / "simulators" / name)]
        if name == "operator":
            command += ["--inventory", str(self.data / "demo" / "lines.csv")]
        address = f"http://127.0.0.1:{self.options.port}/callbacks/{name}"
        command += ["--callback", address, "--secret", secret]
        return Child(name, command, self._environment(), self._log(name))

    def _environment(self) -> dict[str, str]:
        changed = {
            "XIAOHU_DATA_DIR": str(self.data),
            "XIAOHU_PORT": str(self.options.port),
            "XIAOHU_DEMO": "1" if self.options.demo else "0",
            alive.VARIABLE: str(self.pipe),
            "DJANGO_SETTINGS_MODULE": "xiaohu.config.settings",
        }
        return {**os.environ, **changed}

    def _log(self, name: str) -> Path:
        return self.data / "logs" / f"{name}.log"

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        address = f"http://{_local(self.options.host)}:{self.options.port}/readyz"
        while not self.stop.wait(0.1):
            try:
                parts = httpx.get(address, timeout=2.0).json()
                if all(parts.get(name) == "ok" for name in SERVING):
                    self.rules = parts.get("policy") == "ok"
                    return
            except (httpx.HTTPError, ValueError):
                pass
            self._tend()
            if time.monotonic() > until:
                raise CannotStart(
                    f"服务没有就绪，请看 {self.data / 'logs'}。",
                    f"The service did not get ready; see {self.data / 'logs'}.",
                )

    def _tend(self) -> None:
        for child in self.children:
            child.tend()
        if self.keeper is not None and self.keeper.poll() is not None and not self.stop.is_set():
            raise CannotStart(
                "PostgreSQL 停止了，请看数据目录里的 server.log。",
                "PostgreSQL stopped; see server.log in the data folder.",
            )

    def _stop_all(self) -> None:
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.wait_until_stopped()
        if self.keeper is not None:
            self.keeper.terminate()
            self.keeper.wait(timeout=60)


def _local(host: str) -> str:
    """Return where the web server answers on this machine."""
    if host in {"0.0.0.0", "::", "localhost"}:  # noqa: S104 - only compared
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
