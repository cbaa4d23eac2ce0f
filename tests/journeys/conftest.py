"""A real browser for the whole run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.screens import ARGUMENTS, chromium


@pytest.fixture(scope="session")
def real_browser() -> Iterator[Browser]:
    """Debian's own Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()
