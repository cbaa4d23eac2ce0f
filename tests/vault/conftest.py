"""A keyring of its own for tests that end epochs or write the journal."""

from pathlib import Path

import pytest

from xiaohu.vault import epoch_files, epochs


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Path, Path]:
    """Two empty folders for epoch keys, and nothing remembered."""
    made = (tmp_path / "keys" / "epochs", tmp_path / "copies" / "epochs")
    monkeypatch.setattr(epoch_files, "folders", lambda: made)
    epochs._key_of.cache_clear()
    return made
