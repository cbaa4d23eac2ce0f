"""One's requests are told apart by what they are about, also once the number is erased."""

import pytest

from tests.portal.browser import Browser, words
from tests.stories import World

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_a_request_shows_its_masked_number(world: World) -> None:
    world.submitted()
    assert "130 **** 0001" in words(Browser(world).sign_in().open("/cases"))


def test_a_number_that_is_erased_is_shown_as_its_certificate_keeps_it(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    world.clock.pass_(days=3, minutes=1)
    world.work()
    case.refresh_from_db()
    assert case.state == "done"
    shown = words(browser.open("/cases"))
    assert case.reference in shown
    assert "130 **** 0001" in shown


def test_how_many_requests_there_are_is_said_with_its_measure(world: World) -> None:
    browser = Browser(world).sign_in()
    assert "0 件" in words(browser.open("/settings"))
    world.submitted()
    assert "1 件" in words(browser.open("/settings"))
