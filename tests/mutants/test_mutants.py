"""A weak test lets a mutant live, a strong one kills it; nothing wrong is never noticed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutants.__main__ import SAME
from tests.mutants.changing import ROOT, mutants

RULE = """
LEAST_FEN = 100


def paid_out(fen: int) -> bool:
    \"\"\"Small change stays.\"\"\"
    assert fen >= 0
    return fen >= LEAST_FEN
"""
WEAK = "assert paid_out(5000) and not paid_out(5)"
STRONG = "assert paid_out(100) is True and paid_out(99) is False"


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    """A rule with one boundary."""
    (tmp_path / "rule.py").write_text(RULE, encoding="utf-8")
    return tmp_path / "rule.py"


def alive(rule: Path, says: str) -> list[str]:
    """Return what lives of a rule that a test says something about."""
    test, result = rule.parent / "test_rule.py", rule.parent / "mutants.json"
    body = f"from rule import paid_out\n\n\ndef test_it():\n    {says}\n"
    test.write_text(body, encoding="utf-8")
    command = [sys.executable, "-m", "tests.mutants", "--files", str(rule), "--tests", str(test)]
    subprocess.run(
        [*command, "--result", str(result)], cwd=ROOT, check=True, capture_output=True, timeout=120
    )
    found = json.loads(result.read_text(encoding="utf-8"))
    assert [row["mutants"] for row in found["rows"].values()] == [len(mutants(rule))]
    return [name.partition(": ")[2] for name in found["alive"]]


def test_each_place_is_said_otherwise_and_assertions_are_left_alone(rule: Path) -> None:
    assert [mutant.what for mutant in mutants(rule)] == [
        "100 → 101",
        "return fen >= LEAST_FEN → return None",
        "fen >= LEAST_FEN → fen > LEAST_FEN",
        "fen >= LEAST_FEN → fen < LEAST_FEN",
    ]


def test_a_weak_test_lets_the_boundary_live(rule: Path) -> None:
    assert alive(rule, WEAK) == ["100 → 101", "fen >= LEAST_FEN → fen > LEAST_FEN"]


def test_a_strong_test_lets_nothing_live(rule: Path) -> None:
    assert alive(rule, STRONG) == []


def test_what_is_called_the_same_is_there_and_has_a_reason() -> None:
    lines = SAME.read_text(encoding="utf-8").splitlines()
    listed = [line for line in lines if line and not line.startswith("#")]
    files = {ROOT / line.partition(":")[0] for line in listed}
    assert set(listed) <= {mutant.name for file in files for mutant in mutants(file)}
    blocks = "\n".join(lines).split("\n\n")
    assert all(block.startswith("# ") for block in blocks)


def test_a_test_that_fails_before_anything_is_wrong_measures_nothing(rule: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        alive(rule, "assert not paid_out(100)")
