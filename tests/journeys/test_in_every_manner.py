"""A clean line from the first page to its certificate: by pointer, by keys alone, without scripts, in large type.

The short form walks each manner once; the bound on pages is what a patient person bears.
"""

import pytest

from tests.journeys.people import Subscriber
from tests.journeys.walking import Manner, Staged, walker
from tests.screens.stage import Stage
from tests.screens.windows import Windows
from xiaohu.closures.models import Case
from xiaohu.core.states import CaseState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]
MOST_PAGES = 25


def closed(phone: Staged) -> Subscriber:
    """Go from the first page to the certificate."""
    subscriber = Subscriber(phone)
    person = phone.house.person()
    phone.go("/")
    subscriber.press("btn.start")
    subscriber.press("signin.by_code")
    subscriber.type("signin.number", person.number)
    subscriber.press("btn.send_code")
    subscriber.code(person.number, 0)
    subscriber.choose_line()
    subscriber.press("btn.continue")
    subscriber.prove(person)
    subscriber.get_paid()
    subscriber.type("contact.label", person.contact)
    subscriber.press("btn.send_code")
    subscriber.code(person.contact, 0)
    subscriber.press("effects.go")
    phone.tick()
    subscriber.press("review.submit")
    subscriber.press("btn.progress")
    case = Case.objects.get()
    phone.stage.world.skip_until(case, lambda: Case.objects.get().state == CaseState.DONE.value)
    phone.come_back(case)
    subscriber.press("btn.certificate")
    return subscriber


@pytest.mark.parametrize("manner", Manner)
def test_a_clean_line_is_closed(manner: Manner, stage: Stage, windows: Windows) -> None:
    phone = walker(stage, windows, manner)
    subscriber = closed(phone)
    assert phone.heading() == subscriber.say("cert.h1")
    assert phone.loads < MOST_PAGES, f"{phone.loads} pages"
