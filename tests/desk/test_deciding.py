"""From the queue to a decision, with two officers and a clock that does not wait."""

from datetime import UTC, timedelta

import pytest

from tests.closures.states import large
from tests.closures.test_applying import ask
from tests.desk.officers import OTHERS, officer, waiting
from tests.portal.browser import Browser, page, words
from tests.stories import CLEAN, LARGE, World, holder_of, picture
from xiaohu.closures import appealing, applying, drafting, reviewing, withdrawing
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.applicants import ApplicantKind, Evidence
from xiaohu.core.calendar import end_of
from xiaohu.core.consents import ConsentKind
from xiaohu.core.review import RefusalReason, ReturnReason
from xiaohu.desk import work
from xiaohu.notices import outbox
from xiaohu.portal import returned
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

REASONS = {"return": ["payee_unclear"], "refuse": ["duplicate"]}


def test_the_next_case_is_taken_and_mine(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    answer = desk.send("/")
    assert answer["Location"] == f"/desk/case/{case.reference}"
    case.refresh_from_db()
    assert case.officer == desk.officer
    assert case.reference in page(desk.open("/"))


def test_an_empty_queue_says_so(world: World) -> None:
    desk = officer(world).sign_in()
    assert desk.send("/")["Location"] == "/desk/"
    assert "没有未分配的申请可领取" in page(desk.open("/"))
    assert "待办已清空。全组还有 0 件未分配。" in page(desk.open("/"))


def test_counting_stops_where_nobody_works_differently(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (CLEAN, *OTHERS[:1]):
        waiting(world, number)
    monkeypatch.setattr(work, "MOST", 1)
    counted = work.counts(officer(world).officer, now=world.now)["waiting"]
    assert work.in_figures(counted) == "1+"
    assert work.in_figures(1) == "1"


@pytest.mark.parametrize("view", [*work.VIEWS, "nonsense", ""])
def test_every_view_lists_what_it_counts(world: World, view: str) -> None:
    waiting(world)
    desk = officer(world).sign_in()
    answer = desk.open(f"/queue?view={view}")
    counts = work.counts(desk.officer, now=world.now)
    shown = page(answer).count("<tr") - page(answer).count("<thead")
    assert answer.status_code == 200
    assert shown == counts.get(view if view in work.VIEWS else "waiting", 1)


def test_a_case_is_late_from_midnight_in_china(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    assert case.decision_due_on is not None
    midnight = end_of(case.decision_due_on).astimezone(UTC)
    before = work.counts(desk.officer, now=midnight - timedelta(minutes=1))
    after = work.counts(desk.officer, now=midnight + timedelta(minutes=1))
    assert (before["late"], after["late"]) == (0, 1)
    assert (before["soon"], after["soon"]) == (1, 0)
    morning = work.counts(desk.officer, now=midnight - timedelta(hours=5))
    assert morning["soon"] == 0


def test_a_case_is_shown_with_everything_but_the_person(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    said = page(desk.open(f"/case/{case.reference}"))
    assert "126.40" in said
    assert "130 **** 0001" in said
    assert "外呼报备" in said
    assert 'name="claim"' in said


@pytest.mark.parametrize("reference", ["XH-2611-0000-00", "nonsense"])
def test_a_case_that_is_not_there_is_not_found(world: World, reference: str) -> None:
    desk = officer(world).sign_in()
    assert desk.open(f"/case/{reference}").status_code == 404
    assert desk.open(f"/case/{reference}/decide").status_code == 404


def test_a_draft_is_nobody_s_business(world: World) -> None:
    case = world.draft()
    assert officer(world).sign_in().open(f"/case/{case.reference}").status_code == 404


@pytest.mark.parametrize(
    ("outcome", "reasons", "state"),
    [
        ("approve", [], "scheduled"),
        ("return", [ReturnReason.PAYEE_UNCLEAR.value], "awaiting_customer"),
        ("refuse", [reason.value for reason in RefusalReason], "refused"),
    ],
)
def test_a_case_is_decided(world: World, outcome: str, reasons: list[str], state: str) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    assert desk.open(f"/case/{case.reference}/decide?outcome={outcome}").status_code == 200
    assert desk.decide(case, outcome, *reasons)["Location"] == "/desk/"
    case.refresh_from_db()
    assert (case.state, case.decided_by) == (state, desk.officer)
    assert case.decision_reasons == reasons
    assert case.reference in page(desk.open("/"))
    late = desk.open(f"/case/{case.reference}/decide")
    assert (late.status_code, late["Location"]) == (302, f"/desk/case/{case.reference}")


def test_a_return_says_something_of_its_own_until_the_next_one(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    path = f"/case/{case.reference}/decide"
    said = {"outcome": "return", "reasons": "contact_unreachable"}
    too_long = desk.send(path, **said, note="请" * 101)
    assert too_long.status_code == 422
    assert "说明不能超过 100 字" in page(too_long)
    looked = desk.send(path, **said, note="户名 <b>看不清</b>", preview="1")
    assert page(looked).count("户名 &lt;b&gt;看不清&lt;/b&gt;") == 2
    assert desk.send(path, **said, note="户名看不清，\n请换一张。").status_code == 302
    holder = Browser(world).sign_in()
    shown = holder.open(f"/case/{case.pk}/fix")
    assert "<blockquote" in page(shown)
    assert "户名看不清， 请换一张。" in words(shown)
    assert "看不清" not in str(list(Case.objects.values()) + list(Event.objects.values()))
    drafting.confirm_contact(case_id=case.pk)
    world.submit(case)
    desk.send("/")
    desk.send(path, **said)
    assert "看不清" not in words(holder.open(f"/case/{case.pk}/fix"))


def test_an_unclear_photo_is_a_reason_where_there_is_one(world: World) -> None:
    plain, shown = waiting(world), world.submit(large(world))
    desk = officer(world).sign_in()
    for case, offered in ((plain, False), (shown, True)):
        desk.send(f"/case/{case.reference}", claim="1")
        answer = desk.open(f"/case/{case.reference}/decide?outcome=return")
        assert ("photo_unclear" in page(answer)) is offered
    assert desk.decide(plain, "return", "photo_unclear").status_code == 422
    assert desk.decide(shown, "return", "photo_unclear").status_code == 302
    holder = Browser(world).sign_in(LARGE)
    answer = holder.open(f"/case/{shown.pk}/fix")
    assert f"/case/{shown.pk}/documents" in page(answer)
    assert "已补充" not in words(answer)
    world.clock.pass_(minutes=5)
    applying.add_paper(case_id=shown.pk, evidence=Evidence.HOLDER_ID, data=picture(), now=world.now)
    assert "已补充" in words(holder.open(f"/case/{shown.pk}/fix"))


def test_what_happened_at_one_moment_is_told_once(world: World) -> None:
    case = waiting(world)
    world.agree(case, ConsentKind.ID_PHOTO, ConsentKind.FACE)
    told = page(officer(world).sign_in().open(f"/case/{case.reference}"))
    assert told.count("已单独同意：证件照片") == 1
    assert told.count("已单独同意：人脸核验") == 1


@pytest.mark.parametrize("outcome", ["return", "refuse"])
def test_a_no_needs_a_reason(world: World, outcome: str) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    for reasons in ([], ["because"]):
        assert desk.decide(case, outcome, *reasons).status_code == 422
    case.refresh_from_db()
    assert case.state == "in_review"


def test_what_is_decided_stands_beside_the_decision(world: World) -> None:
    case = waiting(world)
    said = words(officer(world).sign_in().open(f"/case/{case.reference}/decide"))
    for fact in ("机主", "130 **** 0001", "预计可退", "示例银行 ****1234"):
        assert fact in said


def test_unclear_answers_are_named(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    path = f"/case/{case.reference}/decide"
    answer = desk.send(path, outcome="return", reasons="unclear_answers", note=" ")
    assert answer.status_code == 422
    assert "请写明要改什么" in words(answer)
    said = desk.send(path, outcome="return", reasons="unclear_answers", note="请核对收款人")
    assert said.status_code == 302


def test_another_reason_is_said_in_words_the_applicant_reads(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    path = f"/case/{case.reference}/decide"
    assert desk.send(path, outcome="return", reasons="other", note="").status_code == 422
    desk.send(path, outcome="return", reasons="other", note="请补开户时的合同编号")
    said = words(Browser(world).sign_in().open(f"/case/{case.pk}/fix"))
    assert "其他事项" in said
    assert "请补开户时的合同编号" in said


def by_somebody_else(world: World) -> Case:
    """Return a case that somebody asks for with the holder's authority."""
    case = ask(world, world.draft(OTHERS[0]), ApplicantKind.PROXY)
    world.answer(case)
    return world.submit(case)


def test_proof_of_authority_is_a_reason_where_somebody_asks_for_another(world: World) -> None:
    plain, by_proxy = waiting(world), by_somebody_else(world)
    desk = officer(world).sign_in()
    for case, offered in ((plain, False), (by_proxy, True)):
        desk.send(f"/case/{case.reference}", claim="1")
        answer = desk.open(f"/case/{case.reference}/decide?outcome=return")
        assert ("authorisation_incomplete" in page(answer)) is offered
    assert desk.decide(by_proxy, "return", "authorisation_incomplete").status_code == 302
    by_proxy.refresh_from_db()
    world.clock.pass_(minutes=5)
    missing = returned.missing(by_proxy, now=world.now)
    assert [item.words for item in missing] == ["授权材料不全，请补充上传"]
    for evidence, lacks in ((Evidence.APPLICANT_ID, True), (Evidence.AUTHORISATION, False)):
        applying.add_paper(case_id=by_proxy.pk, evidence=evidence, data=picture(), now=world.now)
        assert bool(returned.missing(by_proxy, now=world.now)) is lacks


def test_there_are_three_outcomes(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    assert desk.open(f"/case/{case.reference}/decide?outcome=delete").status_code == 404
    assert desk.decide(case, "delete").status_code == 404


def test_two_officers_at_once_are_told(world: World) -> None:
    case = waiting(world)
    chen, wang = officer(world).sign_in(), officer(world, "wang").sign_in()
    path = f"/case/{case.reference}"
    chen.send(path, claim="1")
    assert "chen示例" in page(wang.open(path))
    assert 'name="claim"' not in page(wang.open(path))
    assert "确认通过" in page(chen.open(f"{path}/decide"))
    for outcome in ("approve", "return"):
        looked = wang.open(f"{path}/decide?outcome={outcome}")
        assert "由 chen示例 决定" in words(looked)
        assert 'name="outcome"' not in page(looked)
    for answer in (wang.send(path, claim="1"), wang.decide(case, "approve")):
        assert answer.status_code == 409
        assert "chen示例" in page(answer)
    assert page(wang.send(path, claim="1")).count("起正在处理") == 1
    case.refresh_from_db()
    assert case.officer == chen.officer
    world.clock.pass_(minutes=31)
    assert wang.send(path, claim="1").status_code == 302


def test_deciding_without_taking_is_refused(world: World) -> None:
    case = waiting(world)
    answer = officer(world).sign_in().decide(case, "approve")
    assert answer.status_code == 409
    assert "请先领取" in page(answer)


def test_deciding_twice_is_refused(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    desk.decide(case, "approve")
    assert desk.decide(case, "refuse", "duplicate").status_code == 409
    case.refresh_from_db()
    assert case.state == "scheduled"


@pytest.mark.parametrize("typed", [{"note": "户名看不清，请换一张"}, {}])
def test_whoever_comes_too_late_reads_who_was_first_and_keeps_the_words(
    world: World, typed: dict[str, str]
) -> None:
    case = waiting(world)
    chen, wang = officer(world).sign_in(), officer(world, "wang").sign_in()
    chen.send("/")
    world.clock.pass_(minutes=31)
    path = f"/case/{case.reference}"
    wang.send(path, claim="1")
    wang.decide(case, "refuse", "duplicate")
    answer = chen.send(f"{path}/decide", outcome="return", reasons="payee_unclear", **typed)
    assert answer.status_code == 409
    assert f'href="/desk{path}"' in page(answer)
    assert "wang示例 于" in words(answer)
    assert "审核未通过" in words(answer)
    assert "收款方式不清楚" in words(answer)
    assert all(text in words(answer) for text in typed.values())
    assert "确认退回" not in page(answer)


def test_a_request_its_applicant_took_back_is_told_as_theirs(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    withdrawing.withdraw(case_id=case.pk, actor=holder_of(case), now=world.now)
    answer = desk.decide(case, "approve")
    assert "申请人 于" in words(answer)
    assert "已撤销" in words(answer)


def test_a_case_taken_over_is_decided_with_the_words_once_it_is_taken_back(world: World) -> None:
    case = waiting(world)
    chen, wang = officer(world).sign_in(), officer(world, "wang").sign_in()
    chen.send("/")
    world.clock.pass_(minutes=31)
    path = f"/case/{case.reference}"
    wang.send(path, claim="1")
    said = {"outcome": "return", "reasons": "payee_unclear", "note": "户名看不清，请换一张"}
    taken = chen.send(f"{path}/decide", **said)
    assert (taken.status_code, "确认退回" in page(taken)) == (409, False)
    assert "户名看不清，请换一张</textarea>" in page(taken)
    wang.send(path, release="1")
    free = chen.send(f"{path}/decide", **said)
    assert (free.status_code, "请先领取" in page(free)) == (409, True)
    claimed = chen.send(f"{path}/decide", **said, claim="1")
    assert (claimed.status_code, "确认退回" in page(claimed)) == (200, True)
    assert "户名看不清，请换一张</textarea>" in page(claimed)
    assert chen.send(f"{path}/decide", **said).status_code == 302


def test_stale_checks_ask_to_check_again(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    world.clock.pass_(minutes=31)
    desk.send(f"/case/{case.reference}", claim="1")
    answer = desk.decide(case, "approve")
    assert answer.status_code == 409
    assert "已超过 30 分钟" in words(answer)
    assert 'name="recheck"' in page(answer)
    assert desk.send(f"/case/{case.reference}", recheck="1").status_code == 302
    assert desk.decide(case, "approve").status_code == 302


def test_an_operator_that_is_down_is_said(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    world.outside.fault("operator", down=True)
    answer = desk.send(f"/case/{case.reference}", recheck="1")
    assert answer.status_code == 409
    assert "暂时无法查询运营系统" in page(answer)
    assert 'name="recheck"' in page(answer)


def test_an_officer_who_is_no_reviewer_looks_only(world: World) -> None:
    case = waiting(world)
    desk = officer(world, "lin", ActorKind.OFFICER).sign_in()
    assert desk.open(f"/case/{case.reference}").status_code == 200
    desk.send("/")
    looked = desk.open(f"/case/{case.reference}/decide?outcome=return")
    assert "由审核人员决定" in page(looked)
    assert "确认退回" not in page(looked)
    assert "/decide" not in page(desk.open(f"/case/{case.reference}"))
    for outcome in ("approve", "return", "refuse"):
        answer = desk.decide(case, outcome, *REASONS.get(outcome, []))
        assert answer.status_code == 403
        assert "审核人员" in page(answer)
    case.refresh_from_db()
    assert case.state == "in_review"


def test_the_next_case_is_never_one_s_own_preparation(world: World) -> None:
    own, other = waiting(world), waiting(world, OTHERS[0])
    desk = officer(world).sign_in()
    Case.objects.filter(pk=own.pk).update(prepared_by=desk.officer.pk)
    assert desk.send("/")["Location"] == f"/desk/case/{other.reference}"
    assert desk.send("/")["Location"] == "/desk/"


def test_the_next_case_is_never_an_appeal_from_oneself(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    desk.decide(case, "refuse", "duplicate")
    holder = Actor(ActorKind.SUBSCRIBER, str(case.prepared_by))
    again = appealing.appeal(case_id=case.pk, actor=holder, now=world.now)
    world.answer(again)
    world.submit(again)
    again.refresh_from_db()
    assert again.state == "in_review"
    assert desk.send("/")["Location"] == "/desk/"
    another = officer(world, "wang").sign_in()
    assert another.send("/")["Location"] == f"/desk/case/{again.reference}"


def test_the_person_is_never_named_in_full(world: World) -> None:
    case = waiting(world)
    rows = (world.outside.folder / "lines.csv").read_text("utf-8-sig").splitlines()
    row = dict(zip(rows[0].split(","), rows[1].split(","), strict=True))
    keys = ("number", "iccid", "holder_name", "document_number")
    secrets = [row[key] for key in keys] + ["6222000000051234", "subscriber@example.com"]
    assert row["number"] == CLEAN[3:]
    desk = officer(world).sign_in()
    path = f"/case/{case.reference}"
    pages = [desk.open(p) for p in ("/", "/queue", "/queue?view=all", path)]
    desk.send(path, claim="1")
    pages += [desk.open(f"{path}/decide?outcome={o}") for o in ("approve", "return", "refuse")]
    pages += [desk.decide(case, "refuse"), desk.decide(case, "approve"), desk.open(path)]
    for answer in pages:
        for secret in secrets:
            assert secret not in page(answer)


def test_a_finished_case_can_still_be_looked_at(world: World) -> None:
    case = world.close()
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == "done")
    desk = officer(world).sign_in()
    path = f"/case/{case.reference}"
    answer = desk.open(path)
    assert answer.status_code == 200
    assert 'name="recheck"' not in page(answer)
    assert "event." not in page(answer)
    assert desk.decide(case, "approve").status_code == 409
    assert reviewing.held_by_other(case, desk.officer, now=world.now) is False


def test_the_case_shows_each_message_with_wording_and_result(world: World) -> None:
    case = waiting(world)
    world.send_notices()
    shown = page(officer(world).sign_in().open(f"/case/{case.reference}"))
    rows = outbox.of_case(case.pk)
    assert len(rows) == 3
    for row in rows:
        assert row.template in shown
        assert row.reference in shown
    assert "subscriber@example.com" not in shown


def test_nobody_is_said_to_be_on_a_case_that_is_decided(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send("/")
    wang = officer(world, "wang").sign_in()
    assert "您可查看，不能办理" in page(wang.open(f"/case/{case.reference}"))
    desk.decide(case, "refuse", "duplicate")
    assert "您可查看，不能办理" not in page(wang.open(f"/case/{case.reference}"))
