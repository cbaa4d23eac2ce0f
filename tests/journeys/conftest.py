"""A real browser for the whole run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.people import Officer, Person, free_people
from tests.journeys.screens import ARGUMENTS, chromium, visitor
from tests.service import Service


@pytest.fixture(scope="session")
def real_browser() -> Iterator[Browser]:
    """Debian's own Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def people(service: Service) -> Iterator[Person]:
    """Clean lines, each taken once."""
    return free_people(service)


@pytest.fixture(scope="session")
def officers(real_browser: Browser, service: Service) -> dict[str, Officer]:
    """An officer for each language at a large screen, signed in once."""
    made = {}
    for place, language in enumerate(("zh", "en")):
        officer = Officer(visitor(real_browser, service, width=1280, language=language))
        officer.sign_in(place)
        made[language] = officer
    return made
