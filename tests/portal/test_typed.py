"""A session that ends while somebody types costs them nothing: the page comes back as it was."""

from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.desk import officers
from tests.desk.officers import waiting
from tests.portal.browser import Browser, page, switch, words
from tests.stories import LARGE, World
from xiaohu.access.models import SubscriberSession
from xiaohu.closures.models import Case
from xiaohu.ui.typed import COOKIE, LONGEST_COOKIE

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

TYPED = {"bank": "示例银行", "account": "6222 0000 0005 1234", "agreed": "on"}


def at_the_account(world: World) -> Browser:
    """Return somebody who is about to give a bank account."""
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.prove()
    browser.open(f"{browser.home}/balance/account")
    return browser


def sent_too_late(world: World) -> tuple[Browser, str]:
    """Return somebody whose session ended before the account was sent, and the case's address."""
    browser = at_the_account(world)
    home = browser.home
    SubscriberSession.objects.all().delete()
    browser.send(**TYPED)
    assert browser.at.startswith("/sign-in")
    return browser, home


def test_after_signing_in_the_same_page_shows_the_same_words(world: World) -> None:
    browser, home = sent_too_late(world)
    account = f"{home}/balance/account"
    browser.sign_in()
    text = page(browser.open(account))
    assert all(f'value="{TYPED[name]}"' in text for name in ("bank", "account"))


def test_nothing_is_done_until_it_is_sent_again(world: World) -> None:
    browser, home = sent_too_late(world)
    account = f"{home}/balance/account"
    browser.sign_in()
    browser.open(account)
    assert browser.at == account
    browser.send(**TYPED)
    assert browser.at != account
    assert 'value="示例银行"' not in page(browser.open(account))


def test_the_browser_holds_it_sealed_and_for_that_page_only(world: World) -> None:
    browser, home = sent_too_late(world)
    cookie = browser.client.cookies[COOKIE]
    assert cookie["path"] == f"{home}/balance/account"
    assert cookie["httponly"]
    assert "6222" not in cookie.value
    browser.sign_in()
    assert "示例银行" not in page(browser.open(f"{home}/contact"))


def test_what_is_broken_is_as_if_it_were_not_there(world: World) -> None:
    browser = at_the_account(world)
    for broken in ("", "x", "AQEA", "A" * 200):
        browser.client.cookies[COOKIE] = broken
        answer = browser.open(browser.at)
        assert answer.status_code == 200


def test_what_no_cookie_can_hold_is_not_kept(world: World) -> None:
    browser = at_the_account(world)
    SubscriberSession.objects.all().delete()
    # Digits without a pattern, since what repeats is pressed together.
    long = "".join(f"{n * n * 7919:x}" for n in range(LONGEST_COOKIE))
    browser.send(bank=long, account="1")
    assert COOKIE not in browser.client.cookies


def test_secrets_are_never_kept(world: World) -> None:
    browser = at_the_account(world)
    SubscriberSession.objects.all().delete()
    browser.send(f"{browser.home}/verify", tail="0000")
    assert COOKIE not in browser.client.cookies


def test_an_officer_loses_nothing_either(world: World) -> None:
    case = world.submitted(LARGE)
    desk = officers.officer(world).sign_in()
    path = f"/desk/case/{case.reference}/decide"
    desk.client.cookies.pop("xh_staff")
    desk.client.post(path, {"outcome": "return", "reasons": ["unclear"]})
    assert desk.client.cookies[COOKIE]["path"] == path


@pytest.mark.parametrize("choice", [{"language": "en"}, {"size": "elder"}])
def test_another_language_or_size_takes_along_what_was_not_sent(
    world: World, choice: dict[str, str]
) -> None:
    browser = at_the_account(world)
    account = browser.at
    ((what, to),) = choice.items()
    switch(browser.client, what, to, back=f"{account}?x=1", **TYPED)
    answer = browser.open(account)
    assert answer.status_code == 200
    assert all(f'value="{TYPED[name]}"' in page(answer) for name in ("bank", "account"))
    assert 'id="id_agreed" checked' in page(answer)
    assert 'role="alert"' not in page(answer)
    assert not Case.objects.get().payee_index
    browser.send(account, bank="", account="")
    assert COOKIE not in {name for name, one in browser.client.cookies.items() if one.value}


