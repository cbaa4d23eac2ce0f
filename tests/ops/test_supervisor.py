"""Starting and stopping the whole: one command, clean ends, clear refusals, nothing left behind."""

import json
import shutil
import signal
import socket
import time
from collections.abc import Iterator
from importlib.resources import files

import httpx
import psutil
import pytest

from tests.environment import PORTS
from tests.service import Service

pytestmark = pytest.mark.kill


@pytest.fixture
def own() -> Iterator[Service]:
    """A service of this test alone."""
    made = Service(port=PORTS + 200)
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

    def refused(self, own: Service, *, code: int = 1) -> str:
        """Start in vain and return the sentence."""
        answer = own.run("demo", "run")
        assert answer.returncode == code
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
        assert "XIAOHU_WEB_WORKERS" in self.refused(own, code=2)

    def test_an_unknown_fault_point(self, own: Service) -> None:
        own.environment["XIAOHU_FAULTS"] = "nowhere.after_call:kill"
        assert "XIAOHU_FAULTS names an unknown point" in self.refused(own)

    def test_databases_that_cannot_be_reached(self, own: Service) -> None:
        address = "postgresql://somebody:hush-hush@127.0.0.1:9/cases"
        own.environment |= {"XIAOHU_DATABASE_URL": address, "XIAOHU_KEYSTORE_URL": address}
        said = self.refused(own)
        assert "XIAOHU_KEYSTORE_URL: the database at 127.0.0.1:9 cannot be reached" in said
        assert "hush-hush" not in said


def test_serves_real_people_only_with_rules(own: Service) -> None:
    settings = {
        "XIAOHU_PUBLIC_URL": "https://close.example.com",
        "XIAOHU_ALLOW_EXAMPLES": "1",
        "XIAOHU_OPERATOR_URL": f"http://127.0.0.1:{own.port + 1}",
        "XIAOHU_PAYOUT_URL": f"http://127.0.0.1:{own.port + 2}",
        "XIAOHU_MESSAGES_URL": f"http://127.0.0.1:{own.port + 3}",
    }
    own.environment |= settings
    own.start(command="serve", until=own.serves)
    ready = httpx.get(f"{own.url}/readyz")
    assert (ready.status_code, ready.json()["policy"]) == (503, "unavailable")
    home = httpx.get(own.url)
    assert home.status_code == 503
    assert "服务还没有开通" in home.text
    assert httpx.get(own.url, headers={"Host": "evil.example.com"}).status_code == 400
    profile = files("xiaohu.registry") / "profiles" / "generic-cn.toml"
    published = own.run("policy", "publish", str(profile), "--operator", "demo", demo=False)
    assert published.returncode == 0, published.stderr
    assert httpx.get(f"{own.url}/readyz").status_code == httpx.codes.OK
    assert httpx.get(own.url).status_code == httpx.codes.OK
    for command in (["clock", "+3d"], ["code", "chen"], ["close"]):
        refused = own.run("demo", *command)
        assert refused.returncode == 5, command
        assert "is a production installation" in refused.stderr
