"""What every page has in common: language, headers, no inline code, and pages for bad days."""

import re
from collections.abc import Callable

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tests.portal.browser import Browser, facts, page, switch, words
from tests.stories import World
from xiaohu.ui import views

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
OPEN = (
    "/",
    "/sign-in",
    "/sign-in?method=code",
    "/sign-in?method=reference",
    "/verify",
    "/desk/sign-in",
)
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)")


def seen(world: World) -> list[tuple[str, str]]:
    """Return every page of a journey, as text."""
    stranger, browser = Browser(world), Browser(world).sign_in()
    found = [(path, page(stranger.open(path))) for path in (*OPEN, "/verify/C7K3", "/nowhere")]
    browser.choose_line()
    home = browser.home
    names = ("checks", "verify", "balance", "balance/account", "contact", "effects", "check")
    paths = [f"{home}/{name}" for name in names]
    found += [(path, page(browser.open(path))) for path in ("/scope", "/lines", *paths)]
    browser.prove()
    browser.send(choice="original")
    browser.confirm_contact()
    browser.send()
    found.append((browser.at, page(browser.open(browser.at))))
    found.append(("submitted", page(browser.send(declared="on"))))
    paths = [home, f"{home}/withdraw", "/cases", "/settings", "/settings/security"]
    return found + [(path, page(browser.open(path))) for path in paths]


@pytest.mark.parametrize(
    ("language", "lang", "said"),
    [("zh-hans", "zh-CN", "没有找到这个页面"), ("en", "en", "Page not found")],
)
def test_a_page_that_is_not_there_says_so(
    world: World, language: str, lang: str, said: str
) -> None:
    browser = Browser(world)
    switch(browser.client, "language", language, back="/")
    answer = browser.open("/nowhere")
    assert answer.status_code == 404
    assert f'<html lang="{lang}" ' in page(answer)
    assert said in words(answer)


def test_the_language_is_remembered(world: World) -> None:
    client = Client()
    answer = switch(client, "language", "en", back="/verify")
    assert answer["Location"] == "/verify"
    cookie = answer.cookies["xh_lang"]
    assert (cookie.value, cookie["httponly"], cookie["samesite"]) == ("en", True, "Lax")
    assert '<html lang="en" ' in page(client.get("/verify"))


@pytest.mark.parametrize("wanted", ["fr", "xx", "", "../en", "en\n"])
def test_a_language_we_do_not_speak_is_not_remembered(world: World, wanted: str) -> None:
    assert "xh_lang" not in switch(Client(), "language", wanted).cookies


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil", "x"])
def test_nobody_is_sent_elsewhere(world: World, elsewhere: str) -> None:
    answer = switch(Client(), "language", "en", back=elsewhere)
    assert answer["Location"] == "/"


def test_looking_is_not_enough_to_change_the_language(world: World) -> None:
    assert Client().get("/language?language=en").status_code == 405


def test_what_only_a_form_sends_says_where_to_go_on(world: World) -> None:
    answer = Client().get("/sign-out")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "这个地址不能直接打开" in words(answer)
    assert 'href="/"' in page(answer)


def test_machines_get_an_empty_answer_to_a_wrong_method(world: World) -> None:
    answer = Client().get("/callbacks/payout")
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize("path", [*OPEN, "/nowhere", "/cases", "/verify/C7K3"])
def test_every_answer_carries_the_policy(world: World, path: str) -> None:
    answer = Client().get(path)
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_no_page_carries_code_or_style_of_its_own(world: World) -> None:
    for path, text in seen(world):
        assert INLINE.search(text) is None, path
        assert '<html lang="zh-CN" ' in text, path
        assert text.count("<h1") == 1, path
        assert "{" not in re.sub(r"<meta[^>]*>", "", text), path


def test_no_page_names_the_person_in_full(world: World) -> None:
    row = facts(world)
    secrets = (row["number"], row["holder_name"], row["document_number"], row["iccid"])
    for path, text in seen(world):
        for secret in secrets:
            assert secret not in text, path


def test_a_fault_has_a_page_with_a_number_and_says_whom_to_call(world: World) -> None:
    Client().get("/")
    answer = views.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert re.search(r"问题编号 [0-9A-F]{8}", words(answer))
    assert "客服 10000（示例），每日 8:00–20:00" in words(answer)


def too_big(request: HttpRequest, _error: Exception) -> HttpResponse:
    """Answer a request that is larger than is read."""
    return views.bad_request(request, RequestDataTooBig())


@pytest.mark.parametrize(
    ("handler", "status", "said"),
    [
        (views.bad_request, 400, "无法处理这个请求 请返回上一页再试"),
        (too_big, 413, "发送的内容太大 这一次没有保存"),
        (views.forbidden, 403, "您不能查看这个页面 请用有权限的账号登录"),
    ],
)
def test_other_dead_ends_have_pages(
    world: World, handler: Callable[..., HttpResponse], status: int, said: str
) -> None:
    answer = handler(RequestFactory().get("/"), Exception())
    assert answer.status_code == status
    assert said in words(answer)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            "/desk/case/XH-2611-7K3M-9Q",
            "没有这个受理编号 请核对编号，或按号码、姓名查找。 返回我的工作 查找",
        ),
        ("/desk/nowhere", "没有找到这个页面 请核对地址，或从我的工作打开。 返回我的工作"),
        ("/nowhere", "没有找到这个页面 请核对地址，或从首页重新开始。 回到首页"),
    ],
)
def test_a_page_that_is_not_there_speaks_to_who_looks_for_it(
    world: World, path: str, said: str
) -> None:
    answer = views.not_found(RequestFactory().get(path), Exception())
    assert said in words(answer)
    assert "都还在" not in words(answer)


def test_what_was_saved_is_said_to_be_kept_where_something_was(world: World) -> None:
    browser = Browser(world).sign_in()
    assert "之前保存的内容都还在" in words(browser.open("/nowhere"))


def test_a_browser_that_keeps_no_cookies_is_told_so_instead_of_sent_round_in_circles(
    world: World,
) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in")
    browser.cookies.clear()
    answer = browser.post("/sign-in", {"username": "somebody", "password": "a password"})
    assert answer.status_code == 403
    assert "浏览器没有保存 Cookie" in words(answer)
    assert "允许本网站使用，或换一个浏览器。 再试一次" in words(answer)


def test_a_page_open_too_long_is_told_from_cookies_refused(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.get("/sign-in")
    answer = browser.post("/sign-in", {"csrfmiddlewaretoken": "x" * 64})
    assert answer.status_code == 403
    assert "页面打开太久了" in words(answer)
