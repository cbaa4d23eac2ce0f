"""`python -m tests.mutants --files xiaohu/core/money.py --tests tests/core`: what lives, and why.

A mutant in `same.txt` does what the program does: it is said there why, and it is not counted.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from tests.faults.seeds import SEED
from tests.mutants.changing import ROOT, Mutant, mutants
from tests.mutants.planting import WHICH, Tested

SAME = Path(__file__).parent / "same.txt"


def main() -> int:
    """Sample, test, and show one row for each room."""
    asked = _asked()
    all_ = [mutant for file in asked.files for mutant in mutants(file)]
    same = _same()
    chosen = [mutant for mutant in all_ if mutant.name not in same]
    if asked.inside:
        chosen = [mutant for mutant in chosen if mutant.function]
    if asked.number < len(chosen):
        chosen = Random(asked.seed).sample(chosen, asked.number)
    chosen.sort(key=lambda mutant: not mutant.function)  # what takes a process of its own goes last
    tested = Tested(chosen, seconds=asked.seconds)
    code = pytest.main([*asked.tests, "-m", WHICH, "--timeout", "0"], plugins=[tested])
    rows = _rows(tested.killed)
    _show(rows, asked.seed, len(all_))
    _write(asked.result, rows, asked.seed, tested.killed)
    return int(code)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--files", type=Path, nargs="+", required=True)
    parser.add_argument("--tests", nargs="+", required=True)
    parser.add_argument("--inside", action="store_true", help="functions only: much quicker")
    parser.add_argument("--number", type=int, default=sys.maxsize, help="a sample of so many")
    parser.add_argument("--seconds", type=float, default=30.0, help="of tests for each mutant")
    parser.add_argument("--result", type=Path, default=ROOT / ".bench" / "mutants.json")
    return parser.parse_args()


def _same() -> set[str]:
    lines = SAME.read_text(encoding="utf-8").splitlines()
    return {line for line in lines if line and not line.startswith("#")}


def _rows(killed: dict[Mutant, bool]) -> dict[str, dict[str, int]]:
    rows: dict[str, dict[str, int]] = {}
    for mutant, noticed in killed.items():
        row = rows.setdefault(mutant.file, {"mutants": 0, "killed": 0})
        row["mutants"] += 1
        row["killed"] += noticed
    return rows


def _show(rows: dict[str, dict[str, int]], seed: int, of: int) -> None:
    line = "{:<40} {:>8} {:>8}\n"
    sys.stdout.write(f"mutants, seed {seed}, of {of}\n" + line.format("file", "mutants", "killed"))
    for name, row in sorted(rows.items()):
        sys.stdout.write(line.format(name, row["mutants"], row["killed"]))
    total, noticed = (sum(row[of_] for row in rows.values()) for of_ in ("mutants", "killed"))
    sys.stdout.write(line.format("together", total, noticed))


def _write(
    result: Path, rows: dict[str, dict[str, int]], seed: int, killed: dict[Mutant, bool]
) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    alive = sorted(mutant.name for mutant, noticed in killed.items() if not noticed)
    document = {"commit": commit, "seed": seed, "rows": rows, "alive": alive}
    result.parent.mkdir(exist_ok=True)
    result.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
