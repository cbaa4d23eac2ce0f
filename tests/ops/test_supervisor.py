"""Starting and stopping the whole: one command, clean ends, clear refusals, nothing left behind."""

import json
import shutil
import signal
import socket
import time
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.service import Service

pytestmark = pytest.mark.kill


@pytest.fixture
def own() -> Iterator[Service]:
    """A service of this test alone."""
    made = Service(port=18600)
    yield made
    made.stop()
    for process in made.ours():
        process.kill()
    shutil.rmtree(made.folder, ignore_errors=True)


def names(processes: list[psutil.Process]) -> set[str]:
    """Return what kinds of processes these are."""
    return {process.name() for process in processes}


def test_stops_cleanly_survives_a_kill_and_starts_again(own: Service) -> None:
    own.start()
    assert len(own.ours()) > 6
    assert own.stop() == 0
    assert own.ours() == []

    own.start()
    assert own.process is not None
    own.process.send_signal(signal.SIGKILL)
    own.process.wait()
    own.process = None
    time.sleep(5)
    assert names(own.ours()) <= {"postgres"}

    own.start()
    assert httpx.get(f"{own.url}/").status_code == httpx.codes.OK


def test_a_child_that_falls_is_started_again(service: Service) -> None:
    workers = [p for p in service.ours() if p.cmdline()[-1:] == ["worker"]]
    assert len(workers) == 1
    workers[0].kill()
    for _ in range(100):
        again = [p for p in service.ours() if p.cmdline()[-1:] == ["worker"]]
        if again and again[0].pid != workers[0].pid:
            return
        time.sleep(0.2)
    raise AssertionError("the worker was not started again")


class TestARefusedStart:
    """Each reason is one clear sentence, and nothing is left running."""

    def refused(self, own: Service) -> str:
        """Start in vain and return the sentence."""
        answer = own.run("demo", "run")
        assert answer.returncode == 1
        assert "Traceback" not in answer.stderr
        assert own.ours() == []
        return answer.stderr.strip().splitlines()[-1]

    def test_a_taken_port(self, own: Service) -> None:
        with socket.socket() as taken:
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            taken.bind(("127.0.0.1", own.port))
            taken.listen()
            assert f"Port {own.port} is taken" in self.refused(own)

    def test_a_folder_of_a_newer_version(self, own: Service) -> None:
        own.data.mkdir(mode=0o711)
        (own.data / "instance.json").write_text(json.dumps({"format": 99, "demo": True}))
        assert "newer version" in self.refused(own)

    def test_a_production_folder(self, own: Service) -> None:
        own.data.mkdir(mode=0o711)
        (own.data / "instance.json").write_text(json.dumps({"format": 1, "demo": False}))
        assert "production installation" in self.refused(own)

    def test_a_folder_in_use(self, service: Service, own: Service) -> None:
        own.environment["XIAOHU_DATA_DIR"] = str(service.data)
        own.data = service.folder / "elsewhere"
        assert "already running" in self.refused(own)

    def test_a_wrong_setting(self, own: Service) -> None:
        own.environment["XIAOHU_WEB_WORKERS"] = "many"
        assert "XIAOHU_WEB_WORKERS" in self.refused(own)
