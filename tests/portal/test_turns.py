"""Returned, expired, refund back, refused: each page says why and leads on."""

import pypdfium2
import pytest

from tests.closures.states import case_in, photo_returned, refused, returned
from tests.portal.browser import Browser, page, words
from tests.stories import LARGE, World, closing_of
from xiaohu.closures.models import Case
from xiaohu.core.payouts import Returned
from xiaohu.core.payouts import returned as read
from xiaohu.core.review import ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.portal.shown import timeline

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_only_what_was_returned_is_asked_each_with_its_way(world: World) -> None:
    case = returned(world, ReturnReason.CONTACT_UNREACHABLE, ReturnReason.PAYEE_UNCLEAR)
    answer = Browser(world).sign_in().open(f"/case/{case.pk}/fix")
    assert "有 2 项需要您补充" in words(answer)
    listed = page(answer).split('<ul class="tasks">')[1].split("</ul>")[0]
    assert f"/case/{case.pk}/contact" in listed
    assert f"/case/{case.pk}/balance" in listed
    assert "重新验证身份" not in listed
    assert "2026年12月23日" in words(answer)


def test_what_was_put_right_is_marked(world: World) -> None:
    case = returned(world, ReturnReason.CONTACT_UNREACHABLE)
    browser = Browser(world).sign_in()
    assert "已补充" not in words(browser.open(f"/case/{case.pk}/fix"))
    Case.objects.filter(pk=case.pk).update(contact_confirmed=True)
    assert "已补充" in words(browser.open(f"/case/{case.pk}/fix"))


def test_a_way_of_the_money_that_was_unclear_is_asked_for_again(world: World) -> None:
    case = returned(world, ReturnReason.PAYEE_UNCLEAR)
    browser = Browser(world).sign_in()
    browser.open(f"/case/{case.pk}/check")
    assert browser.at == f"/case/{case.pk}/balance"
    browser.send(choice="original")
    assert browser.at == f"/case/{case.pk}/effects"
    assert "已补充" in words(browser.open(f"/case/{case.pk}/fix"))


def test_the_last_page_names_what_is_still_missing(world: World) -> None:
    case = photo_returned(world)
    browser = Browser(world).sign_in(LARGE)
    shown = page(browser.open(f"/case/{case.pk}/fix"))
    assert f'<a class="button" href="/case/{case.pk}/documents"' in shown
    asked = browser.open(f"/case/{case.pk}/documents")
    assert "证件照片不清楚，请重新拍照上传" in words(asked)
    leads_on = '<div class="actions"><a class="button"'
    assert leads_on not in page(asked)
    browser.send(f"/case/{case.pk}/effects")
    assert "还没有补充" in words(browser.open(f"/case/{case.pk}/check"))
    world.clock.pass_(minutes=1)
    browser.upload("holder_id")
    assert leads_on in page(browser.open(f"/case/{case.pk}/documents"))
    assert "还没有补充" not in words(browser.open(f"/case/{case.pk}/check"))
    shown = page(browser.open(f"/case/{case.pk}/fix"))
    assert f'<a class="button" href="/case/{case.pk}/check"' in shown


def test_what_was_submitted_again_is_named_so(world: World) -> None:
    case = returned(world)
    assert [action for action, _ in timeline(case)][-1] == "return"
    case = world.submit(case)
    told = [action for action, _ in timeline(case)]
    assert told == ["open", "send_to_review", "return", "resubmit"]
    answer = Browser(world).sign_in().open(f"/case/{case.pk}/receipt.pdf")
    said = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert "需要补充" in said
    assert "补正后重新提交" in said


def test_an_expired_request_starts_again_with_its_answers(world: World) -> None:
    case = case_in(world, CaseState.EXPIRED)
    browser = Browser(world).sign_in()
    assert "填过的内容会带过去" in words(browser.open(f"/case/{case.pk}/fix"))
    browser.send(f"/case/{case.pk}/again")
    made = Case.objects.exclude(pk=case.pk).get()
    assert browser.home == f"/case/{made.pk}"
    assert made.state == "draft"


