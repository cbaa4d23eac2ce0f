"""What stops a start names commands of keys; they bring the clusters up that the start left down."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.conf import settings

from xiaohu.ops import own_clusters
from xiaohu.ops.folder import DataFolder
from xiaohu.ops.reachable import unreachable
from xiaohu.ops.sentences import CannotStart


class Installation:
    """A data folder with clusters that only say whether they run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: set[str] = set()

    def cluster(self, _folder: Path, name: str) -> SimpleNamespace:
        """Return one of them."""
        return SimpleNamespace(
            pgdata=self.folder / name,
            start=lambda: self.running.add(name),
            stop=lambda: self.running.discard(name),
        )

    def require(self) -> None:
        """Refuse while they do not run."""
        if len(self.running) < 2:
            raise unreachable("default")


@pytest.fixture
def down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Installation:
    """Return an installation whose clusters were made and do not run."""
    made = Installation(tmp_path)
    for name in ("main", "keystore"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "PG_VERSION").touch()
    nothing: dict[str, Any] = {"data_dir": tmp_path, "database_url": "", "keystore_url": ""}
    monkeypatch.setattr(settings, "XIAOHU", settings.XIAOHU.model_copy(update=nothing))
    monkeypatch.setattr(own_clusters, "Cluster", made.cluster)
    monkeypatch.setattr(own_clusters, "require_databases", made.require)
    monkeypatch.setattr(own_clusters, "connections", SimpleNamespace(close_all=lambda: None))
    return made


def test_clusters_that_are_down_run_for_the_command_only(down: Installation) -> None:
    with own_clusters.running():
        assert down.running == {"main", "keystore"}
        with pytest.raises(CannotStart, match="already running"):
            DataFolder(down.folder).hold()
    assert down.running == set()
    DataFolder(down.folder).hold()()


def test_clusters_that_run_are_left_alone(down: Installation) -> None:
    down.running = {"main", "keystore"}
    with own_clusters.running():
        pass
    assert down.running == {"main", "keystore"}


def test_clusters_that_were_never_made_are_not_made_now(down: Installation) -> None:
    (down.folder / "keystore" / "PG_VERSION").unlink()
    with pytest.raises(CannotStart, match="start the service first"), own_clusters.running():
        pass
    assert down.running == set()
