"""A world whose clock the subscriber's pages share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from tests.stories import World
from tests.template import Template
from xiaohu.gateways import http
from xiaohu.queue import clock

STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture
def world(
    template: Template, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """An operator with thirty lines and simulators reached in this process."""
    clock.forget()
    made = template.world(tmp_path)
    monkeypatch.setattr(clock, "now", made.clock)
    monkeypatch.setattr(http, "_exchange", made.outside.exchange)
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": STATIC}):
        yield made
    made.outside.stop()
