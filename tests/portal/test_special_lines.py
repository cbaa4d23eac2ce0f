"""Lines that are limited, banned or not registered: their own ways, said before anything is chosen."""

import pytest

from tests.portal.browser import Browser, page, words
from tests.stories import LARGE, World
from xiaohu.closures.models import Case
from xiaohu.core.states import CaseState

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def limited(world: World, status: str = "restricted") -> Browser:
    """Return the holder of a line the operator limits, at the list of checks."""
    world.outside.change(
        world.line(), status=status, restriction="complaints", restricted_on="2026-11-01"
    )
    browser = Browser(world).sign_in()
    browser.choose_line()
    return browser


@pytest.mark.parametrize("status", ["restricted", "banned"])
def test_reason_remedy_and_appeal_come_before_the_choice(world: World, status: str) -> None:
    browser = limited(world, status)
    shown = browser.open(f"{browser.home}/checks/RESTRICTED_GRADED")
    assert browser.at == f"{browser.home}/restriction"
    said = words(shown)
    places = [
        said.index(text) for text in ("被叫用户投诉骚扰", "停止相关呼叫", "立即解除", "您想怎样办")
    ]
    assert places == sorted(places)
    assert "2026年11月1日" in said


def test_restoring_leads_to_how_and_closing_anyway_goes_on(world: World) -> None:
    browser = limited(world)
    browser.open(f"{browser.home}/restriction")
    assert browser.send(choice="nonsense").status_code == 422
    assert "撤销这份申请即可" in words(browser.send(choice="restore"))
    assert "还有 1 项需要您处理" in words(browser.open(f"{browser.home}/checks"))
    browser.open(f"{browser.home}/restriction")
    assert "没有要处理的事项" in words(browser.send(choice="close_anyway"))


def test_the_page_is_for_lines_that_are_limited_only(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.open(f"{browser.home}/restriction")
    assert browser.at == f"{browser.home}/checks"


def test_an_unregistered_line_closes_and_its_money_waits_for_its_owner(world: World) -> None:
    world.outside.change(world.line(LARGE), realname="missing")
    browser = Browser(world).sign_in(LARGE)
    browser.choose_line(LARGE)
    browser.open(f"{browser.home}/checks/REALNAME_MISSING")
    browser.send(choice="operator_closes")
    browser.open(f"{browser.home}/checks/UNBILLED_USAGE")
    assert "没有要处理的事项" in words(browser.send(choice="wait_for_bill"))
    browser.prove()
    case = Case.objects.get()
    world.show_papers(case)
    browser.open(f"{browser.home}/balance")
    browser.pass_by()
    assert browser.at == f"{browser.home}/contact"
    browser.confirm_contact()
    browser.send()
    assert "列为待领款项" in page(browser.open(browser.at))
    browser.send(declared="on")
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW


def test_a_guardian_is_asked_for_before_anything_is_filled_in(world: World) -> None:
    world.outside.change(world.line(), minor=True)
    browser = Browser(world).sign_in()
    browser.choose_line()
    assert "机主未满 16 周岁，由监护人办理" in words(browser.open(f"{browser.home}/checks"))
    shown = page(browser.open(f"{browser.home}/checks/MINOR"))
    assert f'href="{browser.home}/who"' in shown
