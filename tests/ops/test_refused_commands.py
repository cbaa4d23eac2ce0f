"""Whatever is given wrong, a command answers with one sentence in both languages and a fitting code."""

import errno
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from xiaohu.config.options import Options
from xiaohu.ops import requirements
from xiaohu.ops.sentences import CannotStart, said_by

PRODUCTION = {
    "XIAOHU_PUBLIC_URL": "https://close.example.com",
    "XIAOHU_OPERATOR_URL": "https://operator.example.com",
    "XIAOHU_PAYOUT_URL": "https://payout.example.com",
    "XIAOHU_MESSAGES_URL": "https://messages.example.com",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def refused(folder: Path, *command: str, code: int, **environment: str) -> str:
    """Run a command that must be refused and return its sentence."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XIAOHU_")}
    ran = subprocess.run(
        [sys.executable, "-m", "xiaohu.ops.cli", *command],
        env={**kept, "XIAOHU_DATA_DIR": str(folder), "PYTHONPATH": str(Path.cwd()), **environment},
        cwd=folder if folder.is_dir() else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Traceback" not in ran.stderr
    assert ran.returncode == code, ran.stderr
    said = ran.stderr.strip()
    chinese, _, english = said.partition(" · ")
    assert len(said.splitlines()) == 1, said
    assert CHINESE.search(chinese)
    assert english
    assert not CHINESE.search(english)
    return said


def test_production_names_every_setting_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refused(tmp_path, "serve", code=2)
    assert [name for name in PRODUCTION if name not in said] == []
    monkeypatch.setenv("XIAOHU_DEMO", "0")
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(name, value)
    requirements.require_production(Options())
    for name in PRODUCTION:
        with monkeypatch.context() as without:
            without.delenv(name)
            with pytest.raises(CannotStart, match=name):
                requirements.require_production(Options())
    monkeypatch.setenv("XIAOHU_DEMO", "1")
    monkeypatch.delenv("XIAOHU_PUBLIC_URL")
    requirements.require_production(Options())


def test_a_worker_of_its_own_lacks_the_same(tmp_path: Path) -> None:
    assert "XIAOHU_PAYOUT_URL" in refused(tmp_path, "worker", code=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("XIAOHU_PUBLIC_URL", "close.example.com"),
        ("XIAOHU_PUBLIC_URL", "https://"),
        ("XIAOHU_PUBLIC_URL", "https://close.example.com/path"),
        ("XIAOHU_PUBLIC_URL", "https://user:hush-hush@close.example.com"),
        ("XIAOHU_OPERATOR_URL", "ftp://operator.example.com"),
        ("XIAOHU_ROOT_KEY", "hush-hush"),
        ("XIAOHU_ROOT_KEY", "ab" * 31),
        ("XIAOHU_DATABASE_URL", "mysql://user:hush-hush@127.0.0.1/cases"),
        ("XIAOHU_PORT", "eighty"),
        ("XIAOHU_PROT", "80"),
    ],
)
def test_a_malformed_setting_is_named_and_not_repeated(
    tmp_path: Path, name: str, value: str
) -> None:
    said = refused(tmp_path, "serve", code=2, **{**PRODUCTION, name: value})
    assert name in said
    assert "hush-hush" not in said


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for folder in (file, file / "below"):
        said = refused(folder, "serve", code=1, **PRODUCTION, XIAOHU_PORT="18790")
        assert "XIAOHU_DATA_DIR" in said
        assert "is not a folder" in said


def test_a_relative_data_folder_is_the_same_for_every_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XIAOHU_DATA_DIR", "data")
    monkeypatch.setenv("XIAOHU_CHECKPOINT_DIR", "~/checkpoints")
    options = Options()
    assert options.data_dir == tmp_path / "data"
    assert options.checkpoints == Path.home() / "checkpoints"


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-name.invalid"])
def test_an_address_that_is_not_this_machine_s(host: str) -> None:
    with pytest.raises(CannotStart, match=f"XIAOHU_HOST: {host} is not an address"):
        requirements.require_free_ports(host, [18791])


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EADDRINUSE, "Port 80 is taken"),
        (errno.EACCES, "Port 80 needs a privilege"),
        (errno.EINVAL, "look at XIAOHU_HOST and XIAOHU_PORT"),
    ],
)
def test_a_port_that_cannot_be_had_says_why(
    monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def bind(*_: object) -> None:
        raise OSError(number, "reason")

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(CannotStart, match=said):
        requirements.require_free_ports("127.0.0.1", [80])


@pytest.mark.parametrize(
    "command", [["clock", "+3d"], ["code", "chen"], ["close"], ["close", "--lang", "en"]]
)
@pytest.mark.parametrize("forced", ["", "1"])
def test_demo_commands_leave_a_production_folder_alone(
    tmp_path: Path, command: list[str], forced: str
) -> None:
    (tmp_path / "instance.json").write_text(json.dumps({"format": 1, "demo": False}))
    environment = {"XIAOHU_DEMO": forced} if forced else {}
    said = refused(tmp_path, "demo", *command, code=5, **environment)
    assert "is a production installation" in said


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"demo": 1}'])
def test_demo_commands_need_a_demo(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "instance.json").write_text(content)
    refused(tmp_path, "demo", "clock", "+3d", code=5)


@pytest.mark.parametrize("by", ["+99999999999d", "3d", "+3w", "+²d", "+d", "soon"])
def test_a_move_of_the_clock_that_is_none(demo_folder: Path, by: str) -> None:
    assert "+3d" in refused(demo_folder, "demo", "clock", by, code=2)


def test_a_language_there_is_not(demo_folder: Path) -> None:
    assert "--lang" in refused(demo_folder, "demo", "close", "--lang", "fr", code=2)


def test_an_export_that_cannot_be_written(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "x.csv"
    said = refused(tmp_path, "demo", "data", "--lines", "5", "-o", str(nowhere), code=1)
    assert str(nowhere) in said


def test_a_database_that_is_not_there(demo_folder: Path) -> None:
    url = "postgresql://somebody:hush-hush@127.0.0.1:9/cases"
    external = {"XIAOHU_DATABASE_URL": url, "XIAOHU_KEYSTORE_URL": url}
    said = refused(demo_folder, "demo", "clock", "+3d", code=1, **external)
    assert "127.0.0.1:9" in said
    assert "hush-hush" not in said
    assert "make run" in refused(demo_folder, "demo", "clock", "+3d", code=1)


@pytest.fixture
def demo_folder(tmp_path: Path) -> Path:
    """A folder that says it is a demo, and is not running."""
    (tmp_path / "instance.json").write_text(json.dumps({"format": 1, "demo": True}))
    return tmp_path


def test_a_child_s_sentence_is_passed_on_and_its_traceback_is_not() -> None:
    otherwise = CannotStart("别的", "otherwise")
    said = said_by("Traceback\n错误 Error: 没有 · there is none\nlast\n", otherwise)
    assert str(said) == "没有 · there is none"
    assert said_by("Traceback\nKeyError: 'secret'\n", otherwise) is otherwise
