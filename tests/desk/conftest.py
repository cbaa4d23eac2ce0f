"""A world for every test of the officer's pages, where pages and world share one clock."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import SettingsWrapper

from tests.stories import World, set_up
from xiaohu.gateways import http
from xiaohu.queue import clock

STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture
def world(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: SettingsWrapper
) -> Iterator[World]:
    """An operator with ten lines and simulators reached in this process."""
    clock.forget()
    made = set_up(tmp_path)
    settings.STORAGES = {**settings.STORAGES, "staticfiles": STATIC}
    monkeypatch.setattr(clock, "now", made.clock)
    monkeypatch.setattr(http, "_client", made.outside.reach)
    yield made
    made.outside.stop()
