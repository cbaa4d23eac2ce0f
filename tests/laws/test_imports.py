"""The gate on imports opens for the package as it is and closes on a planted violation."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

LAYERS = "Rooms import only the rooms above them"
LAW = "The law knows no framework, clock, file or network"
WIRE = "The service and its simulators meet on the wire only"
ALONE = "Verifiers know nothing of what they verify"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the packages and of the contracts."""
    for package in ("xiaohu", "simulators", "verifiers"):
        unwanted = shutil.ignore_patterns("__pycache__", "static", "locale", "templates")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=unwanted)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Judge the packages in a folder by its contracts."""
    return subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(folder), "COLUMNS": "200"},
    )


def test_the_package_keeps_its_contracts(copy: Path) -> None:
    judged = lint(copy)
    assert judged.returncode == 0, judged.stdout + judged.stderr
    for contract in (LAYERS, LAW, WIRE, ALONE):
        assert f"{contract} KEPT" in judged.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("xiaohu/core/money.py", "import xiaohu.queue", LAYERS),
        ("xiaohu/closures/queries.py", "import xiaohu.portal", LAYERS),
        ("xiaohu/desk/work.py", "import xiaohu.portal", LAYERS),
        ("xiaohu/core/money.py", "import django", LAW),
        ("simulators/payout.py", "import xiaohu.core.money", WIRE),
        ("verifiers/verify_bundle.py", "import xiaohu.trail.tree", ALONE),
    ],
)
def test_a_planted_import_breaks_its_contract(
    copy: Path, file: str, line: str, contract: str
) -> None:
    planted = copy / file
    planted.write_text(f"{planted.read_text('utf-8')}\n{line}\n", "utf-8")
    judged = lint(copy)
    assert judged.returncode == 1, judged.stdout + judged.stderr
    assert f"{contract} BROKEN" in judged.stdout
