"""An export of thirty invented lines, changed here and there, and brought in."""

import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from xiaohu.core.actors import Actor, ActorKind
from xiaohu.registry import demo_data, importer
from xiaohu.registry.importer import Report
from xiaohu.registry.rows import BadRow

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
ADMIN = Actor(ActorKind.ADMIN, "command line")
COUNT = 30
Rows = list[dict[str, str]]


@dataclass
class Brought:
    """A report with every bad row, which an import hands over one by one."""

    report: Report = field(default_factory=Report)
    bad: list[BadRow] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Added, changed, unchanged."""
        return self.report.added, self.report.changed, self.report.unchanged


def bring_in(path: Path, *, dry_run: bool = False, stop_after: int = 0) -> Brought:
    """Import a file for the demo operator; stop after so many batches, if any."""
    brought, batches = Brought(), list[int]()

    def stop() -> bool:
        batches.append(1)
        return len(batches) == stop_after

    brought.report = importer.import_lines(
        path=path,
        operator="demo",
        actor=ADMIN,
        now=NOON,
        on_bad=brought.bad.append,
        stop=stop,
        dry_run=dry_run,
    )
    return brought


def invented(count: int = COUNT) -> Rows:
    """Return the rows of invented lines."""
    return list(demo_data.rows(count, seed=1, today=TODAY))


def written(path: Path, rows: Rows, *, encoding: str = "utf-8") -> Path:
    """Write rows as CSV."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def edited(path: Path, row: int, **changes: str) -> Path:
    """Change fields of one row, counted from 1."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[row - 1].update(changes)
    return written(path, rows)
