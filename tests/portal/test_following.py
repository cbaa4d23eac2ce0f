"""After the receipt: where it stands, every turn, and the papers at the end."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import date

import pikepdf
import pypdfium2
import pytest
from django.db import transaction
from django.utils.translation import gettext

from tests.portal.browser import CONTACT, Browser, page, switch, words
from tests.stories import CLEAN, EMPTY, STOPPED, World, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import drafting, minding, paying, reviewing
from xiaohu.closures.models import Case, Document
from xiaohu.core.calendar import day_of
from xiaohu.core.profile import RefundRoute
from xiaohu.core.review import RefusalReason, ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.gateways.protocols import Delivery
from xiaohu.notices import reports
from xiaohu.notices.models import QueuedNotice
from xiaohu.portal import steps
from xiaohu.portal.shown import shown_case
from xiaohu.registry.models import Line
from xiaohu.settlement.models import SettledClosing, Transfer
from xiaohu.ui import catalogue
from xiaohu.ui.templatetags.words import moment, yuan

OTHERS = ["+8613000000023", "+8613000000026", "+8613000000027"]

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def in_review(world: World, number: str = CLEAN) -> Case:
    """Return a case that waits for an officer, as its money goes to a bank."""
    case = world.ready(number)
    world.agree(case)
    paying.set_refund(
        case_id=case.pk,
        route=RefundRoute.BANK_ACCOUNT,
        bank="示例银行",
        account="6222000000051234",
    )
    return world.submit(case)


def decided(
    world: World,
    outcome: str,
    number: str = CLEAN,
    *,
    returns: Sequence[ReturnReason] = (ReturnReason.UNCLEAR_ANSWERS,),
) -> Case:
    """Return a case an officer returned for some reasons, or refused."""
    case = in_review(world, number)
    officer = StaffUser.objects.first() or staff()
    reviewing.claim(case_id=case.pk, officer=officer, now=world.now)
    if outcome == "return":
        reviewing.return_case(case_id=case.pk, officer=officer, reasons=returns, now=world.now)
    else:
        reviewing.refuse(
            case_id=case.pk, officer=officer, reasons=[RefusalReason.DUPLICATE], now=world.now
        )
    case.refresh_from_db()
    return case


def finished(world: World) -> Case:
    """Return a case that is done, refund paid and all erased."""
    case = world.close()
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
    case.refresh_from_db()
    return case


def test_the_steps_say_when_money_is_back(world: World) -> None:
    case = world.close()
    browser = Browser(world).sign_in_by_reference(case)
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
    paid_at = Transfer.objects.get(credit="refunded").at
    amount = yuan(SettledClosing.objects.get().refunded_fen)
    told = page(browser.open(f"/case/{case.pk}")).partition('<ol class="timeline">')[2]
    told = told.partition("</ol>")[0]
    assert "结算并退还余额" not in told
    assert told.index(f"已退还 {amount} 元") < told.index("全部办结")
    assert moment(paid_at) in told.partition("已退还")[2].partition("</li>")[0]


def test_once_money_is_back_only_the_papers_are_to_come(world: World) -> None:
    case = world.close()
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
    Case.objects.filter(pk=case.pk).update(state=CaseState.SETTLING.value)
    case.refresh_from_db()
    told = [step.words for step in steps.of_case(shown_case(case), waits_until=None)]
    assert told[-1] == "出具结清与信息处置说明"
    assert not any("结算并退还" in words for words in told)


def test_every_state_is_said_in_words(world: World) -> None:
    told = [world.submitted(), in_review(world, OTHERS[0])]
    told += [decided(world, "return", OTHERS[1]), decided(world, "refuse", OTHERS[2])]
    names = catalogue.read("zh_Hans")
    for case, number in zip(told, (CLEAN, *OTHERS), strict=True):
        said = words(Browser(world).sign_in(number).open(f"/case/{case.pk}"))
        name = names.get(f"state.{case.state}")
        assert name is not None
        assert str(name.string) in said


def test_a_draft_leads_to_its_next_question(world: World) -> None:
    case = world.draft()
    browser = Browser(world).sign_in()
    browser.open(f"/case/{case.pk}")
    assert browser.at == f"/case/{case.pk}/checks"


def test_a_request_is_withdrawn_from_its_page(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    assert f"/case/{case.pk}/withdraw" in page(browser.open(f"/case/{case.pk}"))
    browser.open(f"/case/{case.pk}/withdraw")
    assert "已撤销" in words(browser.send())
    assert browser.at == f"/case/{case.pk}"
    case.refresh_from_db()
    assert case.state == "withdrawn"


@pytest.mark.parametrize("method", ["get", "post"])
def test_withdrawing_too_late_says_so(world: World, method: str) -> None:
    case = world.close()
    browser = Browser(world).sign_in_by_reference(case)
    answer = getattr(browser.client, method)(f"/case/{case.pk}/withdraw")
    assert answer.status_code == 409
    assert case.reference in words(answer)


def test_answers_of_a_submitted_request_stay(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    for name, answers in (
        ("balance", {"choice": "original"}),
        ("balance/account", {"bank": "示例银行", "account": "6222000000051234"}),
        ("contact", {"to": "other@example.com"}),
        ("effects", {}),
        ("checks/ARREARS", {"choice": "pay"}),
    ):
        answer = browser.send(f"/case/{case.pk}/{name}", **answers)
        assert answer.status_code == 409, name
        assert case.reference in words(answer)
    world.send_notices()
    assert world.outside.inbox("other@example.com") == []
    browser.send(f"/case/{case.pk}/check", declared="on")
    assert browser.at == f"/case/{case.pk}/submitted"


def test_the_receipt_of_a_withdrawn_request_announces_no_closing(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    browser.send(f"/case/{case.pk}/withdraw", choice="not_said")
    for name in ("submitted", "check"):
        said = words(browser.open(f"/case/{case.pk}/{name}"))
        assert browser.at == f"/case/{case.pk}", name
        assert "已撤销，号码保持申请前的状态" in said
        assert "预计" not in said


def test_a_stopped_line_can_be_proved_again(world: World) -> None:
    browser = Browser(world).sign_in(STOPPED)
    browser.choose_line(STOPPED)
    browser.prove(STOPPED)
    browser.show_papers()
    browser.send(choice="original")
    browser.confirm_contact()
    browser.send()
    browser.send(declared="on")
    case, officer = Case.objects.get(), staff()
    reviewing.claim(case_id=case.pk, officer=officer, now=world.now)
    reviewing.return_case(
        case_id=case.pk, officer=officer, reasons=[ReturnReason.PROVE_AGAIN], now=world.now
    )
    browser.open(f"/case/{case.pk}/verify")
    browser.prove(STOPPED)
    assert browser.at == f"/case/{case.pk}/effects"
    browser.send()
    assert browser.at == f"/case/{case.pk}/check"


def test_a_refusal_gives_reasons_and_a_review(world: World) -> None:
    case = decided(world, "refuse")
    browser = Browser(world).sign_in()
    said = words(browser.open(f"/case/{case.pk}/refused"))
    assert "重复" in said
    browser.send()
    again = Case.objects.get(appeal_of=case.pk)
    assert browser.home == f"/case/{again.pk}"


def test_an_appeal_cannot_be_made_twice(world: World) -> None:
    case = decided(world, "refuse")
    browser = Browser(world).sign_in()
    browser.send(f"/case/{case.pk}/refused")
    answer = browser.send(f"/case/{case.pk}/refused")
    assert answer.status_code == 409
    assert "我的申请" in words(answer)
    assert Case.objects.filter(appeal_of=case.pk).count() == 1


def test_after_fifteen_days_a_new_request_is_the_way(world: World) -> None:
    case = decided(world, "refuse")
    home = f"/case/{case.pk}/refused"
    said = page(Browser(world).sign_in().open(home))
    assert "申请复核</button>" in said
    world.clock.pass_(days=16)
    browser = Browser(world).sign_in()
    answer = browser.open(home)
    said = page(answer)
    assert "申请复核</button>" not in said
    assert "申请复核的期限为 2026年12月8日，已过" in words(answer)
    assert "重新办理" in said
    answer = browser.send(home)
    assert answer.status_code == 409
    assert "申请复核的 15 天已过" in words(answer)


def test_a_refund_that_came_back_asks_for_another_way(world: World) -> None:
    case = world.submitted()
    world.outside.fault("payout", refuse=["original"])
    world.clock.pass_(days=3, minutes=1)
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == CaseState.REFUND_ATTENTION)
    browser = Browser(world).sign_in_by_reference(case)
    assert f"/case/{case.pk}/refund" in page(browser.open(f"/case/{case.pk}"))
    browser.show_identity(case)
    nothing = browser.client.post(f"/case/{case.pk}/refund", {"nothing": "1"})
    assert nothing.status_code == 422
    assert page(nothing).count("<li><a href=") == 1
    half = browser.send(f"/case/{case.pk}/refund", choice="bank_account", bank="示例银行")
    assert half.status_code == 422
    browser.send(
        f"/case/{case.pk}/refund",
        choice="bank_account",
        bank="示例银行",
        account="6222000000051234",
        agreed="on",
    )
    assert browser.at == f"/case/{case.pk}/refund"


def test_the_certificate_page_comes_with_the_closing(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    browser.open(f"/case/{case.pk}/certificate")
    assert browser.at == f"/case/{case.pk}"
    assert browser.open(f"/case/{case.pk}/certificate.pdf").status_code == 404
    world.clock.pass_(days=3, minutes=1)
    world.work()
    answer = Browser(world).sign_in_by_reference(case).open(f"/case/{case.pk}/certificate")
    assert answer.status_code == 200
    certificate = Document.objects.get(kind="certificate")
    assert certificate.number in words(answer)
    assert "<svg" in page(answer)
    assert "style=" not in page(answer)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_both_papers_are_pdfs_with_their_signed_text(world: World, language: str) -> None:
    case = finished(world)
    browser = Browser(world).sign_in_by_reference(case)
    switch(browser.client, "language", language, back="/")
    for kind in ("certificate", "statement"):
        answer = browser.open(f"/case/{case.pk}/{kind}.pdf")
        assert answer["Content-Type"] == "application/pdf"
        with pikepdf.open(io.BytesIO(answer.content)) as pdf:
            assert list(pdf.attachments) == ["document.jws"]
            signed = pdf.attachments["document.jws"].get_file().read_bytes()
            assert signed.count(b".") == 2
    assert browser.open(f"/case/{case.pk}/nonsense.pdf").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("make", [World.submitted, finished, in_review])
def test_the_receipt_is_a_pdf_without_a_signature(
    world: World, make: Callable[[World], Case], language: str
) -> None:
    case = make(world)
    browser = Browser(world).sign_in_by_reference(case)
    switch(browser.client, "language", language, back="/")
    assert f"/case/{case.pk}/receipt.pdf" in page(browser.open(f"/case/{case.pk}/submitted"))
    answer = browser.open(f"/case/{case.pk}/receipt.pdf")
    assert answer["Content-Type"] == "application/pdf"
    said = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert case.reference in said
    assert "130 **** 0001" in said
    assert CLEAN[3:] not in said
    assert "12300" in said
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert not pdf.attachments


def test_there_is_no_receipt_before_submitting(world: World) -> None:
    case = world.draft()
    assert Browser(world).sign_in().open(f"/case/{case.pk}/receipt.pdf").status_code == 404


def test_a_refusal_names_the_rule_and_what_it_rests_on(world: World) -> None:
    case = decided(world, "refuse")
    answer = Browser(world).sign_in().open(f"/case/{case.pk}/refused")
    said = words(answer)
    assert "一个号码同时只能有一个销户申请" in said
    assert f'href="/policies/{case.policy.version}#checks"' in page(answer)
    assert "电信用户申诉 12300" in said
    assert "依据的情况" in said
    assert "向运营系统核对" in said


def test_english_pages_name_their_sources_in_english(world: World) -> None:
    case = finished(world)
    browser = Browser(world).sign_in_by_reference(case)
    switch(browser.client, "language", "en", back="/")
    said = words(browser.open(f"/case/{case.pk}/statement"))
    assert "Personal Information Protection Law, Art. 50, 69" in said
    assert "个人信息保护法" not in said


def test_a_finished_case_is_still_told_after_erasure(world: World) -> None:
    case = finished(world)
    browser = Browser(world).sign_in_by_reference(case)
    for name in (
        "",
        "/certificate",
        "/statement",
        "/submitted",
        "/withdraw",
        "/fix",
        "/refund",
        "/refused",
    ):
        answer = browser.open(f"/case/{case.pk}{name}")
        assert answer.status_code == (409 if name == "/withdraw" else 200), name
    for name in ("/checks", "/verify", "/balance", "/contact", "/effects", "/check"):
        assert browser.open(f"/case/{case.pk}{name}").status_code == 200, name
        assert browser.at in {f"/case/{case.pk}", f"/case/{case.pk}/submitted"}, name


def test_a_finished_case_keeps_the_mask_of_its_number(world: World) -> None:
    case = finished(world)
    said = words(Browser(world).sign_in_by_reference(case).open(f"/case/{case.pk}"))
    assert f"130 **** {CLEAN[-4:]}" in said


def test_of_several_lines_the_late_one_is_named(world: World) -> None:
    clean, other = world.line(), world.line(EMPTY)
    Line.objects.filter(pk=other.pk).update(holder_id=clean.holder_id)
    case = drafting.open_case(
        subscriber=world.subscriber(),
        scope=Scope.LINE,
        line_ids=[clean.pk, other.pk],
        language="zh-hans",
        now=world.now,
    )
    world.answer(case)
    world.submit(case)
    said = words(Browser(world).sign_in().open(f"/case/{case.pk}"))
    assert "涉及号码" not in said
    assert "预计可退 126.40 元" in said
    world.outside.fault("operator", refuse=[other.subscription_id])
    world.clock.pass_(days=3, minutes=1)
    world.work()
    browser = Browser(world).sign_in_by_reference(case)
    said = words(browser.open(f"/case/{case.pk}"))
    assert f"涉及号码：130 **** {EMPTY[-4:]}" in said
    assert f"涉及号码：130 **** {CLEAN[-4:]}" not in said
    assert "已退 126.40 元" in said
    assert "预计可退" not in said


def test_the_day_of_the_refund_is_said_from_the_receipt_on(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    for path in (f"/case/{case.pk}/submitted", f"/case/{case.pk}"):
        assert "退款日期 预计 2026年12月3日前（含当日）" in words(browser.open(path)), path
    Case.objects.filter(pk=case.pk).update(refund_route=RefundRoute.WAIVE.value)
    assert "退款日期" not in words(browser.open(f"/case/{case.pk}"))


def test_a_page_looks_again_by_itself_for_five_minutes(world: World) -> None:
    case = world.submitted()
    Case.objects.filter(pk=case.pk).update(state=CaseState.EXECUTING.value)
    browser = Browser(world).sign_in()
    home = f"/case/{case.pk}"
    assert f'hx-get="{home}?looked=1" hx-trigger="every 20s"' in page(browser.open(home))
    assert f'hx-get="{home}?looked=15"' in page(browser.open(f"{home}?looked=14"))
    for looked in ("15", "99"):
        assert "hx-get" not in page(browser.open(f"{home}?looked={looked}"))
    for nonsense in ("-1", "x", "²", "9" * 400):
        assert "looked=1" in page(browser.open(f"{home}?looked={nonsense}"))


@pytest.mark.parametrize(
    ("state", "said"), [("replaced", "已被"), ("revoked", "已于 2026年11月26日 12:01 撤销")]
)
def test_a_certificate_that_no_longer_counts_says_so(world: World, state: str, said: str) -> None:
    world.close()
    certificate = Document.objects.get(kind="certificate")
    statement = Document.objects.get(kind="statement")
    certificate.state, certificate.changed_at = state, world.now
    certificate.replaced_by = statement if state == "replaced" else None
    certificate.save()
    answer = words(Browser(world).open(f"/verify/{certificate.number}"))
    assert said in answer
    assert "证明有效" not in answer
    assert (statement.number in answer) is (state == "replaced")


def test_says_plainly_that_a_message_did_not_arrive_and_what_to_do(world: World) -> None:
    case = world.submitted()
    world.outside.fault("messages", refuse=[CONTACT])
    world.send_notices()
    shown = page(Browser(world).sign_in().open(f"/case/{case.pk}"))
    assert gettext("track.lost") in shown
    assert gettext("result.refused") in shown
    assert CONTACT not in shown


def test_lists_messages_with_recipient_and_result_and_no_address(world: World) -> None:
    case = world.submitted()
    world.send_notices()
    for row in QueuedNotice.objects.filter(recipient="line"):
        with transaction.atomic():
            reports.note(row.pk, Delivery.DELIVERED, now=world.now)
    shown = page(Browser(world).sign_in().open(f"/case/{case.pk}"))
    assert gettext("recipient.line") in shown
    assert gettext("notice.state.delivered") in shown
    assert gettext("track.lost") not in shown
    assert [one for one in (CONTACT, CLEAN[3:], "demo00001@example.com") if one in shown] == []


def test_does_not_list_what_nobody_was_to_get(world: World) -> None:
    case = world.submitted()
    QueuedNotice.objects.filter(recipient="registered_contact").update(result="no_address")
    shown = page(Browser(world).sign_in().open(f"/case/{case.pk}"))
    assert gettext("recipient.registered_contact") not in shown


def test_the_receipt_announces_nothing_that_has_begun(world: World) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    assert "可免费撤销" in words(browser.open(f"/case/{case.pk}/submitted"))
    world.clock.pass_(days=3, minutes=1)
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE, hours=2)
    browser = Browser(world).sign_in_by_reference(case)
    said = words(browser.open(f"/case/{case.pk}/submitted"))
    assert browser.at == f"/case/{case.pk}/submitted"
    assert "可免费撤销" not in said.split("销户常见问题")[0].split("办理步骤")[-1]


def test_says_the_new_date_when_the_review_is_late(world: World) -> None:
    case = in_review(world)
    world.clock.pass_(days=4)
    minding.apologise(now=world.now)
    shown = words(Browser(world).sign_in().open(f"/case/{case.pk}"))
    assert "原因：审核还没有完成。预计 2026年12月1日前（含当日）完成，您无需操作" in shown


def test_the_days_to_come_never_go_back_when_the_review_is_late(world: World) -> None:
    case = in_review(world)
    world.clock.pass_(days=9)
    minding.apologise(now=world.now)
    browser = Browser(world).sign_in()
    for path in ("", "/submitted"):
        shown = page(browser.open(f"/case/{case.pk}{path}"))
        steps = shown.partition('<ol class="timeline')[2].partition("</ol>")[0]
        to_come = steps[steps.index('class="now"') :]
        named = re.findall(r"(\d+)年(\d+)月(\d+)日", to_come)
        days = [date(int(year), int(month), int(day)) for year, month, day in named]
        assert len(days) >= 3
        assert days == sorted(days)
        assert days[0] >= day_of(world.now)
