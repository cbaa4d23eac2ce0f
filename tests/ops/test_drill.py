"""F16 as a command: an older backup is brought back with three kinds of keys, and nobody returns with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from xiaohu.ops.drill import STEPS

pytestmark = [pytest.mark.kill, pytest.mark.timeout(900)]


@pytest.mark.parametrize("people", [6, pytest.param(200, marks=pytest.mark.nightly)])
def test_whoever_was_erased_after_the_backup_stays_erased(tmp_path: Path, people: int) -> None:
    ours = tmp_path / "data"
    environment = {**os.environ, "XIAOHU_DATA_DIR": str(ours), "TMPDIR": "/tmp"}
    ran = subprocess.run(
        [sys.executable, "-m", "xiaohu.ops.cli", "drill", "--people", str(people), "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    said = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    told = {step.pop("step"): step for step in said}
    assert tuple(told) == STEPS, ran.stderr
    assert [name for name, step in told.items() if not step["ok"]] == []
    assert ran.returncode == 0
    gone = people // 2 + max(1, people // 4)  # who asked before the backup, and who after it
    for name in ("erased", "keys_of_today", "replayed"):
        found = (told[name]["erased"], told[name]["readable"], told[name]["findable"])
        assert found == (gone, people - gone, 0), name
    # Before the replay the old keys would have brought everybody back: the look sees it.
    assert told["start_refused"]["readable"] == people
    assert told["replayed"]["broken"] == 0
    assert told["nothing_twice"]["again"] == 0
    assert (told["epoch_over"]["readable"], told["epoch_over"]["erased"]) == (0, 0)
    assert not ours.exists()  # the installation itself was never touched
