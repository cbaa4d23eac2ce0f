"""D9: what the bank said of each refund, and repairing it at the desk."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.closures.states import carried_out
from tests.closures.test_claiming import at_counter, claimed
from tests.closures.test_repaying import came_back
from tests.desk.officers import Desk, officer
from tests.portal.browser import page
from tests.stories import World, closing_of, picture
from xiaohu.closures import payee_identity
from xiaohu.closures.models import AssistedPayment, Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import day_of
from xiaohu.desk import refunds
from xiaohu.queue.models import Effect
from xiaohu.settlement.models import RefundOrder, SettledClosing
from xiaohu.ui.templatetags.words import day

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def finance(world: World, name: str = "qian") -> Desk:
    """Return somebody of finance at the desk."""
    return officer(world, name, ActorKind.FINANCE).sign_in()


def path(case: Case) -> str:
    """Return the address of a case's refund."""
    return f"/refunds/{closing_of(case).pk}"


def test_none_due_says_so(world: World) -> None:
    assert "没有待处理的退款" in page(finance(world).open("/refunds"))


def test_a_refund_is_listed_with_what_the_bank_said(world: World) -> None:
    case = came_back(world)
    text = page(finance(world).open("/refunds"))
    sent = Effect.objects.get(kind="refund").sent_at
    assert sent is not None
    for said in (
        case.reference,
        "130 **** 0001",
        "账户已销户",
        "原路退回",
        "批次",
        day(day_of(sent)),
    ):
        assert said in text


def test_an_amount_says_its_unit_once(world: World) -> None:
    text = page(finance(world).open(path(came_back(world))))
    assert "待退金额</dt>" in text
    assert "126.40 元" in text


def test_a_refund_nobody_knows_of_is_listed_too(world: World) -> None:
    world.outside.fault("payout", down=True)
    case = world.close()
    world.work_until(lambda: bool(closing_of(case).owner), hours=48)
    text = page(finance(world).open("/refunds"))
    assert case.reference in text
    assert "银行尚未给出结果" in page(finance(world, "sun").open(path(case)))


def test_more_refunds_ask_no_more_questions(world: World) -> None:
    came_back(world)
    with CaptureQueriesContext(connection) as asked:
        assert len(refunds.waiting()) == 1
    assert len(asked) <= 8


def identify(desk: Desk, case: Case) -> None:
    """Upload the document of whoever is to be paid."""
    file = SimpleUploadedFile("id.jpg", picture())
    sent = {"do": "identity", "file": file, "agreed": "on"}
    answer = desk.client.post(f"/desk{path(case)}", sent)
    assert answer["Location"] == f"/desk{path(case)}"


def test_the_payee_is_identified_before_another_account_is_named(world: World) -> None:
    case, desk = came_back(world), finance(world)
    answers = {
        "do": "account",
        "bank": "示例银行",
        "account": "6222 0000 0005 1234",
        "agreed": "on",
    }
    shown = desk.open(path(case))
    assert "收款人出示身份证件" in page(shown)
    assert 'value="account"' not in shown.content.decode()
    assert "要先出示证件" in page(desk.send(path(case), **answers))
    without = {"do": "identity", "agreed": "on"}
    assert desk.send(path(case), **without).status_code == 422
    assert closing_of(case).state == "refund_attention"
    identify(desk, case)
    assert 'value="account"' in desk.open(path(case)).content.decode()


def test_what_is_no_picture_is_said_at_its_field(world: World) -> None:
    case, desk = came_back(world), finance(world)
    sent = {"do": "identity", "file": SimpleUploadedFile("id.jpg", b"no picture"), "agreed": "on"}
    answer = desk.client.post(f"/desk{path(case)}", sent)
    assert answer.status_code == 422
    assert payee_identity.pages(case.pk) == []


def test_a_colleague_sees_what_was_shown(world: World) -> None:
    case, qian, sun = came_back(world), finance(world), finance(world, "sun")
    identify(qian, case)
    answers = {
        "do": "account",
        "bank": "示例银行",
        "account": "6222 0000 0005 1234",
        "agreed": "on",
    }
    qian.send(path(case), **answers)
    world.work()
    shown = payee_identity.pages(case.pk)[0]
    link = f"/desk/case/{case.reference}/paper/{shown.id}"
    assert link in sun.open(path(case)).content.decode()
    payee_identity.forget(case.pk)
    assert "需重新出示" in page(sun.open(path(case)))


@pytest.mark.parametrize(("answer", "leads"), [("account_closed", False), ("bank_busy", True)])
def test_the_same_again_leads_only_where_that_may_help(
    world: World, answer: str, *, leads: bool
) -> None:
    case, desk = came_back(world), finance(world)
    Effect.objects.filter(kind="refund").update(reason=answer)
    shown = desk.open(path(case)).content.decode()
    assert ('class="button" name="do" value="retry"' in shown) == leads
    assert 'value="retry"' in shown


