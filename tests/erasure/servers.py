"""Real servers of other makers, each in a folder of its own, reached by no network."""

import getpass
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import boto3
import httpx

START_SECONDS = 30.0


@dataclass
class MariaDB:
    """A MariaDB server on a socket, from Debian's package."""

    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "db.sock"

    def address(self, database: str) -> str:
        """Return what an operator would give as its address."""
        return f"mysql://root@localhost/{database}?unix_socket={self.socket}"

    def start(self) -> None:
        """Make its files at first use, then run it until it answers."""
        data, user = self.folder / "data", f"--user={getpass.getuser()}"
        # Without its own tables it knows no users and lets everybody in who reaches the socket.
        data.mkdir(mode=0o700, exist_ok=True)
        program = shutil.which("mariadbd") or "/usr/sbin/mariadbd"
        command = [program, "--no-defaults", f"--datadir={data}", f"--socket={self.socket}", user]
        command += ["--skip-networking", "--skip-grant-tables", "--innodb-buffer-pool-size=16M"]
        command += ["--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--sync-frm=0"]
        command += ["--innodb-flush-log-at-trx-commit=0", f"--pid-file={self.folder / 'db.pid'}"]
        self.process = _run(command, self.folder / "log")
        _until(lambda: _listens(self.socket), self.process)

    def stop(self) -> None:
        """End it at once: its folder goes with it, or it is started again."""
        _kill(self.process)
        self.socket.unlink(missing_ok=True)


@dataclass
class Redis:
    """A Redis server on a socket, from Debian's package."""

    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "redis.sock"

    @property
    def address(self) -> str:
        """What an operator would give as its address."""
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Run it until it answers; it writes nothing down."""
        command = ["redis-server", "--port", "0", "--unixsocket", str(self.socket)]
        command += ["--save", "", "--dir", str(self.folder)]
        self.process = _run(command, self.folder / "log")
        _until(lambda: _listens(self.socket), self.process)

    def stop(self) -> None:
        """End it at once."""
        _kill(self.process)
        self.socket.unlink(missing_ok=True)


@dataclass
class S3:
    """An S3 server on the loopback, from the package moto."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        """What an operator would give as its endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Run it at a free port until it answers; it keeps everything in memory."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self.process = _run(command, self.folder / "log")
        _until(lambda: _answers(self.port), self.process)

    @contextmanager
    def account(self, *, without: str) -> Iterator[str]:
        """Let rights count for a while, and give the secret of an account that lacks one."""
        name = str(uuid4())
        statements = [
            {"Effect": effect, "Action": action, "Resource": "*"}
            for effect, action in (("Allow", "s3:*"), ("Deny", without))
        ]
        iam = boto3.client(
            "iam",
            endpoint_url=self.address,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="testtesttest",
        )
        iam.create_user(UserName=name)
        iam.put_user_policy(
            UserName=name,
            PolicyName=name,
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": statements}),
        )
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self._count_rights(after="0")
        try:
            yield f"{key['AccessKeyId']}:{key['SecretAccessKey']}"
        finally:
            self._count_rights(after="inf")

    def _count_rights(self, *, after: str) -> None:
        httpx.post(f"{self.address}/moto-api/reset-auth", content=after).raise_for_status()

    def stop(self) -> None:
        """End it at once."""
        _kill(self.process)


def _run(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)


def _kill(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.kill()
        process.wait()


def _until(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready():
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < until, "the server does not answer"
        time.sleep(0.05)


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
