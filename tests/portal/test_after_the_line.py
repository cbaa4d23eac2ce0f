"""Whoever signed in by a code to the line is not thrown out when the line ends: the way on is shown."""

import pytest

from tests.portal.browser import CONTACT, Browser, page, words
from tests.stories import EMPTY, World
from xiaohu.access import sessions
from xiaohu.access.models import SubscriberSession
from xiaohu.closures import purging
from xiaohu.closures.models import Case
from xiaohu.core.steps import Scope

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def closes_meanwhile(world: World, browser: Browser, case: Case) -> None:
    """Let a case be carried out while somebody has its page open."""
    world.clock.pass_(days=3, minutes=1)
    browser.open(f"/case/{case.pk}")
    assert browser.at == f"/case/{case.pk}"
    world.work()
    case.refresh_from_db()
    assert case.state == "done"


@pytest.mark.parametrize("path", ["/case/{}", "/case/{}/certificate", "/cases", "/settings"])
def test_the_next_page_says_the_line_is_closed_and_needs_one_click(world: World, path: str) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in_by_code()
    closes_meanwhile(world, browser, case)
    answer = browser.open(path.format(case.pk))
    assert "已销户" in words(answer)
    assert "填过的内容都还在" not in words(answer)
    assert f'value="{case.reference}"' in page(answer)
    assert 'aria-current="page">' in page(answer)
    browser.send(reference=case.reference)
    browser.send(code=browser.code(CONTACT))
    assert browser.at.startswith(f"/case/{case.pk}")
    assert browser.at == (path.format(case.pk) if "case/" in path else f"/case/{case.pk}")


def test_a_page_that_looks_again_by_itself_leaves_as_a_whole(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in_by_code()
    closes_meanwhile(world, browser, case)
    answer = browser.client.get(f"/case/{case.pk}?looked=1", headers={"HX-Request": "true"})
    assert "method=reference" in answer["HX-Redirect"]


def test_so_does_whoever_ends_the_account_they_are_signed_in_with(world: World) -> None:
    case = world.submitted(scope=Scope.BOTH)
    browser = Browser(world).sign_in()
    closes_meanwhile(world, browser, case)
    answer = browser.open("/cases")
    assert f'value="{case.reference}"' in page(answer)


def test_an_ended_session_opens_nothing(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in_by_code()
    token = browser.client.cookies[sessions.COOKIE].value
    closes_meanwhile(world, browser, case)
    assert sessions.find(token) is None
    assert sessions.ended_by(token) == case.pk
    row = SubscriberSession.objects.get()
    assert (row.line_id, row.account_id, row.case_id) == (None, None, None)


def test_others_are_told_nothing(world: World) -> None:
    case = world.submitted()
    other = Browser(world).sign_in_by_code(EMPTY)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    for stranger in (other, Browser(world)):
        answer = stranger.open(f"/case/{case.pk}")
        assert case.reference not in page(answer)
        assert "已销户" not in words(stranger.open("/sign-in?method=reference"))


def test_an_ended_session_goes_with_the_folder_and_not_before(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in_by_code()
    closes_meanwhile(world, browser, case)
    SubscriberSession.objects.update(seen_at="2020-01-01T00:00:00Z")
    assert sessions.delete_idle() == 0
    world.clock.pass_(days=31)
    assert purging.purge(now=world.now) == 1
    assert SubscriberSession.objects.count() == 0
    assert case.reference not in page(browser.open("/cases"))
