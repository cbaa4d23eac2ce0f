"""The truth file: durable, replayed, and safe after a crash."""

import os
from pathlib import Path

import pytest

from simulators.truth import Truth


def keys(folder: Path) -> list[str]:
    """Return the keys a fresh start finds."""
    truth = Truth(folder)
    try:
        return [record["key"] for record in truth.replay()]
    finally:
        truth.close()


def write(folder: Path, *names: str) -> None:
    """Append records and let go."""
    truth = Truth(folder)
    for name in names:
        truth.append({"key": name})
    truth.close()


def test_gives_back_what_was_written(tmp_path: Path) -> None:
    assert keys(tmp_path / "new" / "folder") == []
    write(tmp_path, "a", "钥匙")
    assert keys(tmp_path) == ["a", "钥匙"]


def test_is_on_the_disk_before_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = Truth(tmp_path)
    seen: list[bytes] = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append(truth.path.read_bytes()))
    assert truth.append({"key": "a"})["at"].endswith("+00:00")
    assert b'"key": "a"}\n' in seen[0]
    truth.close()


@pytest.mark.parametrize("torn", [b'{"key": "to', b"\x00\x00\x00", b'{"key": "torn\n', b"7\n"])
def test_ignores_a_torn_last_line(tmp_path: Path, torn: bytes) -> None:
    write(tmp_path, "a")
    with (tmp_path / "truth.jsonl").open("ab") as file:
        file.write(torn)
    write(tmp_path, "b")
    assert keys(tmp_path) == ["a", "b"]


def test_a_file_that_is_only_torn_is_empty(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_bytes(b'{"key"')
    assert keys(tmp_path) == []


def test_does_not_go_on_over_damage_in_the_middle(tmp_path: Path) -> None:
    (tmp_path / "truth.jsonl").write_bytes(b'{"key": "a"}\nrubbish\n{"key": "b"}\n')
    with pytest.raises(ValueError, match="line 2"):
        keys(tmp_path)
