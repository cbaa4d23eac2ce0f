"""The boxes for codes of a draft, to the line and to a contact, go on as the one of signing in does."""

import pytest

from tests.portal.browser import CONTACT, Browser, page, words
from tests.portal.test_signing_in import wrong
from tests.stories import CLEAN, World

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
BOXES = {"verify": CLEAN, "contact": CONTACT}


@pytest.fixture(params=list(BOXES))
def box(request: pytest.FixtureRequest) -> str:
    """The page at which a code is asked for."""
    return str(request.param)


@pytest.fixture
def browser(world: World, box: str) -> Browser:
    """The holder of a draft at the box."""
    browser = Browser(world).sign_in()
    browser.choose_line()
    if box == "verify":
        browser.send(f"{browser.home}/verify", send="code")
    else:
        browser.prove()
        browser.send(f"{browser.home}/contact", to=CONTACT)
    assert browser.at == f"{browser.home}/{box}/code"
    return browser


def test_another_code_is_sent_from_the_page_and_ends_the_first(
    world: World, browser: Browser, box: str
) -> None:
    first = browser.code(BOXES[box])
    here = browser.at
    world.clock.pass_(seconds=61)
    answer = browser.send(again="text")
    assert (browser.at, answer.status_code) == (here, 200)
    assert "秒后可重新获取" in words(answer)
    assert browser.send(code=first).status_code == 422
    browser.send(here, code=browser.code(BOXES[box]))
    assert browser.at != here


def test_another_code_within_a_minute_is_put_off_in_words(browser: Browser) -> None:
    answer = browser.send(again="text")
    assert answer.status_code == 429
    assert "秒后再试" in words(answer)


def test_an_expired_code_says_so_and_offers_another(world: World, browser: Browser) -> None:
    world.clock.pass_(minutes=10, seconds=1)
    answer = browser.open(browser.at)
    assert "这个验证码已失效" in words(answer)
    assert 'name="code"' not in page(answer)
    assert 'name="code"' in page(browser.send(again="text"))


def test_a_lock_names_its_end_and_leads_another_way(browser: Browser, box: str) -> None:
    code = browser.code(BOXES[box])
    for _ in range(5):
        answer = browser.send(code=wrong(code))
    assert "12:15 后可以重新获取" in words(answer)
    assert 'name="code"' not in page(answer)
    assert f'href="{browser.home}/{box}"' in page(answer)
    browser.send(again="text")
    assert browser.at == f"{browser.home}/{box}"


def test_a_stranger_finds_no_box(world: World, browser: Browser) -> None:
    stranger = Browser(world).sign_in("+8613000000023")
    assert stranger.send(browser.at, again="text").status_code == 404


def test_only_a_line_is_called(world: World, browser: Browser, box: str) -> None:
    world.clock.pass_(seconds=61)
    said = words(browser.send(again="voice"))
    assert ("正在拨打" in said) == (box == "verify")
