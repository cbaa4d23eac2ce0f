"""The first page: what it takes, in figures of the rules, and nothing that is not known."""

import pytest

from tests.closures import rulings
from tests.portal.browser import Browser, page, words
from tests.stories import World

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_without_statistics_nothing_is_said_of_them(world: World) -> None:
    assert "最近 30 天" not in words(Browser(world).open("/"))


def test_requests_of_the_last_month_say_how_long_it_takes(world: World) -> None:
    world.close()
    assert "一般用时 4 天" in words(Browser(world).open("/"))
    world.clock.pass_(days=31)
    assert "最近 30 天" not in words(Browser(world).open("/"))


def test_figures_are_those_of_the_rules(world: World) -> None:
    said = words(Browser(world).open("/"))
    assert "冷静期 3 天" in said
    assert "最后账单出来后 5 个工作日" in said
    assert "满 90 天后" in said


def test_without_cooling_off_ten_minutes_remain(world: World) -> None:
    world.clock.pass_(minutes=5)
    sources = '"cooling_off.days" = { tag = "O", text = "企业说明" }\n'
    rulings.publish("2026.12", "[cooling_off]\ndays = 0", sources, now=world.now)
    said = words(Browser(world).open("/"))
    assert "至少 10 分钟内可以免费撤销" in said
    assert "冷静期" not in said


def test_at_night_it_says_when_people_are_back_and_that_requests_are_taken(world: World) -> None:
    assert "不是人工服务时间" not in words(Browser(world).open("/"))
    world.clock.pass_(hours=10)
    said = words(Browser(world).open("/"))
    assert "2026年11月24日 08:00 起有人接听" in said
    assert "2026年11月26日 22:00 起办理" in said


def test_it_leads_to_everything_one_may_come_for(world: World) -> None:
    shown = page(Browser(world).open("/"))
    for path in ("/start", "/track", "/verify", "/help/contact"):
        assert f'href="{path}"' in shown


def test_an_address_of_the_operator_stays_the_same(world: World) -> None:
    browser = Browser(world)
    browser.open("/o/demo")
    assert browser.at == "/"
    assert browser.open("/o/another").status_code == 404
