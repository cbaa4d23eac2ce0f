"""`make bench`: ours beside its floor, measured in the same call; ratios are judged, never failed.

Prints one table and writes `.bench/latest.json`.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import django

import tests.environment  # noqa: F401 - settles the data folder before Django reads it
from tests.bench.rows import Row, against

if TYPE_CHECKING:
    from tests.bench.world import BenchWorld

ROUNDS = 5


def main() -> int:
    """Measure everything, or one group of rows, and show it."""
    asked = _asked()
    os.environ["DJANGO_SETTINGS_MODULE"] = "xiaohu.config.settings"
    django.setup()
    from tests.bench import processes
    from tests.bench.world import BenchWorld

    rows: list[Row] = []
    profile: dict[str, float] = {}
    with BenchWorld() as world:
        if asked.only in {"", "closings"}:
            rows += closing_rows(world)
            profile = closings_profile(world)
        if asked.only in {"", "refunds"}:
            rows += refund_rows(world)
        if asked.only in {"", "erasing"}:
            rows += erasing_rows(world)
        if asked.only in {"", "appending"}:
            rows.append(appending_row(world))
        if asked.only == "papers":
            rows += paper_rows(world)
        if asked.only in {"", "browsing"}:
            rows += browsing_rows(world)
        if asked.only == "crowd" or asked.full:
            rows += crowd_rows(world)
        if asked.only in {"", "import"}:
            rows += import_rows(world, full=asked.full)
    if asked.only in {"", "processes"}:
        rows += processes.measure()
    show(rows, profile)
    write(rows, profile)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--full", action="store_true", help="a million rows where it matters")
    groups = ["closings", "refunds", "erasing", "appending", "papers", "browsing", "crowd"]
    groups += ["import", "processes"]
    parser.add_argument("--only", choices=groups, default="")
    return parser.parse_args()


def closing_rows(world: "BenchWorld") -> list[Row]:
    """Measure closings, the pages of their cases, and a paper."""
    from tests.bench import closings, pages, papers

    rows = []
    for workers in (1, 2):
        pairs = [closings.round_of(world, workers) for _ in range(ROUNDS)]
        name = f"closings_{workers}_worker{'s' * (workers > 1)}"
        rows.append(against(name, pairs, "closings/s"))
    return [*rows, *pages.measure(world), *papers.measure(world)]


def refund_rows(world: "BenchWorld") -> list[Row]:
    """Measure refunds from settled to paid."""
    from tests.bench import refunds

    pairs = [refunds.round_of(world) for _ in range(ROUNDS)]
    return [against("refunds", pairs, "refunds/s", "settled to paid, provider included")]


def erasing_rows(world: "BenchWorld") -> list[Row]:
    """Measure subjects erased in the operator's own database and here, with receipts."""
    from tests.bench import erasing

    conninfo = erasing.prepare(world)
    try:
        alone = [erasing.one_by_one(world, conninfo) for _ in range(ROUNDS)]
        together = [erasing.together(world, conninfo) for _ in range(ROUNDS)]
    finally:
        erasing.forget()
    note = "the whole step of a closing, ten rows in six tables of another database"
    return [
        against("erasure_subjects", alone, "subjects/s", f"one after another, {note}"),
        against("erasure_subjects_batch", together, "subjects/s", f"many together, {note}"),
    ]


def appending_row(world: "BenchWorld") -> Row:
    """Measure business transactions that leave an event, the sequencer running."""
    from tests.bench import appending

    pairs = [appending.round_of(world) for _ in range(ROUNDS)]
    return against("audit_appends", pairs, "transactions/s", "sequencer and tree running")


def paper_rows(world: "BenchWorld") -> list[Row]:
    """Measure a paper alone."""
    from tests.bench import papers

    papers.issue(world)
    return papers.measure(world)


def browsing_rows(world: "BenchWorld") -> list[Row]:
    """Measure what a slow phone feels."""
    from tests.bench import browsing

    return browsing.measure(world)


def crowd_rows(world: "BenchWorld") -> list[Row]:
    """Measure the desk when very many cases wait."""
    from tests.bench import crowd

    return crowd.measure(world)


def closings_profile(world: "BenchWorld") -> dict[str, float]:
    """Return where the time of a closing goes."""
    from tests.bench import closings

    return closings.profile(world)


def import_rows(world: "BenchWorld", *, full: bool) -> list[Row]:
    """Measure the import of a file, and its memory."""
    from tests.bench import importing

    path = importing.write_export(world.folder / "bench.csv")
    pairs = [importing.pair(path, number) for number in range(ROUNDS)]
    note = f"{importing.ROWS:,} rows a round"
    return [
        against("import_rows", pairs, "rows/s", note),
        importing.memory(world.folder, full=full),
    ]


def show(rows: list[Row], profile: dict[str, float]) -> None:
    """Print the table."""
    line = "{:<28} {:>10} {:>10} {:>7}  {:<11} {}\n"
    sys.stdout.write(line.format("name", "ours", "floor", "ratio", "unit", "note"))
    for row in rows:
        floor = "–" if row.floor is None else row.floor
        ratio = "–" if row.ratio is None else row.ratio
        sys.stdout.write(line.format(row.name, row.ours, floor, ratio, row.unit, row.note))
    shares = ", ".join(f"{name} {share:.0%}" for name, share in profile.items())
    sys.stdout.write(f"where a closing's time goes: {shares}\n")


def write(rows: list[Row], profile: dict[str, float]) -> None:
    """Write .bench/latest.json."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    document = {
        "commit": commit,
        "seed": 1,
        "machine": f"{platform.machine()} {platform.python_version()}",
        "rows": [asdict(row) for row in rows],
        "profile": profile,
    }
    folder = Path(".bench")
    folder.mkdir(exist_ok=True)
    (folder / "latest.json").write_text(json.dumps(document, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
