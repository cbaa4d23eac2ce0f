"""S15 to S17: what closing means, the last look, and the receipt."""

from typing import Any

import pytest
from django.db import transaction
from django.utils.translation import gettext

from tests.closures.states import large
from tests.portal.browser import CONTACT, Answer, Browser, page, words
from tests.stories import LARGE, OPERATOR, World
from xiaohu.closures import checking, expecting, paying
from xiaohu.closures.models import Case
from xiaohu.core.calendar import day_of
from xiaohu.core.profile import RefundRoute
from xiaohu.core.retention import Category
from xiaohu.portal import looked_at
from xiaohu.portal.views import submitting as views
from xiaohu.ui.templatetags.words import day, moment
from xiaohu.vault import records, units

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def looking(world: World) -> tuple[Browser, dict[str, str]]:
    """Return a browser at the last page, and what its form carries."""
    case = world.ready()
    browser = Browser(world).sign_in()
    shown = page(browser.open(f"/case/{case.pk}/check"))
    seen, was = (
        shown.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("seen", "was")
    )
    return browser, {"declared": "on", "seen": seen, "was": was}


def rows(answer: Any) -> list[str]:
    """Return the rows of the last page, as they are written."""
    return page(answer).split("<dt>")[1:]


@pytest.mark.parametrize(
    ("contact", "row"),
    [
        ("+8613000000002", "绑定手机 130 **** 0002"),
        ("somebody@example.com", "登记邮箱 so***@example.com"),
        ("", ""),
    ],
)
def test_the_phone_registered_with_the_line_stands_among_the_answers(
    world: World, contact: str, row: str
) -> None:
    holder = units.holder(world.line().holder_id)
    with transaction.atomic():
        records.seal(
            operator=OPERATOR, unit=holder, category=Category.CONTACT, value={"to": contact}
        )
    case = world.ready()
    browser = Browser(world).sign_in()
    for path in (f"/case/{case.pk}/check", "/settings/security"):
        said = words(browser.open(path))
        assert row in said
        assert ("绑定手机" in said) is ("手机" in row)
        assert contact not in said or not contact
    code = Browser(world).sign_in_by_code()
    assert "绑定手机" not in words(code.open("/settings/security"))


def test_what_is_told_to_back_up_can_be_copied_from_there(world: World) -> None:
    case = world.ready()
    browser = Browser(world).sign_in()
    assert f'href="/case/{case.pk}/export"' in page(browser.open(f"/case/{case.pk}/effects"))
    assert "生成副本" in words(browser.open(f"/case/{case.pk}/export"))


def sent_after(world: World, **facts: int) -> tuple[Browser, Answer]:
    """Let facts change while somebody looks; return what they are told when they send it."""
    browser, form = looking(world)
    world.outside.change(world.line(), **facts)
    world.clock.pass_(minutes=31)
    answer = browser.send(**form)
    assert answer.status_code == 409
    return browser, answer


def test_old_checks_are_made_afresh_and_nothing_changed(world: World) -> None:
    browser, form = looking(world)
    world.clock.pass_(minutes=31)
    browser.send(**form)
    assert browser.at == f"{browser.home}/submitted"


def test_what_leaves_the_refund_as_it_was_is_named_and_marks_no_row(world: World) -> None:
    _, answer = sent_after(world, points=41)
    assert "积分" in words(answer)
    assert [row for row in rows(answer) if "有变化" in row] == []


def test_a_fact_that_changed_is_named_and_confirmed_again(world: World) -> None:
    browser, answer = sent_after(world, cash_fen=5000)
    assert "可退余额：原为 126.40 元，现为 50.00 元" in words(answer)
    altered = [row for row in rows(answer) if "有变化" in row]
    assert [row.partition("<")[0] for row in altered] == ["预计可退"]
    assert "原为" in altered[0]
    assert "126.40 元" in altered[0]
    assert Case.objects.get().state == "draft"
    seen = page(answer).partition('name="seen" value="')[2].partition('"')[0]
    browser.send(declared="on", seen=seen)
    assert browser.at == f"{browser.home}/submitted"


def test_an_amount_that_changed_a_minute_ago_is_confirmed_again_too(world: World) -> None:
    browser, form = looking(world)
    world.outside.change(world.line(), cash_fen=5000)
    answer = browser.send(**form)
    assert answer.status_code == 409
    assert "可退余额：原为 126.40 元，现为 50.00 元" in words(answer)
    assert Case.objects.get().state == "draft"


def test_an_answer_changed_in_another_tab_is_named_and_confirmed_again(world: World) -> None:
    browser, form = looking(world)
    case = Case.objects.get()
    paying.set_refund(case_id=case.pk, route=RefundRoute.COUNTER)
    answer = browser.send(f"/case/{case.pk}/check", **form)
    assert answer.status_code == 409
    assert "余额退还：已改为下面所示" in words(answer)
    assert ["余额退还" in row for row in rows(answer) if "有变化" in row] == [True]
    assert "余额退还 营业厅领取 有变化 原为 原路退回" in words(answer)
    assert "联系方式：" not in words(answer)
    assert Case.objects.get().state == "draft"
    seen = page(answer).partition('name="seen" value="')[2].partition('"')[0]
    browser.send(f"/case/{case.pk}/check", declared="on", seen=seen)
    assert browser.at == f"{browser.home}/submitted"