def test_it_is_tried_again(world: World) -> None:
    case, desk = came_back(world), finance(world)
    assert desk.send(path(case), do="retry")["Location"] == "/desk/refunds"
    assert closing_of(case).state == "settling"
    assert desk.open(path(case)).status_code == 404
    assert desk.send(path(case), do="retry").status_code == 302


def test_another_account_needs_a_consent_of_its_own(world: World) -> None:
    case, desk = came_back(world), finance(world)
    identify(desk, case)
    answers = {"do": "account", "bank": "示例银行", "account": "6222 0000 0005 1234"}
    assert desk.send(path(case), **answers).status_code == 422
    assert desk.send(path(case), **answers, agreed="on").status_code == 302
    told = page(desk.open("/refunds"))
    assert "待另一位同事确认" in told
    assert "重新发起退款" not in told
    case.refresh_from_db()
    assert case.refund_route == "bank_account"


@pytest.mark.parametrize(
    "answers",
    [
        {"do": "account", "bank": "", "account": "12", "agreed": "on"},
        {"do": "record", "slip": ""},
        {"do": "record", "slip": "张三"},
    ],
)
def test_what_is_wrong_is_said(world: World, answers: dict[str, str]) -> None:
    case = came_back(world)
    assert finance(world).send(path(case), **answers).status_code == 422
    assert closing_of(case).state == "refund_attention"


def test_a_payment_by_hand_takes_two(world: World) -> None:
    case, qian, sun = came_back(world), finance(world), finance(world, "sun")
    assert qian.send(path(case), do="record", slip="HD-2026-1").status_code == 302
    assert "待第二人确认" in page(sun.open("/refunds"))
    own = page(qian.open(path(case)))
    assert "须由另一位财务同事确认" in own
    assert 'value="confirm"' not in own
    seen = str(AssistedPayment.objects.get().pk)
    assert f'value="{seen}"' in sun.open(path(case)).content.decode()
    assert qian.send(path(case), do="confirm", seen=seen).status_code == 409
    assert sun.send(path(case), do="confirm", seen=seen).status_code == 302
    assert AssistedPayment.objects.get().confirmed_by == sun.officer


def test_nobody_confirms_a_payment_they_have_not_seen(world: World) -> None:
    case, qian, sun = came_back(world), finance(world), finance(world, "sun")
    qian.send(path(case), do="record", slip="HD-2026-1")
    seen = str(AssistedPayment.objects.get().pk)
    qian.send(path(case), do="drop", seen=seen)
    qian.send(path(case), do="record", slip="HD-2026-2")
    answer = sun.send(path(case), do="confirm", seen=seen)
    assert answer.status_code == 409
    assert "内容在您查看后有变动" in page(answer)
    assert not AssistedPayment.objects.filter(confirmed_at__isnull=False).exists()


def test_a_record_is_taken_back(world: World) -> None:
    case, desk = came_back(world), finance(world)
    desk.send(path(case), do="record", slip="HD-2026-1")
    seen = str(AssistedPayment.objects.get().pk)
    assert desk.send(path(case), do="drop", seen=seen).status_code == 302
    assert 'value="record"' in page(desk.open(path(case)))


def test_sums_that_differ_are_shown_and_leave_nothing_to_press(world: World) -> None:
    case, desk = came_back(world), finance(world)
    SettledClosing.objects.filter(pk=closing_of(case).pk).update(refunded_fen=1)
    assert "金额不符" in page(desk.open("/refunds"))
    text = page(desk.open(path(case)))
    assert "核对清楚前不能付款" in text
    assert 'name="do"' not in text
    for do in ("retry", "record"):
        assert desk.send(path(case), do=do, slip="HD-2026-1").status_code == 409


def test_a_reviewer_looks_only(world: World) -> None:
    case = came_back(world)
    desk = officer(world, "wu", ActorKind.REVIEWER).sign_in()
    assert "您可查看，不能处理退款" in page(desk.open(path(case)))
    assert desk.send(path(case), do="retry").status_code == 409


def test_what_nobody_asks_for_is_not_found(world: World) -> None:
    case, desk = carried_out(world, "original", who="payout"), finance(world)
    assert desk.send(path(case), do="nonsense").status_code == 404
    assert desk.send(path(case), do="confirm").status_code == 404
    assert desk.open("/refunds/00000000-0000-0000-0000-000000000000").status_code == 404


