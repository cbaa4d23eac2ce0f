"""The subscriber's way from the first page to the receipt, and every turn on it."""

import re

import pytest
from django.contrib.auth.hashers import check_password

from tests.portal.browser import CONTACT, PASSWORD, Browser, page, switch, words
from tests.stories import ARREARS, CLEAN, CONTRACT, EMPTY, LARGE, STOPPED, World
from xiaohu.access.models import SubscriberAccount
from xiaohu.closures import checking, drafting
from xiaohu.closures.models import Case
from xiaohu.gateways import http

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def answered(world: World, number: str = CLEAN) -> Browser:
    """Return a browser at the last page before submitting."""
    browser = Browser(world).sign_in(number)
    browser.choose_line(number)
    browser.prove(number)
    browser.send(choice="original")
    browser.confirm_contact()
    browser.send()
    assert browser.at == f"{browser.home}/check"
    return browser


def test_a_clean_line_is_closed_page_by_page(world: World) -> None:
    browser = Browser(world)
    assert 'href="/start"' in page(browser.open("/"))
    browser.sign_in()
    assert 'href="/settings"' in page(browser.open("/start"))
    browser.choose_line()
    home = browser.home
    visited = [browser.at]
    assert f'href="{home}/verify"' in page(browser.open(browser.at))
    browser.prove()
    visited.append(browser.at)
    browser.send(choice="original")
    visited.append(browser.at)
    browser.confirm_contact()
    visited.append(browser.at)
    browser.send()
    visited.append(browser.at)
    done = browser.send(declared="on")
    visited.append(browser.at)
    pages = ("checks", "balance", "contact", "effects", "check", "submitted")
    assert visited == [f"{home}/{name}" for name in pages]
    case = Case.objects.get()
    assert case.reference in words(done)
    assert case.state == "scheduled"
    world.work()
    assert any(case.reference in text for text in world.outside.inbox(CONTACT))


def test_pages_in_english_speak_english(world: World) -> None:
    browser = Browser(world)
    switch(browser.client, "language", "en", back="/")
    browser.sign_in()
    said = words(browser.choose_line())
    assert "Checks before closing" in said
    assert Case.objects.get().language == "en"


