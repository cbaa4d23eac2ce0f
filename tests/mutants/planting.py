"""Run the tests once as they are, then once more in a child of its own for every mutant.

A mutant is planted into the living functions of the child: whoever imported one of them has the
wrong one. What a file says outside of functions is read when it is imported, so such a mutant gets
a process of its own, into which it is planted at the import.
"""

import gc
import importlib.abc
import importlib.machinery
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import _lru_cache_wrapper
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from tests.mutants.changing import ROOT, Mutant, compiled

PLANTED = "MUTANT_PLANTED"  # "file:number" in the environment of a process of its own
EACH = 20  # after so many mutants the unchanged program is tried in a child as well
PATIENCE = 20.0  # seconds that a mutant gets beyond four times what its tests take
_NAMELESS = re.compile(r"(\.<locals>\.<\w+>)+$")  # a lambda is a part of whoever says it
WHICH = "not nightly and not kill and not browser"
Function = tuple[str, str]


class Tested:
    """A plugin of pytest: which test enters which function, and which mutants it notices."""

    def __init__(self, mutants: Sequence[Mutant], *, seconds: float) -> None:
        self.mutants = mutants
        self.seconds = seconds
        self.killed: dict[Mutant, bool] = {}
        self.entered: dict[Function, list[pytest.Item]] = {}
        self.took: dict[pytest.Item, float] = {}
        self._failed = False

    def pytest_configure(self) -> None:
        """Let Hypothesis try the same each time, remember nothing, and hurry."""
        from hypothesis import Phase, settings

        hurried = settings(
            database=None,
            deadline=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
        )
        settings.register_profile("mutants", hurried)
        settings.load_profile("mutants")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notice that a test fails."""
        self._failed = self._failed or report.failed

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests as they are, then against each mutant."""
        writer = session.config.get_terminal_writer()
        for item, after in zip(session.items, _turned(session.items), strict=True):
            self._run_noting(item, after)
        if self._failed:
            raise session.Failed("tests fail before anything is wrong")
        tried = 0
        for mutant in self.mutants:
            items = self._tests_of(mutant)
            if items and tried % EACH == 0 and self._noticed(mutant, items, as_it_is=True):
                raise session.Failed("tests fail in a child though nothing is wrong")
            tried += len(items) > 0
            self.killed[mutant] = self._noticed(mutant, items)
            if not self.killed[mutant]:
                writer.line(f"alive: {mutant.name} (line {mutant.line})")
        return True

    def _run_noting(self, item: pytest.Item, after: pytest.Item) -> None:
        began = time.monotonic()
        files = {str(ROOT / mutant.file) for mutant in self.mutants if mutant.function}
        with _noting(files) as entered:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
        self.took[item] = time.monotonic() - began
        for function in entered:
            self.entered.setdefault(function, []).append(item)

    def _tests_of(self, mutant: Mutant) -> list[pytest.Item]:
        """Return the tests that enter a function: its own first, then the quick ones, for a while."""
        name = Path(mutant.file).stem
        found = self.entered.get((str(ROOT / mutant.file), mutant.function), [])
        found = sorted(found, key=lambda item: (name not in item.path.stem, self.took[item]))
        spent, chosen = 0.0, []
        for item in found:
            if spent < self.seconds:
                chosen.append(item)
                spent += self.took[item]
        return chosen

    def _noticed(self, mutant: Mutant, items: list[pytest.Item], *, as_it_is: bool = False) -> bool:
        if not mutant.function:
            return _noticed_at_import(mutant, self.took)
        if not items:
            return False
        _forget_connections()
        child = os.fork()
        if child == 0:
            os.setsid()
            os._exit(self._child(mutant, items, as_it_is=as_it_is))
        usual = sum(self.took[item] for item in items)
        return _ended_badly(child, time.monotonic() + PATIENCE + 4 * usual)

    def _child(self, mutant: Mutant, items: list[pytest.Item], *, as_it_is: bool) -> int:
        """Return 0 where all tests pass."""
        items[0].config.pluginmanager.unregister(name="terminalreporter")
        try:
            _plant(ROOT / mutant.file, None if as_it_is else mutant.number)
            for item, after in zip(items, _turned(items), strict=True):
                item.ihook.pytest_runtest_protocol(item=item, nextitem=after)
                if self._failed:
                    return 1
        except BaseException:  # noqa: BLE001 - whatever it is, somebody noticed
            return 1
        return 0


def _turned(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return what comes after each: nothing is ever the last, so that the databases stay."""
    return items[1:] + items[:1]


@contextmanager
def _noting(files: set[str]) -> Iterator[set[Function]]:
    """Note which functions of some files are entered inside."""
    entered: set[Function] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename in files:
            entered.add((code.co_filename, _NAMELESS.sub("", code.co_qualname)))

    sys.setprofile(note)
    try:
        yield entered
    finally:
        sys.setprofile(None)


def _forget_connections() -> None:
    if "django.db" in sys.modules:
        from django.db import connections

        connections.close_all()


def _plant(file: Path, number: int | None) -> None:
    """Let every living function of a file say what one of its changes says.

    By type alone: whoever is asked for its class may be lazy, and wake up.
    """
    wrong: dict[tuple[str, int], list[CodeType]] = {}
    for code in _codes(compiled(file, number)):
        wrong.setdefault((code.co_qualname, code.co_firstlineno), []).append(code)
    for living in gc.get_objects():
        if type(living) is _lru_cache_wrapper:
            living.cache_clear()
        if type(living) is FunctionType and living.__code__.co_filename == str(file):
            code = living.__code__
            found = wrong.get((code.co_qualname, code.co_firstlineno), [])
            if len(found) == 1 and found[0] != code:
                living.__code__ = found[0]


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)


def _ended_badly(child: int, until: float) -> bool:
    """Tell whether a child failed; one that hangs has noticed something too."""
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status) != 0
        time.sleep(0.005)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _noticed_at_import(mutant: Mutant, items: Collection[pytest.Item]) -> bool:
    """Run all tests in a process that reads a wrong file, its own tests first."""
    name = Path(mutant.file).stem
    files = sorted({item.path for item in items}, key=lambda path: (name not in path.stem, path))
    command = [sys.executable, "-m", "pytest", "-x", "-p", "tests.mutants.planting"]
    command += ["-m", WHICH, *map(str, files)]
    environment = {**os.environ, PLANTED: f"{mutant.file}:{mutant.number}"}
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)
    return done.returncode != 0


class _Wrong(importlib.machinery.SourceFileLoader):
    """Reads the one file that is wrong."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader's own interface
        """Return what the file becomes by its change."""
        return compiled(Path(self.path), int(os.environ[PLANTED].rpartition(":")[2]))


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the one file that is wrong before anybody else does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the module as it is found, but for who reads it."""
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        file = os.environ[PLANTED].rpartition(":")[0]
        if spec is None or spec.origin != str(ROOT / file):
            return None
        spec.loader = _Wrong(fullname, spec.origin)
        return spec


if PLANTED in os.environ:
    sys.meta_path.insert(0, _Finder())
