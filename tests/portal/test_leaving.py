"""S8 and S8b: the way through the optional pages, and what a stranger gets of them."""

import io
import re

import pytest
import pyzipper

from tests.portal.browser import Browser, page, words
from tests.stories import EMPTY, STOPPED, World
from xiaohu.closures import checking
from xiaohu.closures.models import Case
from xiaohu.core.exports import DOWNLOADS
from xiaohu.core.steps import Scope
from xiaohu.exports import making

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


PHRASE = re.compile(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}")


def proved(world: World) -> Browser:
    """Return a browser whose holder proved the line, at the page of copies."""
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.prove()
    browser.open(f"{browser.home}/export")
    return browser


def test_a_copy_is_asked_for_made_and_fetched(world: World) -> None:
    browser = proved(world)
    sent = {"choice": ["bills", "contract"], "months": ["2026-11"]}
    browser.client.post(browser.at, sent)
    assert "已完成 0 项，共 2 项" in words(browser.open(browser.at))
    while making.make_one(now=world.now):
        pass
    assert f'href="{browser.home}/export.zip"' not in page(browser.open(browser.at))
    shown = page(browser.client.post(browser.at, {"unlock": "1"}))
    phrase = PHRASE.search(shown)
    assert phrase is not None
    assert f'href="{browser.home}/export.zip"' in shown
    again = page(browser.open(browser.at))
    assert phrase.group() not in again, "it is shown once"
    assert f'href="{browser.home}/export.zip"' in again
    browser.client.head(f"{browser.home}/export.zip")  # counts for nothing
    for _ in range(DOWNLOADS):
        answer = browser.client.get(f"{browser.home}/export.zip")
        assert answer["Content-Type"] == "application/zip"
        assert answer["Cache-Control"] == "no-store"
        with pyzipper.AESZipFile(io.BytesIO(answer.getvalue())) as zipped:
            zipped.setpassword(phrase.group().encode())
            assert "index.html" in zipped.namelist()
            assert "账单" in zipped.read("index.html").decode()
    browser.open(f"{browser.home}/export.zip")
    assert browser.at == f"{browser.home}/export"
    assert "已下载 3 次" in words(browser.open(browser.at))
    stranger = Browser(world).sign_in(EMPTY)
    assert stranger.client.get(f"{browser.home}/export.zip").status_code == 404


def test_no_copy_is_offered_of_a_request_that_ended(world: World) -> None:
    browser = proved(world)
    browser.send(f"{browser.home}/withdraw")
    browser.open(f"{browser.home}/export")
    assert browser.at != f"{browser.home}/export"


def test_months_and_records_must_be_chosen(world: World) -> None:
    browser = proved(world)
    answer = browser.client.post(browser.at, {"choice": "calls"})
    assert answer.status_code == 422
    assert "请至少选择一个月份" in words(answer)
    answer = browser.client.post(browser.at, {"nothing": "1"})
    assert answer.status_code == 422
    assert "请至少选择一项内容" in words(answer)
    assert "请至少选择一个月份" in words(answer)  # both at once, not one after the other


def test_of_an_account_alone_what_we_hold_is_offered(world: World) -> None:
    case = world.ready(scope=Scope.ACCOUNT)
    browser = Browser(world).sign_in()
    shown = browser.open(f"/case/{case.pk}/export")
    assert "本服务保存的您和账户的信息" in words(shown)
    assert 'name="months"' not in page(shown)
    assert 'value="calls"' not in page(shown)
    assert browser.client.post(browser.at, {"nothing": "1"}).status_code == 422
    browser.client.post(browser.at, {"choice": "held"})
    while making.make_one(now=world.now):
        pass
    shown = browser.open(browser.at)
    assert "副本内容已取齐" in words(shown)
    assert "月份" not in words(shown)


def test_somebody_who_only_signed_in_proves_first(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    for name in ("export", "tidy"):
        browser.open(f"{browser.home}/{name}")
        assert browser.at == f"{browser.home}/verify"


def test_both_pages_are_passed_by_in_one_press(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.client.post(f"{browser.home}/verify", {"send": "nothing"})
    browser.prove()
    assert Case.objects.get().passed == ["export", "tidy", "reason"]


def test_what_is_chosen_is_cleared_and_said(world: World) -> None:
    browser = proved(world)
    browser.open(f"{browser.home}/tidy")
    assert "所选内容已清理" in words(browser.send(choice="payees"))
    assert 'value="payees"' not in page(browser.open(f"{browser.home}/tidy"))


def test_an_operator_that_does_not_answer_holds_nobody_up(world: World) -> None:
    browser = proved(world)
    world.outside.fault("operator", down=True)
    answer = browser.open(f"{browser.home}/tidy")
    assert answer.status_code == 200
    assert "跳过" in words(answer) or "继续" in words(answer)


def test_papers_nobody_has_looked_at_open_no_records_and_hold_nobody_up(world: World) -> None:
    case = world.draft(STOPPED)
    checking.run(case_id=case.pk, now=world.now)
    world.show_papers(case)
    browser = Browser(world).sign_in(STOPPED)
    browser.open(f"/case/{case.pk}/reason")
    browser.send(choice="not_said")
    assert browser.at in {f"{browser.home}/balance", f"{browser.home}/contact"}
    browser.open(f"{browser.home}/export")
    assert browser.at == f"{browser.home}/verify"


def test_a_script_asks_how_far_it_is_and_loads_the_page_once_it_is_there(world: World) -> None:
    browser = proved(world)
    browser.client.post(browser.at, {"choice": ["bills"], "months": ["2026-11"]})
    script = {"HX-Request": "true"}
    answer = browser.client.get(f"{browser.at}?looked=1", headers=script)
    assert "已完成 0 项，共 1 项" in words(answer)
    assert "looked=2" in page(answer)
    assert "<h1" not in page(answer)
    while making.make_one(now=world.now):
        pass
    assert browser.client.get(f"{browser.at}?looked=2", headers=script)["HX-Refresh"] == "true"