def test_the_money_can_go_to_the_holder_s_bank_account(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.prove()
    browser.send(choice="bank_account")
    assert browser.at == f"{browser.home}/balance/account"
    wrong = browser.send(bank="", account="1234")
    assert wrong.status_code == 422
    assert "请输入 12 至 19 位卡号" in words(wrong)
    browser.send(bank="示例银行", account="6222 0000 0005 1234", agreed="on")
    assert browser.at == f"{browser.home}/contact"
    again = words(browser.open(f"{browser.home}/balance/account"))
    assert "示例银行 ****1234" in again
    assert "银行卡号" not in again
    browser.send(keep="1")
    assert browser.at == f"{browser.home}/contact"
    assert "银行卡号" in words(browser.open(f"{browser.home}/balance/account?change=1"))
    browser.open(f"{browser.home}/contact")
    browser.confirm_contact()
    browser.send()
    review = browser.open(browser.at)
    assert "****1234" in words(review)
    assert "622200000000" not in page(review)
    browser.send(declared="on")
    assert Case.objects.get().state == "in_review"


def test_a_mistyped_card_is_doubted_once(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.prove()
    browser.send(choice="bank_account")
    doubted = browser.send(bank="示例银行", account="6222000000051235", agreed="on")
    assert doubted.status_code == 422
    assert "请核对后再继续" in words(doubted)
    other = browser.send(
        bank="示例银行", account="6222000000051236", agreed="on", doubted="6222000000051235"
    )
    assert other.status_code == 422
    browser.send(
        bank="示例银行", account="6222000000051236", agreed="on", doubted="6222000000051236"
    )
    assert browser.at == f"{browser.home}/contact"


def test_somebody_who_asks_for_the_holder_says_who_both_are(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.send(f"{browser.home}/who", kind="proxy")
    assert browser.at == f"{browser.home}/who/proxy"
    empty = browser.send(document_kind="passport")
    assert empty.status_code == 422
    for asked in ("请填写姓名", "请填写证件号码", "请输入机主姓名或单位名称", "请输入机主证件号码"):
        assert asked in words(empty)
    mine = {"name": "李示例", "document_kind": "passport", "document_number": "E00000001"}
    assert "请输入机主证件号码" in words(browser.send(**mine, holder_name="不是机主"))
    browser.send(**mine, holder_name="不是机主", holder_document="E00000009")
    assert browser.at == f"{browser.home}/checks"
    said = page(browser.open(f"{browser.home}/who/proxy"))
    assert "不是机主" in said
    assert "不符" not in said


def test_arrears_are_shown_and_settled(world: World) -> None:
    browser = Browser(world).sign_in(ARREARS)
    checks = browser.choose_line(ARREARS)
    assert "38.20 元" in words(checks)
    assert "还有 1 项需要您处理" in words(checks)
    assert "verify" not in page(checks).split("<main")[1].split("</main")[0]
    one = browser.open(f"{browser.home}/checks/ARREARS")
    assert page(one).count('type="radio"') == 2
    assert browser.send().status_code == 200
    assert browser.send(choice="nonsense").status_code == 422
    assert browser.send(choice="pay").status_code == 422
    assert "还有 1 项需要您处理" in words(browser.open(f"{browser.home}/checks"))
    world.outside.change(world.line(ARREARS), arrears_fen=0)
    assert "没有要处理的事项" in words(browser.send())


@pytest.mark.parametrize(
    ("number", "code", "choice"),
    [(ARREARS, "ARREARS", "close_with_debt"), (CONTRACT, "CONTRACT_TERM", "pay_exit_fee")],
)
def test_a_choice_settles_a_finding(world: World, number: str, code: str, choice: str) -> None:
    browser = Browser(world).sign_in(number)
    browser.choose_line(number)
    browser.open(f"{browser.home}/checks/{code}")
    assert "没有要处理的事项" in words(browser.send(choice=choice))
    assert " checked" in page(browser.open(f"{browser.home}/checks/{code}"))


def test_a_finding_that_is_not_there_leads_back_to_the_list(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.open(f"{browser.home}/checks/ARREARS")
    assert browser.at == f"{browser.home}/checks"
    assert browser.open(f"{browser.home}/checks/NONSENSE").status_code == 404


def test_the_account_alone_needs_no_line(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.open("/scope")
    browser.send(choice="account")
    assert browser.at == f"{browser.home}/checks"
    browser.prove()
    browser.confirm_contact()
    assert browser.at == f"{browser.home}/effects"
    assert "停机" not in words(browser.open(browser.at))
    browser.send()
    done = browser.send(declared="on")
    assert browser.at == f"{browser.home}/submitted"
    assert done.status_code == 200


def test_both_end_together(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line(scope="both")
    assert Case.objects.get().scope == "both"


def test_an_empty_line_is_not_asked_where_the_money_goes(world: World) -> None:
    browser = Browser(world).sign_in(EMPTY)
    browser.choose_line(EMPTY)
    for way in ("", "/account", "/account?to=wallet"):
        browser.open(f"{browser.home}/balance{way}")
        assert "/balance" not in browser.at


def test_a_stopped_line_is_offered_no_text(world: World) -> None:
    browser = Browser(world).sign_in(STOPPED)
    browser.choose_line(STOPPED)
    said = page(browser.open(f"{browser.home}/verify"))
    assert 'name="tail"' in said
    assert 'value="code"' not in said


def test_a_code_to_the_line_proves_too(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.send(f"{browser.home}/verify", send="code")
    browser.send(code=browser.code(CLEAN))
    browser.pass_by()
    assert browser.at == f"{browser.home}/balance"
    assert "身份已验证" in words(browser.open(f"{browser.home}/verify"))


def test_a_wrong_card_says_how_many_tries_are_left(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.open(f"{browser.home}/verify")
    for typed in ("XXXX", "12", "123x"):
        answer = browser.send(tail=typed)
        assert answer.status_code == 422
        assert "0–9 和 A–F" in words(answer)
    answer = browser.send(tail="ＦＦＦf")
    assert answer.status_code == 422
    assert "今天还可重试 4 次" in words(answer)


def test_a_second_request_leads_to_the_one_that_is_open(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    first = browser.home
    browser.choose_line()
    assert browser.home == first
    assert Case.objects.count() == 1


def test_a_second_account_request_leads_to_the_one_that_is_open(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.open("/scope")
    browser.send(choice="account")
    first = browser.home
    browser.send("/scope", choice="account")
    assert Case.objects.count() == 1
    assert browser.home == first


def test_pressing_submit_twice_gives_one_case(world: World) -> None:
    browser = answered(world)
    path = browser.at
    browser.send(declared="on")
    here = browser.at
    browser.send(path, declared="on")
    assert browser.at == here
    assert Case.objects.count() == 1
    world.work()
    assert sum("已受理" in text for text in world.outside.inbox(CONTACT)) == 1


def test_the_box_must_be_ticked(world: World) -> None:
    browser = answered(world)
    answer = browser.client.post(browser.at, {"nothing": "1"})
    assert answer.status_code == 422
    assert "请勾选确认后再提交" in words(answer)
    assert Case.objects.get().state == "draft"


def test_stale_checks_are_said_and_nothing_is_lost(world: World) -> None:
    browser = answered(world)
    before = Case.objects.values("closings__choices", "refund_route", "contact_confirmed").get()
    world.clock.pass_(minutes=31)
    world.outside.fault("operator", down=True)
    answer = browser.send(declared="on")
    world.outside.fault("operator")
    assert "已超过 30 分钟" in words(answer)
    assert "已填内容都还在" in words(answer)
    assert (
        Case.objects.values("closings__choices", "refund_route", "contact_confirmed").get()
        == before
    )
    assert Case.objects.get().state == "draft"
    browser.send(f"{browser.home}/checks")
    browser.open(f"{browser.home}/check")
    browser.send(declared="on")
    assert browser.at == f"{browser.home}/submitted"


@pytest.mark.parametrize("typed", [CLEAN, "130 0000 0001", "nonsense", ""])
def test_the_contact_must_outlive_the_line(world: World, typed: str) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.prove()
    browser.send(choice="original")
    answer = browser.send(to=typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in page(answer)


def test_an_operator_that_does_not_answer_loses_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(world).sign_in()
    with monkeypatch.context() as down:
        down.setattr(http, "_exchange", lambda *_, **__: (0, b""))
        answer = browser.choose_line()
        assert answer.status_code == 200
        assert "内容都还在" in words(answer)
    assert "没有要处理的事项" in words(browser.send())
    assert Case.objects.count() == 1


def test_a_large_refund_is_reviewed(world: World) -> None:
    browser = Browser(world).sign_in(LARGE)
    browser.choose_line(LARGE)
    browser.send(f"{browser.home}/checks/UNBILLED_USAGE", choice="wait_for_bill")
    browser.prove(LARGE)
    browser.show_papers()
    browser.send(choice="original")
    browser.confirm_contact()
    browser.send()
    said = words(browser.send(declared="on"))
    assert browser.at == f"{browser.home}/submitted"
    assert "审核" in said
    assert Case.objects.get().review_reasons == ["refund_above_limit"]


def test_a_password_can_be_changed_in_the_settings(world: World) -> None:
    browser = Browser(world).sign_in()
    new = "another long password"
    assert browser.send("/settings/security", old=PASSWORD, password="short").status_code == 422
    assert browser.send("/settings/security", password=new).status_code == 422
    wrong = browser.send("/settings/security", old="not this one", password=new)
    assert "现在的密码不正确" in words(wrong)
    account = SubscriberAccount.objects.get(holder_id=world.line().holder_id)
    assert not check_password(new, account.password)
    assert "密码已" in words(browser.send("/settings/security", old=PASSWORD, password=new))
    account.refresh_from_db()
    assert check_password(new, account.password)


def test_guessing_the_password_in_use_is_stopped(world: World) -> None:
    browser = Browser(world).sign_in()
    new = "another long password"
    for _ in range(5):
        browser.send("/settings/security", old="not this one", password=new)
    said = words(browser.send("/settings/security", old=PASSWORD, password=new))
    assert "代码 TOO_MANY_TRIES" in said
    world.clock.pass_(minutes=16)
    assert "密码已" in words(browser.send("/settings/security", old=PASSWORD, password=new))


def test_somebody_without_lines_left_is_told_kindly(world: World) -> None:
    browser = Browser(world).sign_in()
    world.close()
    said = words(browser.open("/settings"))
    assert "已经没有在用的号码" in said
    assert "没有找到" not in said


def test_no_day_is_promised_before_the_way_of_the_money_is_known(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    said = words(browser.open(f"{browser.home}/balance"))
    assert "预计可退 126.40 元，以最终出账金额为准。" in said
    assert not re.search(r"\d月\d+日", said)


def test_a_contact_is_shown_again_as_people_at_home_write_it(world: World) -> None:
    case = world.draft()
    drafting.set_contact(case_id=case.pk, to="13900000001")
    shown = page(Browser(world).sign_in().open(f"/case/{case.pk}/contact"))
    assert 'value="13900000001"' in shown


def test_a_way_of_the_money_that_people_look_at_first_says_so_before_it_is_chosen(
    world: World,
) -> None:
    first = "选这种方式要先由人工审核，一般 3 个工作日。"
    for number, named in ((CLEAN, 2), (LARGE, 0)):  # a large refund is looked at in any case
        case = world.draft(number)
        checking.run(case_id=case.pk, now=world.now)
        browser = Browser(world).sign_in(number)
        assert words(browser.open(f"/case/{case.pk}/balance")).count(first) == named
