"""S6 and S16 while the operator is silent: pages answer at once, and hear the rest at the next look."""

import re
from collections.abc import Callable, Iterator
from html import escape, unescape

import pytest

from tests.portal.browser import Browser, page, words
from tests.silence import silent
from tests.stories import ARREARS, CLEAN, World
from xiaohu.closures import checking, drafting
from xiaohu.closures.models import Case
from xiaohu.core.steps import Scope
from xiaohu.gateways import http
from xiaohu.portal import polling
from xiaohu.screening import asking

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
FIRM_LINES = ("+8613000000007", "+8613000000008", "+8613000000009")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def speak(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Let the operator say nothing until this is called, and a page wait no more than a moment."""
    with silent(monkeypatch) as silence:
        yield silence()


def at_the_checks(world: World, number: str = CLEAN) -> Browser:
    """Return the holder of a line at its checks."""
    browser = Browser(world).sign_in(number)
    browser.choose_line(number)
    browser.open(f"{browser.home}/checks")
    return browser


def test_the_page_answers_at_once_and_every_row_is_being_checked(
    world: World, speak: Callable[[], None]
) -> None:
    browser = at_the_checks(world)
    answer = browser.open(browser.at)
    assert words(answer).count("检查中") == 6
    assert "暂时无法查询" not in words(answer)
    assert f'href="{browser.at}">刷新' in page(answer)
    assert "保存，稍后继续" in words(answer)
    assert "重新检查" not in words(answer)
    speak()
    heard = browser.open(browser.at)
    assert "检查中" not in words(heard)
    assert "没有要处理的事项" in words(heard)
    assert 'hx-get="' not in page(heard)


def test_the_operator_is_asked_once_however_often_somebody_looks(
    world: World, speak: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    late = http._exchange

    def counted(base_url: str, method: str, path: str, **more: object) -> tuple[int, bytes]:
        asked.append(path)
        return late(base_url, method, path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(http, "_exchange", counted)
    browser = at_the_checks(world)
    for _ in range(3):
        browser.open(browser.at)
    speak()
    browser.open(browser.at)
    assert len([path for path in asked if path.startswith("/lines/")]) == 1


def test_a_page_with_scripts_looks_again_by_itself_for_a_while(
    world: World, speak: Callable[[], None]
) -> None:
    browser = at_the_checks(world)
    path = browser.at
    assert f'hx-get="{path}?looked=1"' in page(browser.open(path))
    for looked, more in ((1, True), (polling.LOOKS - 1, True), (polling.LOOKS, False)):
        part = browser.open(f"{path}?looked={looked}", **HTMX)
        assert "<html" not in page(part)
        assert ('hx-get="' in page(part)) is more
        assert "检查中" in words(part)
    speak()
    part = browser.open(f"{path}?looked=1", **HTMX)
    assert "检查中" not in words(part)
    assert 'hx-get="' not in page(part)


def test_a_second_look_shows_what_was_known_until_it_is_heard(
    world: World, speak: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as at_first:
        at_first.setattr(http, "_exchange", world.outside.exchange)
        browser = at_the_checks(world, ARREARS)
    world.outside.change(world.line(ARREARS), arrears_fen=0)
    world.clock.pass_(minutes=5)
    waiting = words(browser.send(browser.at))
    assert "下面是 2026年11月23日 12:00 的结果" in waiting
    assert "欠费 38.20 元" in waiting
    assert "待处理" not in waiting
    speak()
    heard = words(browser.open(browser.at))
    assert "欠费" not in heard
    assert "2026年11月23日 12:05" in heard


def test_a_second_look_at_one_obstacle_leads_to_the_list_meanwhile(
    world: World, speak: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as at_first:
        at_first.setattr(http, "_exchange", world.outside.exchange)
        browser = at_the_checks(world, ARREARS)
    checks = browser.at
    answer = browser.send(f"{checks}/ARREARS", again="1")
    assert browser.at == checks
    assert "检查中" in words(answer)


def test_an_operator_that_stays_silent_is_said_in_the_end(
    world: World, speak: Callable[[], None]
) -> None:
    browser = at_the_checks(world)
    world.outside.fault("operator", down=True)
    speak()
    answer = browser.open(browser.at)
    assert words(answer).count("暂时无法查询") >= 6
    assert "重新检查" in words(answer)


def test_an_answer_nobody_comes_back_for_is_forgotten(
    world: World, speak: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_the_checks(world)
    case = Case.objects.get()
    assert checking.is_asking(case)
    monkeypatch.setattr(asking, "KEPT_S", -1.0)
    assert not checking.is_asking(case)


def at_the_last_page(world: World) -> tuple[Browser, dict[str, str]]:
    """Return the holder of a line at S16, and what its form carries."""
    case = world.ready()
    browser = Browser(world).sign_in()
    path = f"/case/{case.pk}/check"
    shown = page(browser.open(path))
    fields = re.findall(r'type="hidden" name="(seen|was)" value="([^"]*)"', shown)
    return browser, {name: unescape(value) for name, value in fields}


@pytest.mark.parametrize("changes", [False, True])
def test_the_last_page_keeps_what_was_declared_until_the_operator_is_heard(
    world: World, monkeypatch: pytest.MonkeyPatch, changes: bool
) -> None:
    browser, carried = at_the_last_page(world)
    path = browser.at
    with silent(monkeypatch) as silence:
        speak = silence()
        if changes:
            world.outside.change(world.line(), cash_fen=9640)
        waiting = browser.send(path, **carried, declared="on")
        assert waiting.status_code == 200
        assert "尚未提交：正在向运营商系统核对" in words(waiting)
        assert 'name="declared" id="id_declared" checked' in page(waiting)
        assert f'name="seen" value="{escape(carried["seen"])}"' in page(waiting)
        assert Case.objects.get().submitted_at is None
        speak()
        answer = browser.send(path, **carried, declared="on")
    assert ("有变化" in words(answer)) is changes
    assert (Case.objects.get().submitted_at is None) is changes


def test_nobody_is_asked_about_twice_while_others_are_still_awaited(
    world: World, speak: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    case = drafting.open_case(
        subscriber=world.subscriber(FIRM_LINES[0]),
        scope=Scope.LINE,
        line_ids=[world.line(number).pk for number in FIRM_LINES],
        language="zh-hans",
        now=world.now,
    )
    lines: list[str] = []
    late = http._exchange

    def first_at_once(base_url: str, method: str, path: str, **more: object) -> tuple[int, bytes]:
        lines.append(path)
        ask = world.outside.exchange if len(lines) == 1 else late
        return ask(base_url, method, path, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(http, "_exchange", first_at_once)
    monkeypatch.setattr(asking, "PATIENCE_S", 0.5)
    assert checking.look(case_id=case.pk, now=world.now).pending
    assert checking.look(case_id=case.pk, now=world.now).pending
    speak()
    assert not checking.look(case_id=case.pk, now=world.now).pending
    assert len([path for path in lines if path.startswith("/lines/")]) == len(FIRM_LINES)