@pytest.mark.parametrize("do", ["account", "wallet", "record"])
def test_a_way_that_fails_keeps_what_was_typed_for_the_others(world: World, do: str) -> None:
    typed = {"account": "12", "bank": "示例银行", "wallet_account": "x", "agreed": "on"}
    slip = {"slip": "" if do == "record" else "HD-2026-1"}
    case, desk = came_back(world), finance(world)
    identify(desk, case)
    answer = desk.send(path(case), do=do, **typed, **slip)
    assert answer.status_code == 422
    text = page(answer)
    for value in ("12", "示例银行", "x", *filter(None, slip.values())):
        assert f'value="{value}"' in text
    assert text.count(" checked") == 1
    assert text.count('class="error-text"') == {"account": 1, "wallet": 3, "record": 1}[do]


def test_another_colleague_agrees_to_a_changed_account(world: World) -> None:
    case, qian, sun = came_back(world), finance(world), finance(world, "sun")
    identify(qian, case)
    answers = {"bank": "示例银行", "account": "6222 0000 0005 1234", "agreed": "on"}
    assert qian.send(path(case), do="account", **answers).status_code == 302
    world.work()
    assert "待确认" in page(sun.open("/refunds"))
    own = page(qian.open(path(case)))
    assert 'value="agree"' not in own
    seen = str(RefundOrder.objects.get(ended_at=None).pk)
    assert f'value="{seen}"' in sun.open(path(case)).content.decode()
    assert qian.send(path(case), do="agree", seen=seen).status_code == 409
    assert sun.send(path(case), do="agree", seen=str(int(seen) - 1)).status_code == 409
    assert sun.send(path(case), do="agree", seen=seen).status_code == 302
    assert closing_of(case).next_action_at is not None


def test_a_colleague_declines(world: World) -> None:
    case, qian, sun = came_back(world), finance(world), finance(world, "sun")
    identify(qian, case)
    answers = {"bank": "示例银行", "account": "6222 0000 0005 1234", "agreed": "on"}
    qian.send(path(case), do="account", **answers)
    world.work()
    assert sun.send(path(case), do="decline", seen="0").status_code == 409
    seen = str(RefundOrder.objects.get(ended_at=None).pk)
    assert sun.send(path(case), do="decline", seen=seen).status_code == 302
    assert closing_of(case).state == "refund_attention"


def test_a_wallet_needs_a_consent_and_a_colleague(world: World) -> None:
    case, desk = came_back(world), finance(world)
    identify(desk, case)
    answers = {"do": "wallet", "wallet": "alipay", "wallet_account": "holder@example.com"}
    assert desk.send(path(case), **answers).status_code == 422
    assert desk.send(path(case), **{**answers, "wallet_account": "x"}).status_code == 422
    assert desk.send(path(case), **answers, wallet_agreed="on").status_code == 302
    world.work()
    case.refresh_from_db()
    assert (case.refund_route, closing_of(case).trouble) == ("wallet", "refund_to_confirm")


@pytest.mark.parametrize("to", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_only_another_line_of_the_holder_takes_it(world: World, to: str) -> None:
    case = came_back(world)
    assert finance(world).send(path(case), do="line", to=to).status_code == 409


def test_it_may_wait_at_the_counter(world: World) -> None:
    case = came_back(world)
    assert finance(world).send(path(case), do="counter").status_code == 302
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == "done", hours=2)
    settled = SettledClosing.objects.get(pk=closing_of(case).pk)
    assert settled.unclaimed_fen == settled.refundable_fen


@pytest.mark.parametrize(
    ("reason", "said"), [("account_limited", "账户受限"), ("account_unknown", "账户不存在")]
)
def test_the_desk_says_what_the_bank_said(world: World, reason: str, said: str) -> None:
    case = came_back(world)
    Effect.objects.filter(kind="refund").update(reason=reason)
    assert said in page(finance(world).open(path(case)))


def test_one_refund_is_found_however_many_there_are(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = came_back(world)
    monkeypatch.setattr(refunds, "MOST", 0)
    assert refunds.waiting() == []
    assert refunds.one(closing_of(case).pk) is not None
    assert refunds.figures(today=closing_of(case).refund_due_on or world.now.date())["soon"] == 1


def test_a_claim_that_waits_for_a_word_is_listed_and_agreed_to(world: World) -> None:
    case, desk = at_counter(world), finance(world)
    claimed(world, case)
    world.work()
    assert case.reference in page(desk.open("/refunds"))
    assert "126.40" in page(desk.open(path(case)))
    seen = str(RefundOrder.objects.get(ended_at=None).pk)
    assert desk.send(path(case), do="agree", seen=seen).status_code == 302
    assert closing_of(case).next_action_at is not None
