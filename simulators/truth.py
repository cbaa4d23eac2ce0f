"""What really happened: one JSON line for each effect, on disk before the answer is given."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Record = dict[str, Any]


class Truth:
    """An append-only file, read back at the next start."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "truth.jsonl"
        self._drop_torn_line()
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self, record: Mapping[str, Any]) -> None:
        """Write a record and wait until it is safe."""
        stamped = {"at": datetime.now(UTC).isoformat(), **record}
        os.write(self._file, json.dumps(stamped, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file)

    def records(self) -> Iterator[Record]:
        """Return everything written so far, oldest first."""
        with self.path.open("rb") as file:
            for line in file:
                yield json.loads(line)

    def _drop_torn_line(self) -> None:
        """Cut off a last line that a crash left unfinished: its answer was never given."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole != len(content):
            os.truncate(self.path, whole)
