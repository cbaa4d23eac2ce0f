"""Whole journeys in a real browser: closed, withdrawn, refused; wide and narrow; without scripts."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import Officer, Person, Subscriber
from tests.journeys.walking import Visitor, visitor
from tests.service import Service

pytestmark = pytest.mark.browser

KINDS = [
    pytest.param((390, "zh", True), id="phone"),
    pytest.param((1280, "en", True), id="desktop"),
    pytest.param((390, "zh", False), id="phone-without-scripts"),
]


@pytest.fixture(params=KINDS)
def somebody(
    request: pytest.FixtureRequest, real_browser: Browser, service: Service
) -> Iterator[Visitor]:
    """A visitor of each kind."""
    width, language, scripts = request.param
    made = visitor(real_browser, service, width=width, language=language, scripts=scripts)
    yield made
    made.page.context.close()


def test_a_line_is_closed(
    somebody: Visitor, people: Iterator[Person], officers: dict[str, Officer], service: Service
) -> None:
    person = next(people)
    subscriber = Subscriber(somebody)
    subscriber.sign_in_by_code(person)
    subscriber.fill_in(person, bank=True)
    reference = subscriber.submit()
    subscriber.press("btn.progress")
    officers[somebody.language].decide(reference, "approve")
    somebody.page.reload()
    subscriber.wait_for("scheduled")
    assert service.run("demo", "clock", "+4d").returncode == 0
    somebody.page.wait_for_timeout(1500)
    subscriber.come_back(reference, person)
    subscriber.wait_for("done")
    subscriber.press("btn.certificate")
    somebody.page.locator("dd a").first.click()
    somebody.look()
    somebody.go("/verify")
    subscriber.type("verify.number", "C7K3 M9QX 4T2Q")
    subscriber.press("verify.go")
    somebody.go("/verify/0000-0000-0000", status=404)


def test_the_rules_are_public(somebody: Visitor) -> None:
    somebody.go("/policies")
    somebody.page.locator("main a").first.click()
    somebody.look()
    told = somebody.page.locator("main").text_content() or ""  # the fingerprint is in the details
    assert re.search(r"[0-9a-f]{64}", told)


def test_a_request_is_withdrawn(somebody: Visitor, people: Iterator[Person]) -> None:
    person = next(people)
    subscriber = Subscriber(somebody)
    subscriber.sign_in_by_code(person)
    subscriber.fill_in(person)
    subscriber.submit()
    subscriber.press("btn.withdraw")
    subscriber.press("withdraw.go")
    subscriber.wait_for("withdrawn")


def test_a_request_is_refused_and_looked_at_again(
    somebody: Visitor, people: Iterator[Person], officers: dict[str, Officer]
) -> None:
    person = next(people)
    subscriber = Subscriber(somebody)
    subscriber.sign_in_by_code(person)
    subscriber.fill_in(person, bank=True)
    reference = subscriber.submit()
    reason = "refusal_reason.document_mismatch"
    officers[somebody.language].decide(reference, "refuse", reason)
    subscriber.press("btn.progress")
    subscriber.wait_for("refused")
    subscriber.press("btn.why")
    subscriber.press("refused.go")
    assert subscriber.say("review.h1") in somebody.page.content()


def test_settings_lead_to_the_same_start(somebody: Visitor, service: Service) -> None:
    person = service.people()["subscribers"][0]
    subscriber = Subscriber(somebody)
    subscriber.sign_in_by_password(person["username"], person["password"])
    subscriber.press("frame.me")
    subscriber.press("settings.security")
    subscriber.press("settings.close")
    somebody.go("/no-such-page", status=404)
