"""The code box: tries left, another code, a call, locks, and the ways round them."""

import pytest

from tests.portal.browser import Browser, page, words
from tests.portal.test_signing_in import wrong
from tests.stories import CLEAN, World

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def waiting(world: World, method: str = "code") -> Browser:
    """Return a browser that waits for a code."""
    browser = Browser(world)
    browser.send(f"/sign-in?method={method}", number=CLEAN)
    assert browser.at == "/sign-in/code"
    return browser


def guess(browser: Browser) -> str:
    """Type five wrong codes and return what the page then says."""
    code = browser.code(CLEAN)
    for _ in range(5):
        answer = browser.send("/sign-in/code", code=wrong(code))
    return words(answer)


def calls(world: World) -> list[bool]:
    """Return of each message whether it was a call."""
    world.send_notices()
    return [bool(each.get("voice")) for each in world.outside.truth("messages", "message")]


def test_a_code_may_come_by_a_call(world: World) -> None:
    browser = waiting(world, "voice")
    assert calls(world) == [True]
    browser.send(code=browser.code(CLEAN))
    assert browser.at == "/lines?scope=line"


def test_another_code_ends_the_first_and_may_be_a_call(world: World) -> None:
    browser = waiting(world)
    first = browser.code(CLEAN)
    world.clock.pass_(seconds=61)
    answer = browser.send(again="voice")
    assert (browser.at, answer.status_code) == ("/sign-in/code", 200)
    assert "正在拨打" in words(answer)
    assert calls(world) == [False, True]
    assert "验证码错误" in words(browser.send(code=first))
    browser.send(code=browser.code(CLEAN))
    assert browser.at == "/lines?scope=line"


def test_another_code_within_a_minute_is_put_off_in_words(world: World) -> None:
    browser = waiting(world)
    answer = browser.send(again="text")
    assert answer.status_code == 429
    assert "秒后再试" in words(answer)
    assert calls(world) == [False]


def test_an_expired_code_says_so_and_offers_another(world: World) -> None:
    browser = waiting(world)
    world.clock.pass_(minutes=10, seconds=1)
    answer = browser.open("/sign-in/code")
    assert "这个验证码已失效" in words(answer)
    assert 'name="code"' not in page(answer)
    browser.send(again="text")
    assert 'name="code"' in page(browser.open("/sign-in/code"))


def test_a_lock_names_its_end_and_leads_another_way(world: World) -> None:
    browser = waiting(world)
    said = guess(browser)
    assert "12:15 后可以重新获取" in said
    answer = browser.open("/sign-in/code")
    assert 'name="code"' not in page(answer)
    assert "/sign-in?method=other" in page(answer)
    assert browser.send(again="text").status_code == 200
    assert browser.at.startswith("/sign-in?method=code")


def test_the_third_lock_of_a_day_leads_to_people_or_tomorrow(world: World) -> None:
    for _ in range(3):
        said = guess(waiting(world))
        world.clock.pass_(minutes=16)
    assert "今日错误次数过多，请明天再试" in said
    assert "10000（示例）" in said


def test_other_ways_need_no_text(world: World) -> None:
    shown = page(Browser(world).open("/sign-in?method=other&next=/cases"))
    for path in ("method=password&amp;next=/cases", "/sign-in/recover", "method=reference"):
        assert path in shown


@pytest.mark.parametrize("odd", ["", "voice\x00", "nothing", "9" * 5000])
def test_odd_wishes_for_another_code_do_no_harm(world: World, odd: str) -> None:
    browser = waiting(world)
    world.clock.pass_(seconds=61)
    assert browser.send(again=odd).status_code == 200
    assert calls(world) == [False]  # the first was over before it was sent
