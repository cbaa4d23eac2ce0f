"""Debian's own Chromium, as every test that needs a browser starts it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def path() -> str:
    """Return the path of the installed browser."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    assert found is not None, "no Chromium; run: sh scripts/setup browser"
    return found


@contextmanager
def started() -> Iterator[Browser]:
    """Run a browser until the end of the block."""
    # Playwright keeps a loop running in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=ARGUMENTS)
        yield browser
        browser.close()
