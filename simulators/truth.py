"""What really happened outside: an append-only file that survives a restart."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Record = dict[str, Any]

NAME = "truth.jsonl"


def now(later_s: float = 0) -> str:
    """Return the present moment, or a later one, as every record writes it.

    All are in UTC and of one width, so that comparing the text compares the time.
    """
    moment = datetime.now(UTC) + timedelta(seconds=later_s)
    return moment.isoformat(timespec="milliseconds")


def _parse(line: bytes) -> Record | None:
    """Return one record, or nothing when the line is not a whole JSON object."""
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _whole_length(data: bytes) -> int:
    """Return how much of a file is whole lines, leaving out a last line that is none."""
    end = data.rfind(b"\n") + 1
    start = data.rfind(b"\n", 0, max(end - 1, 0)) + 1
    return end if _parse(data[start:end]) is not None else start


class Truth:
    """Append records durably, and give back those written before."""

    def __init__(self, directory: Path) -> None:
        """Open the file, cutting off what a crash left half written."""
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / NAME
        self._drop_torn_line()
        self._file = self.path.open("ab")

    def _drop_torn_line(self) -> None:
        if not self.path.exists():
            return
        with self.path.open("r+b") as file:
            data = file.read()
            whole = _whole_length(data)
            if whole != len(data):
                # The answer to a torn record was never sent: nobody was told that it happened.
                # Left in place, it would swallow the record appended after it.
                file.truncate(whole)
                os.fsync(file.fileno())

    def replay(self) -> Iterator[Record]:
        """Give every record so far, oldest first."""
        with self.path.open("rb") as file:
            for position, line in enumerate(file, 1):
                record = _parse(line)
                if record is None:
                    # Damage in the middle is no crash of ours; going on would invent a state.
                    raise ValueError(f"{self.path}: line {position} is not a record")
                yield record

    def append(self, record: Record) -> Record:
        """Write one record and return it only once it is on the disk."""
        record = {"at": now(), **record}
        self._file.write(json.dumps(record, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        return record

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
