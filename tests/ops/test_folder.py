"""A data folder that cannot be used is one sentence."""

import errno
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from xiaohu.ops.folder import DataFolder, why
from xiaohu.ops.sentences import CannotStart


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1024))
    with pytest.raises(CannotStart, match="is full"):
        DataFolder(tmp_path / "data").take(demo=True)


@pytest.mark.parametrize(
    ("number", "said"),
    [(errno.ENOSPC, "is full"), (errno.EACCES, "cannot be written"), (errno.EIO, "cannot be used")],
)
def test_names_the_reason(number: int, said: str) -> None:
    assert said in str(why(OSError(number, "reason"), Path("/somewhere")))


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    first = folder.secret("callback")
    assert folder.secret("callback") == first
    assert (tmp_path / "keys" / "callback.key").stat().st_mode & 0o077 == 0