def test_what_a_form_carries_of_answers_names_nobody(world: World) -> None:
    _, form = looking(world)
    assert CONTACT not in form["seen"]
    assert "original" not in form["seen"]
    assert len(form["was"]) < looked_at.LONGEST


def test_what_a_row_was_is_told_to_its_own_request_only(world: World) -> None:
    browser, form = looking(world)
    case = Case.objects.get()
    paying.set_refund(case_id=case.pk, route=RefundRoute.COUNTER)
    for forged in ("", "x", form["was"][:-4], looked_at.carried(Case(), {"refund": "别处"})):
        answer = browser.send(f"/case/{case.pk}/check", **{**form, "was": forged})
        assert answer.status_code == 409
        assert "原为" not in "".join(rows(answer))


def test_an_operator_that_is_silent_for_a_moment_holds_nobody_up(world: World) -> None:
    browser, form = looking(world)
    world.outside.fault("operator", down=True)
    browser.send(**form)
    assert browser.at == f"{browser.home}/submitted"


def test_checks_made_in_another_tab_are_seen_too(world: World) -> None:
    browser, form = looking(world)
    world.outside.change(world.line(), points=99)
    checking.run(case_id=Case.objects.get().pk, now=world.now)
    assert "积分" in words(browser.send(**form))
    assert Case.objects.get().state == "draft"


def test_a_second_press_leads_to_the_same_receipt(world: World) -> None:
    browser, form = looking(world)
    for _ in range(2):
        said = words(browser.send(f"{browser.home}/check", **form))
        assert Case.objects.get().reference in said
    assert Case.objects.count() == 1


def test_the_last_digits_are_asked_only_where_nothing_can_be_taken_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, form = looking(world)
    assert 'name="tail"' not in page(browser.open(browser.at))
    monkeypatch.setattr(views, "_digits_asked", lambda _: "0001")
    wrong = browser.send(**form, tail="0002")
    assert wrong.status_code == 422
    assert "请输入所示号码的后四位" in words(wrong)
    browser.send(**form, tail="０００１")
    assert browser.at == f"{browser.home}/submitted"


def test_what_lapses_is_listed_with_its_amounts(world: World) -> None:
    world.outside.change(world.line(), gift_fen=5000, points=3200, coupons=2, esim=True)
    case = world.ready()
    said = words(Browser(world).sign_in().open(f"/case/{case.pk}/effects"))
    assert "将失效：3,200 积分、赠送话费 50.00 元、卡券等权益 2 项" in said
    assert "本次包含 eSIM" in said
    assert "一证通查" in said


def test_gift_credit_that_pays_the_last_bill_does_not_lapse(world: World) -> None:
    world.outside.change(world.line(), gift_fen=5000, points=0, unbilled_fen=640)
    case = world.ready()
    browser = Browser(world).sign_in()
    assert "赠送话费 43.60 元" in words(browser.open(f"/case/{case.pk}/balance"))
    assert "将失效：赠送话费 43.60 元" in words(browser.open(f"/case/{case.pk}/effects"))


def test_an_obstacle_found_at_the_last_press_is_led_to(world: World) -> None:
    browser, form = looking(world)
    world.outside.change(world.line(), arrears_fen=100)
    answer = browser.send(**form)
    assert answer.status_code == 409
    assert "有事项要先处理" in words(answer)
    assert f'<a href="{browser.home}/checks">' in page(answer)


def test_the_list_of_what_is_kept_can_be_opened(world: World) -> None:
    case = world.ready()
    browser = Browser(world).sign_in()
    shown = page(browser.open(f"/case/{case.pk}/effects"))
    path = f"/policies/{case.policy.version}"
    assert f'href="{path}#after"' in shown
    assert 'id="after"' in page(browser.open(path))


def test_the_receipt_says_that_a_message_did_not_arrive(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    assert gettext("track.lost") not in page(browser.open(f"/case/{case.pk}/submitted"))
    world.outside.fault("messages", refuse=[CONTACT])
    world.send_notices()
    assert gettext("track.lost") in page(browser.open(f"/case/{case.pk}/submitted"))


def test_a_request_people_decide_on_says_so_before_it_is_sent(world: World) -> None:
    case = large(world)
    browser = Browser(world).sign_in(LARGE)
    effects = words(browser.open(f"/case/{case.pk}/effects"))
    last = words(browser.open(f"/case/{case.pk}/check"))
    case = world.submit(case)
    assert case.decision_due_on is not None
    assert "这份申请需要人工审核，最迟" in effects
    assert "人工审核 最迟" in last
    for said in (effects, last):
        assert day(case.decision_due_on) in said
    begins = expecting.carried_out(case)
    assert begins is not None
    assert moment(begins.at) in last
    assert effects.count(moment(begins.at)) == 2  # when the line stops, and until when to back up


def test_a_request_nobody_decides_on_speaks_of_no_review(world: World) -> None:
    case = world.ready()
    browser = Browser(world).sign_in()
    for name in ("effects", "check"):
        assert "审核" not in words(browser.open(f"/case/{case.pk}/{name}"))


def test_the_steps_to_come_carry_days_and_the_money_a_sum(world: World) -> None:
    case = world.submitted()
    assert case.execute_at is not None
    browser = Browser(world).sign_in()
    for path in ("", "/submitted"):
        said = words(browser.open(f"/case/{case.pk}{path}"))
        assert f"号码销户，出具销户证明 预计 {day(day_of(case.execute_at))}" in said
        assert "预计可退 126.40 元" in said
