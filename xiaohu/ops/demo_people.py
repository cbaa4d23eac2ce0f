"""How demo people sign in, read without loading the rooms."""

import json
from pathlib import Path
from typing import Any


def file(data_dir: Path) -> Path:
    """Return where it is written, for its owner alone."""
    return data_dir / "demo" / "people.json"


def read(data_dir: Path) -> dict[str, Any]:
    """Return subscribers and staff with their passwords."""
    people: dict[str, Any] = json.loads(file(data_dir).read_text(encoding="utf-8"))
    return people
