"""One set of simulators for a file, and a world in real time for each test."""

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.erasure.conftest import crm, postgresql
from tests.erasure.crm import Crm, known
from tests.faults.outside import Outside, clean_numbers
from tests.stories import World, set_up_rows
from xiaohu.gateways import http
from xiaohu.queue import clock
from xiaohu.registry import demo_data

__all__ = ["crm", "postgresql"]
TODAY = date(2026, 11, 23)
LINES = 700


@pytest.fixture(scope="module")
def outside(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outside]:
    """Simulators as processes, with lines enough for a file of tests."""
    folder = tmp_path_factory.mktemp("outside")
    export = folder / "lines.csv"
    demo_data.write(path=export, lines=getattr(request.module, "LINES", LINES), seed=3, today=TODAY)
    made = Outside(folder, export)
    made.start()
    yield made
    http._pool(os.getpid()).close()
    http._pool.cache_clear()
    made.stop()


@pytest.fixture(scope="module")
def numbers(outside: Outside) -> Iterator[str]:
    """Clean lines, each taken once."""
    return clean_numbers(outside.inventory)


@pytest.fixture
def stores(crm: Crm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Crm:
    """An operator's own database, in which every closing erases too."""
    known(tmp_path, crm, monkeypatch, settings)
    return crm


@pytest.fixture
def world(outside: Outside) -> World:
    """An operator with rules and lines, reached through real processes."""
    clock.forget()
    outside.begin()
    return set_up_rows(outside.inventory, now=datetime.now(UTC))
