"""An export to import."""

from pathlib import Path

import pytest

from tests.registry.exports import invented, written


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Return a file of thirty invented lines."""
    return written(tmp_path / "lines.csv", invented())