def test_by_a_code_to_the_contact_one_signs_in_first(world: World) -> None:
    case = case_in(world, CaseState.WITHDRAWN)
    browser = Browser(world).sign_in_by_reference(case)
    browser.send(f"/case/{case.pk}/again")
    assert Case.objects.count() == 1
    assert browser.client.get(f"/case/{case.pk}/again").status_code == 405


def test_a_refund_that_came_back_says_why_and_how_much(world: World) -> None:
    case = case_in(world, CaseState.REFUND_ATTENTION)
    browser = Browser(world).sign_in_by_reference(case)
    said = words(browser.open(f"/case/{case.pk}/refund"))
    assert "退款未成功：收款账户已注销" in said
    assert "126.40 元" in said
    browser.send(f"/case/{case.pk}/refund", choice="original")
    assert "银行正在处理" in words(browser.open(f"/case/{case.pk}/refund"))
    world.work()
    said = words(browser.open(f"/case/{case.pk}/refund"))
    assert "退款已完成" in said
    assert "2026年12月3日" in said


def test_another_account_is_named_once_a_document_was_shown(world: World) -> None:
    case = case_in(world, CaseState.REFUND_ATTENTION)
    browser = Browser(world).sign_in_by_reference(case)
    path = f"/case/{case.pk}/refund"
    shown = page(browser.open(path))
    assert 'value="original"' in shown
    assert 'value="bank_account"' not in shown
    bank = {"choice": "bank_account", "bank": "示例银行", "account": "6222021234567890128"}
    assert browser.send(path, **bank, agreed="on").status_code == 422
    assert closing_of(case).state == "refund_attention"
    browser.open(f"{path}/wallet")
    assert browser.at == path
    browser.open(f"{path}/identity")
    assert "请选择" in words(browser.send(f"{path}/identity", nothing="1"))
    said = words(browser.show_identity(case))
    assert "证件已收到" in said
    assert browser.at == path
    assert 'value="bank_account"' in page(browser.open(path))
    browser.send(path, **bank, agreed="on")
    assert closing_of(case).state == "settling"


def test_who_one_is_is_asked_only_while_money_waits(world: World) -> None:
    case = world.close()
    browser = Browser(world).sign_in_by_reference(case)
    browser.open(f"/case/{case.pk}/refund/identity")
    assert browser.at == f"/case/{case.pk}"


def test_a_refund_that_never_came_back_has_no_such_page(world: World) -> None:
    case = world.close()
    browser = Browser(world).sign_in_by_reference(case)
    browser.open(f"/case/{case.pk}/refund")
    assert browser.at == f"/case/{case.pk}"


@pytest.mark.parametrize(
    ("code", "kind"),
    [("account_closed", Returned.ACCOUNT_CLOSED), ("E99", Returned.OTHER), ("", Returned.OTHER)],
)
def test_a_bank_s_reason_is_read_as_far_as_it_is_known(code: str, kind: Returned) -> None:
    assert read(code) is kind


def test_a_review_has_a_number_and_is_not_offered_twice(world: World) -> None:
    case = refused(world)
    browser = Browser(world).sign_in()
    assert "15 日内答复" in words(browser.open(f"/case/{case.pk}/refused"))
    browser.send(f"/case/{case.pk}/refused")
    again = Case.objects.get(appeal_of=case)
    answer = browser.open(f"/case/{case.pk}/refused")
    assert f"复核编号 {again.reference}" in words(answer)
    assert "申请复核</button>" not in page(answer)


def test_by_a_code_to_the_contact_the_review_number_is_shown(world: World) -> None:
    case = refused(world)
    browser = Browser(world).sign_in_by_reference(case)
    answer = browser.send(f"/case/{case.pk}/refused")
    again = Case.objects.get(appeal_of=case)
    assert browser.at == f"/case/{case.pk}/refused"
    assert f"复核编号 {again.reference}" in words(answer)
    assert str(again.pk) not in page(answer)
