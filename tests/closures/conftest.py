"""A world for every test of the case."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories import World
from tests.template import Template
from xiaohu.gateways import http
from xiaohu.queue import clock


@pytest.fixture
def world(
    template: Template, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """An operator with thirty lines and simulators reached in this process."""
    clock.forget()
    made = template.world(tmp_path)
    monkeypatch.setattr(http, "_exchange", made.outside.exchange)
    yield made
    made.outside.stop()