def test_a_secret_is_not_taken_along(world: World) -> None:
    browser = at_the_account(world)
    switch(browser.client, "language", "en", back=browser.at, password="hush hush")
    switch(browser.client, "language", "en", back="//example.com/x", bank="x")
    assert "hush" not in page(browser.open(browser.at))


def test_an_officer_s_ticks_and_notes_are_taken_along(world: World) -> None:
    case = waiting(world)
    desk = officers.officer(world).sign_in()
    desk.send("/")
    path = f"/desk/case/{case.reference}/decide"
    switch(
        desk.client,
        "language",
        "en",
        back=f"{path}?outcome=return",
        outcome="return",
        reasons=["payee_unclear"],
        note="户名看不清",
    )
    answer = desk.open(f"/case/{case.reference}/decide?outcome=return")
    assert answer.status_code == 200
    assert "户名看不清" in page(answer)
    assert 'value="payee_unclear"' in page(answer)
    assert page(answer).count(" checked") == 1


def test_what_is_too_long_to_be_taken_along_stays_where_it_is(world: World) -> None:
    browser = Browser(world).sign_in()
    numbers = "\n".join(f"139{n * 7919 % 10**8:08}" for n in range(1500))
    answer = switch(browser.client, "language", "en", back="/lines/upload", numbers=numbers)
    assert answer.status_code == 413
    assert "内容较多" in words(answer)
    assert "xh_lang" not in answer.cookies


def too_old(client: Client, path: str, **typed: str | list[str]) -> HttpResponse:
    """Send a form of our own with a token that no longer counts."""
    return cast(HttpResponse, client.post(path, typed, headers={"origin": "http://testserver"}))


def test_a_page_open_too_long_comes_back_with_what_was_typed(world: World) -> None:
    browser = at_the_account(world)
    account = browser.at
    browser.client.handler.enforce_csrf_checks = True
    answer = too_old(browser.client, f"{account}?x=1", csrfmiddlewaretoken="x" * 64, **TYPED)
    assert answer.status_code == 403
    assert "没有提交" in words(answer)
    assert f'href="{account}?x=1"' in page(answer)
    assert not Case.objects.get().payee_index
    again = browser.open(account)
    assert all(f'value="{TYPED[name]}"' in page(again) for name in ("bank", "account"))
    assert 'role="alert"' not in page(again)


def test_neither_a_secret_nor_a_file_comes_back(world: World) -> None:
    browser = at_the_account(world)
    browser.client.handler.enforce_csrf_checks = True
    for path, secret in (
        (f"{browser.home}/verify", {"tail": "0000"}),
        (f"{browser.home}/documents", {"file": "id.jpg"}),
    ):
        answer = too_old(browser.client, path, **secret)
        assert "重新打开页面再试" in words(answer)
        assert COOKIE not in browser.client.cookies


@pytest.mark.parametrize("origin", [{"origin": "https://evil.example"}, {"origin": "null"}, {}])
def test_what_another_site_sends_is_never_offered(world: World, origin: dict[str, str]) -> None:
    browser = at_the_account(world)
    browser.client.handler.enforce_csrf_checks = True
    answer = browser.client.post(browser.at, TYPED, headers=origin)
    assert answer.status_code == 403
    assert COOKIE not in browser.client.cookies


def test_an_officer_s_page_open_too_long_comes_back_too(world: World) -> None:
    case = waiting(world)
    desk = officers.officer(world).sign_in()
    desk.send("/")
    desk.client.handler.enforce_csrf_checks = True
    path = f"/desk/case/{case.reference}/decide"
    said: dict[str, str | list[str]] = {
        "outcome": "return",
        "reasons": ["payee_unclear"],
        "note": "户名看不清",
    }
    assert too_old(desk.client, f"{path}?outcome=approve", **said).status_code == 403
    assert "户名看不清</textarea>" in page(desk.open(f"/case/{case.reference}/decide"))
    other = desk.open(f"/case/{case.reference}/decide?outcome=refuse")
    assert "确认不予办理" in page(other)
    note = too_old(desk.client, f"/desk/case/{case.reference}", note="已电话核对", write="1")
    assert note.status_code == 403
    assert "已电话核对</textarea>" in page(desk.open(f"/case/{case.reference}"))
