"""A reference and a code to the contact lead back, whatever became of the line; later, a kind word."""

from datetime import timedelta

import pytest

from tests.closures.states import case_in
from tests.portal.browser import CONTACT, Browser, still, words
from tests.stories import CLEAN, LARGE, World
from xiaohu.closures import purging
from xiaohu.core.retention import FOLDER_KEPT_DAYS
from xiaohu.core.states import TERMINAL, CaseState

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
LAST_DAY = timedelta(days=FOLDER_KEPT_DAYS - 1)


def purge(world: World) -> None:
    """Let the folders' time be over."""
    world.clock.pass_(days=FOLDER_KEPT_DAYS + 1)
    purging.purge(now=world.now)


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.DRAFT}))
def test_every_request_is_found_by_reference(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    if state in TERMINAL:
        world.clock.at += LAST_DAY
        purging.purge(now=world.now)
    browser = Browser(world)
    browser.open("/track")
    browser.send(reference=f" {case.reference.lower().replace('-', ' ')} ")
    answer = browser.send(code=browser.code(CONTACT))
    assert browser.at == f"/case/{case.pk}"
    assert case.reference in words(answer)


def test_after_thirty_days_the_answer_is_that_of_any_unknown_reference(world: World) -> None:
    case = world.close()
    purge(world)
    told = len(world.outside.inbox(CONTACT))
    pages = []
    for reference in (case.reference, "XH-2611-0000-00"):
        browser = Browser(world)
        browser.open("/track")
        pages.append(still(browser.send(reference=reference)).replace(reference, ""))
    assert pages[0] == pages[1]
    world.send_notices()
    assert len(world.outside.inbox(CONTACT)) == told


def test_the_page_says_what_may_be_the_reason(world: World) -> None:
    said = words(Browser(world).open("/sign-in?method=reference"))
    assert "申请结束 30 天后，资料按规定删除" in said


def test_the_holder_who_comes_back_later_reads_a_kind_word(world: World) -> None:
    case = case_in(world, CaseState.WITHDRAWN)
    purge(world)
    browser = Browser(world).sign_in(CLEAN)
    answer = browser.open(f"/case/{case.pk}")
    assert answer.status_code == 410
    assert "已按期删除" in words(answer)
    assert browser.open(f"/case/{case.pk}/fix").status_code == 410
    assert Browser(world).sign_in(LARGE).open(f"/case/{case.pk}").status_code == 404
