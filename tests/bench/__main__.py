"""`make bench`: ours beside its floor, measured in the same call; ratios are judged, never failed.

Prints one table and writes `.bench/latest.json`.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import django

import tests.environment  # noqa: F401 - settles the data folder before Django reads it
from tests.bench.rows import Row

ROUNDS = 5


def against(name: str, pairs: list[tuple[float, float]], unit: str, note: str = "") -> Row:
    """Return a row from rounds of (ours, floor): medians, and the median of their ratios."""
    ours = statistics.median(mine for mine, _ in pairs)
    floor = statistics.median(theirs for _, theirs in pairs)
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    return Row(name, round(ours, 2), round(floor, 2), round(ratio, 3), unit, note)


def main() -> int:
    """Measure everything and show it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "xiaohu.config.settings"
    django.setup()
    from tests.bench import closings, pages, papers, processes
    from tests.bench.world import BenchWorld

    rows: list[Row] = []
    with BenchWorld() as world:
        for workers in (1, 2):
            pairs = [closings.round_of(world, workers) for _ in range(ROUNDS)]
            rows.append(
                against(f"closings_{workers}_worker{'s' * (workers > 1)}", pairs, "closings/s")
            )
        profile = closings.profile(world)
        rows += pages.measure(world)
        rows.append(papers.measure(world))
    rows += processes.measure()
    show(rows, profile)
    write(rows, profile)
    return 0


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
