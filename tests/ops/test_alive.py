"""The pipe that tells children of the supervisor's end, whenever they come to read it."""

import os
import threading
from pathlib import Path

from xiaohu.ops import alive


def test_a_child_waits_while_the_supervisor_lives(tmp_path: Path) -> None:
    held = alive.hold(tmp_path / "run" / "alive")
    assert not alive.wait(tmp_path / "run" / "alive", timeout=0.1)
    os.close(held)


def test_a_waiting_child_is_woken_by_the_end(tmp_path: Path) -> None:
    held = alive.hold(tmp_path / "run" / "alive")
    woken = threading.Event()
    alive.watch(tmp_path / "run" / "alive", then=woken.set)
    assert not woken.wait(0.2)
    os.close(held)
    assert woken.wait(5)


def test_a_child_that_comes_too_late_is_told_as_well(tmp_path: Path) -> None:
    os.close(alive.hold(tmp_path / "run" / "alive"))
    assert alive.wait(tmp_path / "run" / "alive", timeout=5)


def test_without_the_pipe_there_is_no_supervisor(tmp_path: Path) -> None:
    assert alive.wait(tmp_path / "nowhere", timeout=5)
