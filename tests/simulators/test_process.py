"""A simulator as a real process."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            assert answer.json() == {"ok": True}
            return
    raise AssertionError("the simulator does not answer")


def test_ends_with_whoever_started_it(tmp_path: Path) -> None:
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    # Opened for both, the FIFO needs no reader first.
    writer = os.open(fifo, os.O_RDWR | os.O_CLOEXEC)
    port = _free_port()
    command = [sys.executable, "-m", "simulators.messages", "--port", str(port)]
    process = subprocess.Popen([*command, "--data", str(tmp_path), "--alive", str(fifo)])
    try:
        _wait_for(port)
        workers = psutil.Process(process.pid).children(recursive=True)
        assert workers
        os.close(writer)
        assert process.wait(timeout=5) == 0
        assert psutil.wait_procs(workers, timeout=5)[1] == []
    finally:
        process.kill()
        process.wait()


def test_does_not_share_a_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "simulators.messages", "--port", port]
        ended = subprocess.run(
            [*command, "--data", str(tmp_path)], capture_output=True, timeout=20, check=False
        )
    assert ended.returncode == 1
    assert ended.stderr.decode() == f"cannot listen on 127.0.0.1:{port}: Address already in use\n"
