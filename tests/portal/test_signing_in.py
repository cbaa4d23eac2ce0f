"""Signing in: three ways, one answer for whoever does not exist, and a way back."""

from datetime import timedelta

import pytest
from django.db.models import F

from tests.portal.browser import CONTACT, PASSWORD, Browser, give_password, page, still, words
from tests.stories import CLEAN, World
from xiaohu.access.models import SubscriberSession

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

NOBODY_S_NUMBER = "+8613000000099"


def wrong(code: str) -> str:
    """Return six digits that are not the code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_password_opens_the_page_that_was_asked_for(world: World) -> None:
    give_password(world)
    browser = Browser(world)
    browser.open("/cases")
    assert browser.at == "/sign-in?next=%2Fcases"
    answer = browser.send(username="demo00001", password=PASSWORD)
    assert (browser.at, answer.status_code) == ("/cases", 200)


def test_a_code_to_the_line_proves_that_line_only(world: World) -> None:
    browser = Browser(world).sign_in_by_code(CLEAN)
    assert browser.at == "/lines?scope=line"
    assert page(browser.open("/lines")).count('type="checkbox"') == 1


def test_a_reference_leads_to_its_one_case(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in_by_reference(case)
    assert browser.at == f"/case/{case.pk}"


def test_track_asks_for_the_reference(world: World) -> None:
    browser = Browser(world)
    assert "受理编号" in words(browser.open("/track"))
    assert browser.at.startswith("/sign-in?method=reference")


def test_an_unknown_user_reads_what_a_wrong_password_reads(world: World) -> None:
    give_password(world)
    known = Browser(world).send("/sign-in", username="demo00001", password="not this one")
    unknown = Browser(world).send("/sign-in", username="demo99999", password="not this one")
    assert known.status_code == unknown.status_code == 422
    assert still(known).replace("demo00001", "*") == still(unknown).replace("demo99999", "*")


def test_an_unknown_number_gets_the_pages_of_a_known_one(world: World) -> None:
    known, unknown = Browser(world), Browser(world)
    for step in ("number", "wrong code", "another at once"):
        answers = []
        for browser, number in ((known, CLEAN), (unknown, NOBODY_S_NUMBER)):
            if step == "wrong code":
                answer = browser.send(code="000000")
            else:
                answer = browser.send("/sign-in?method=code", number=number)
            body = still(answer).replace(number, "*").replace(number[3:], "*")
            answers.append((answer.status_code, browser.at, body.replace(number[-4:], "*")))
        assert answers[0] == answers[1], step
    world.send_notices()
    assert world.outside.inbox(NOBODY_S_NUMBER) == []


@pytest.mark.parametrize(
    ("first", "then"), [("{}", "{}"), ("{}", " {} "), ("{}", "lower"), ("{}", "no hyphens")]
)
def test_an_unknown_reference_gets_the_pages_of_a_known_one(
    world: World, first: str, then: str
) -> None:
    case = world.submitted()
    last = case.reference[-1]
    none_s = case.reference[:-1] + ("3" if last != "3" else "4")
    outcomes = []
    for reference in (case.reference, none_s):
        browser = Browser(world)
        again = {
            "lower": reference.lower(),
            "no hyphens": reference.replace("-", ""),
        }.get(then, then.format(reference))
        seen = []
        for typed in (reference, again):
            answer = browser.send("/sign-in?method=reference", reference=typed)
            body = still(answer)
            for shape in (typed, typed.upper(), reference):
                body = body.replace(shape, "*")
            seen.append((answer.status_code, browser.at, body))
        outcomes.append(seen)
    assert outcomes[0] == outcomes[1]


def test_a_wrong_code_says_how_many_tries_are_left(world: World) -> None:
    browser = Browser(world)
    browser.send("/sign-in?method=code", number=CLEAN)
    answer = browser.send(code=wrong(browser.code(CLEAN)))
    assert answer.status_code == 422
    assert "还可重试 4 次" in words(answer)


def test_a_code_expires_after_ten_minutes(world: World) -> None:
    browser = Browser(world)
    browser.send("/sign-in?method=code", number=CLEAN)
    code = browser.code(CLEAN)
    world.clock.pass_(minutes=10, seconds=1)
    assert "验证码已过期" in words(browser.send(code=code))


def test_five_wrong_codes_lock_even_the_right_one(world: World) -> None:
    browser = Browser(world)
    browser.send("/sign-in?method=code", number=CLEAN)
    code = browser.code(CLEAN)
    for _ in range(5):
        answer = browser.send(code=wrong(code))
    assert "错误次数过多" in words(answer)
    locked = words(browser.send(code=code))
    assert "错误次数过多" in locked
    assert "这个验证码已失效" in locked
    assert "验证码已发送到" not in locked


def test_a_second_code_within_a_minute_is_not_sent(world: World) -> None:
    browser = Browser(world)
    browser.send("/sign-in?method=code", number=CLEAN)
    answer = browser.send("/sign-in?method=code", number=CLEAN)
    assert answer.status_code == 429
    assert "发送太频繁，请 1 分钟后再试" in words(answer).replace("60 秒", "1 分钟")


def test_too_many_passwords_ask_to_wait(world: World) -> None:
    give_password(world)
    browser = Browser(world)
    for _ in range(5):
        browser.send("/sign-in", username="demo00001", password="not this one")
    answer = browser.send("/sign-in", username="demo00001", password=PASSWORD)
    assert answer.status_code == 429
    assert "分钟后再试" in words(answer)


@pytest.mark.parametrize("typed", ["１２３４５６", " 123 456 ", "12345", "abcdef", "1" * 201, ""])
def test_a_code_is_read_as_people_type_it(world: World, typed: str) -> None:
    browser = Browser(world)
    browser.send("/sign-in?method=code", number=CLEAN)
    said = words(browser.send(code=typed))
    digits = "".join(str(int(c)) for c in typed if c.isdecimal())
    assert ("验证码错误" in said) == (digits == "123456")


def test_a_code_box_without_a_code_leads_back_to_sign_in(world: World) -> None:
    browser = Browser(world)
    browser.open("/sign-in/code")
    assert browser.at == "/sign-in"


def test_a_code_for_a_proof_signs_nobody_in(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.send(f"{browser.home}/verify", send="code")
    assert browser.at.endswith("/verify/code")
    code = browser.code(CLEAN)
    browser.send("/sign-in/code", code=code)
    assert browser.at == "/sign-in"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//e"],
)
def test_next_stays_on_this_site(world: World, elsewhere: str) -> None:
    give_password(world)
    answer = Browser(world).client.post(
        f"/sign-in?next={elsewhere}", {"username": "demo00001", "password": PASSWORD}
    )
    assert answer["Location"] == "/scope"


def test_after_twenty_idle_minutes_the_answers_are_kept(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    here = browser.at
    SubscriberSession.objects.update(seen_at=F("seen_at") - timedelta(minutes=20, seconds=1))
    said = words(browser.open(here))
    assert browser.at.startswith("/sign-in?next=")
    assert "填过的内容都还在" in said
    browser.send(username="demo00001", password=PASSWORD)
    assert browser.at == here


def test_a_page_that_refreshes_itself_leaves_when_the_session_is_over(world: World) -> None:
    case = world.submitted()
    answer = Browser(world).client.get(f"/case/{case.pk}", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"].startswith("/sign-in?next=")
    assert answer.content == b""


def test_signing_out_ends_the_session(world: World) -> None:
    browser = Browser(world).sign_in()
    answer = browser.send("/sign-out")
    assert browser.at == "/"
    assert "已退出登录。" in words(answer)
    assert "已退出登录。" not in words(browser.open("/"))
    browser.open("/cases")
    assert browser.at.startswith("/sign-in")


def test_a_case_code_reaches_only_a_confirmed_contact(world: World) -> None:
    case = world.draft()
    Browser(world).send("/sign-in?method=reference", reference=case.reference)
    world.send_notices()
    assert world.outside.inbox(CONTACT) == []
