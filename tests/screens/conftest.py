"""A world, its pages as in production, and one browser with a window for each size and language."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings
from playwright.sync_api import Browser

from tests.screens.server import Served
from tests.screens.stage import Stage
from tests.screens.windows import Windows
from tests.template import Template
from xiaohu.gateways import http
from xiaohu.queue import clock


@pytest.fixture(scope="session")
def collected() -> None:
    """Hash and compress the static files, as the start of the service does."""
    call_command("collectstatic", verbosity=0, interactive=False)


@pytest.fixture(scope="session")
def served(collected: None) -> Iterator[Served]:
    """The pages, as production serves them."""
    made = Served()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def stage(
    served: Served,
    template: Template,
    db: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Stage]:
    """A world of thirty lines whose pages are served."""
    clock.forget()
    world = template.world(tmp_path)
    monkeypatch.setattr(clock, "now", world.clock)
    monkeypatch.setattr(http, "_exchange", world.outside.exchange)
    with override_settings(ALLOWED_HOSTS=["127.0.0.1", "testserver"]), served.lent():
        made = Stage(world, served.url)
        yield made
    for undo in made.undo:
        undo()
    world.outside.stop()


@pytest.fixture(scope="session")
def windows(real_browser: Browser, pytestconfig: pytest.Config) -> Iterator[Windows]:
    """Windows of one browser, kept from scene to scene."""
    alone = not hasattr(pytestconfig, "workerinput")
    made = Windows(real_browser, pictures=alone or pytestconfig.getoption("shots"))
    yield made
    made.close()
