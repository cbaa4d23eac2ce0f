"""People and officers for the whole run."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import Officer, Person, free_people
from tests.journeys.walking import visitor
from tests.screens.conftest import collected, served, stage, windows  # noqa: F401 - fixtures
from tests.service import Service


@pytest.fixture(scope="session")
def people(service: Service) -> Iterator[Person]:
    """Clean lines, each taken once."""
    return free_people(service)


@pytest.fixture(scope="session")
def officers(real_browser: Browser, service: Service) -> dict[str, Officer]:
    """An officer for each language at a large screen, signed in once."""
    made = {}
    for place, language in enumerate(("zh", "en")):
        officer = Officer(visitor(real_browser, service, width=1280, language=language), service)
        officer.sign_in(place)
        made[language] = officer
    return made
