"""D6: a request typed by an officer is a real one: same checks, same proofs, and another one decides."""

import re
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.desk.officers import Desk, officer
from tests.desk.test_finding import row
from tests.portal.browser import Answer, page, words
from tests.stories import ARREARS, CLEAN, EMPTY, LARGE, World, picture, staff
from xiaohu.closures import application, assisting, checking, knowing, reviewing, sitting
from xiaohu.closures.application import NotYoursToPrint
from xiaohu.closures.applying import Details
from xiaohu.closures.assisting import Asked, Heard
from xiaohu.closures.knowing import HolderTriedOften
from xiaohu.closures.models import Case, ConsentHeard
from xiaohu.closures.queries import CaseNotFound, LineNotYours
from xiaohu.closures.reviewing import SamePerson
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.consents import ConsentKind
from xiaohu.core.readout import HeardBy, ReadItem
from xiaohu.proofing import consents, papers
from xiaohu.proofing.models import Paper
from xiaohu.registry.models import Line
from xiaohu.screening import facts as screening
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def told(world: World, **changes: Any) -> dict[str, Any]:
    """Return what somebody tells of the first line, everything as registered."""
    said = row(world)
    answers = {
        "number": said["number"],
        "applicant": "holder",
        "holder_name": said["holder_name"],
        "holder_document": said["document_number"],
        "card": said["iccid"],
        "contact": "after@example.com",
        "contact_heard": "on",
        "route": "original",
        "reason": "not_said",
        "read": [item.value for item in ReadItem],
        "heard_by": "phone",
        "heard_at": "2026-11-23 12:00",
        "take": "1",
    }
    return {name: value for name, value in {**answers, **changes}.items() if value is not None}


@pytest.fixture
def desk(world: World) -> Desk:
    """An officer who takes requests."""
    return officer(world).sign_in()


def taken(world: World, desk: Desk, **changes: Any) -> Case:
    """Return the case that comes of what was told."""
    answer = desk.send("/new", **told(world, **changes))
    assert answer.status_code == 302, page(answer)
    return Case.objects.get()


def test_a_request_is_taken_and_waits_for_another_person(world: World, desk: Desk) -> None:
    case = taken(world, desk)
    assert (case.state, case.channel, case.prepared_by) == ("in_review", "desk", desk.officer.pk)
    assert "assisted" in case.review_reasons
    reviewing.claim(case_id=case.pk, officer=desk.officer, now=world.now)
    with pytest.raises(SamePerson):
        reviewing.approve(case_id=case.pk, officer=desk.officer, now=world.now)
    wang = staff("wang")
    world.clock.pass_(minutes=31)
    checking.run(case_id=case.pk, now=world.now)
    reviewing.claim(case_id=case.pk, officer=wang, now=world.now)
    assert reviewing.approve(case_id=case.pk, officer=wang, now=world.now).state == "scheduled"


def test_what_was_heard_is_kept_and_shown(world: World, desk: Desk) -> None:
    case = taken(world, desk)
    heard = ConsentHeard.objects.get()
    assert (heard.version, len(heard.items), heard.heard_by) == ("2026.1", 8, "phone")
    text = page(desk.open(f"/case/{case.reference}"))
    assert "2026年11月23日 12:00</span> · 录音电话 · 版本 2026.1，条数 8" in text
    assert "人工受理" in text
    assert "登记信息一致" in text


def test_a_line_is_looked_up_and_filled_in_by_the_system(world: World, desk: Desk) -> None:
    answer = desk.send("/new", **told(world, take=None, look_up="1", contact=""))
    text = page(answer)
    assert answer.status_code == 200
    assert "系统填写" in text
    assert "130 **** 0001" in text
    assert "after@example.com" not in text
    assert f'value="{row(world)["holder_name"]}"' in text
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"number": "abc"}, "手机号"),
        ({"number": "13000099999"}, "没有找到这个在网号码"),
        ({"number": "\x00"}, "手机号"),
        ({"holder_name": "别人"}, "所报机主信息与登记不一致"),
        ({"holder_document": "110101199001011234"}, "所报机主信息与登记不一致"),
        ({"holder_name": ""}, "请输入机主姓名"),
        ({"card": "9999"}, "今日还可试 4 次"),
        ({"card": "12x4"}, "0–9 和 A–F"),
        ({"card": ""}, "身份"),
        ({"contact": ""}, "请输入销户后仍可用的联系方式"),
        ({"contact": CLEAN}, "不在本次销户范围内"),
        ({"contact_heard": None}, "请先核实联系方式"),
        ({"read": ["stops"]}, "请逐条宣读"),
        ({"read": ["nonsense"]}, "请选择一项"),
        ({"heard_at": "yesterday"}, "格式填写时间"),
        ({"heard_at": "2026-11-20 12:00"}, "24 小时以内"),
        ({"heard_at": "2026-11-24 12:00"}, "24 小时以内"),
        ({"route": "bank_account"}, "银行"),
        ({"route": "bank_account", "bank": "示例银行", "account": "12"}, "账号"),
        ({"route": "other_line"}, "11 位手机号"),
        ({"applicant": "operator"}, "请选择一项"),
        ({"applicant": "org_handler"}, "不能"),
        ({"applicant": "proxy"}, "姓名"),
        ({"reason": "nonsense"}, "请选择一项"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_opened(
    world: World, desk: Desk, changes: dict[str, Any], said: str
) -> None:
    answer = desk.send("/new", **told(world, **changes))
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Case.objects.exists()


def test_a_line_with_a_request_is_refused(world: World, desk: Desk) -> None:
    open_case = world.submitted()
    answer = desk.send("/new", **told(world))
    assert answer.status_code == 422
    assert open_case.reference in page(answer)


def test_five_wrong_names_a_day_are_enough(world: World, desk: Desk) -> None:
    for _ in range(5):
        desk.send("/new", **told(world, holder_name="别人"))
    answer = desk.send("/new", **told(world))
    assert "今日比对次数已用完" in page(answer)
    with pytest.raises(HolderTriedOften):
        knowing.require_holder(line=world.line(), name="x", document="x", now=world.now)
    world.clock.pass_(days=1, minutes=1)
    said = row(world)
    knowing.require_holder(
        line=world.line(),
        name=said["holder_name"],
        document=said["document_number"],
        now=world.now,
    )


def test_arrears_are_told_and_stop_the_request(world: World, desk: Desk) -> None:
    world.outside.change(world.line(), arrears_fen=3820)
    answer = desk.send("/new", **told(world))
    assert answer.status_code == 422
    assert "38.20" in page(answer)
    assert not Case.objects.exists()


def test_what_hangs_on_a_line_is_chosen_on_the_page(world: World, desk: Desk) -> None:
    world.outside.change(world.line(), open_order=True)
    answer = desk.send("/new", **told(world))
    assert 'value="cancel_order"' in page(answer)
    case = taken(world, desk, OPEN_ORDER="cancel_order", open_order="cancel_order")
    assert case.state == "in_review"


def test_somebody_for_the_holder_shows_papers(world: World, desk: Desk) -> None:
    proxy = {
        "applicant": "proxy",
        "name": "代办示例",
        "document_kind": "passport",
        "document_number": "E12345678",
        "visit": "营业厅，核对护照原件",
    }
    refused = desk.send("/new", **told(world, **proxy))
    assert refused.status_code == 422
    files = {
        f"paper-{kind}": SimpleUploadedFile("a.jpg", picture())
        for kind in ("holder_id", "applicant_id", "authorisation")
    }
    case = taken(
        world,
        desk,
        **proxy,
        **files,
        consents=["bank_account", "id_photo"],
        route="bank_account",
        bank="示例银行",
        account="6222000000051234",
    )
    assert "for_somebody_else" in case.review_reasons
    assert "代**" in page(desk.open(f"/case/{case.reference}"))


def with_another_line(world: World, number: str = EMPTY) -> Line:
    """Return another line of the first line's holder."""
    other = world.line(number)
    Line.objects.filter(pk=other.pk).update(holder_id=world.line().holder_id)
    other.refresh_from_db()
    return other


def test_other_lines_of_the_holder_are_ticked_and_go_with_it(world: World, desk: Desk) -> None:
    other = with_another_line(world)
    world.outside.change(other, open_order=True)
    looked = desk.send("/new", **told(world, look_up="1"))
    assert "130 **** 0006" in page(looked)
    assert "open_order" not in page(looked).lower()
    looked = desk.send("/new", **told(world, look_up="1", also=[str(other.pk)]))
    assert re.search(rf'value="{other.pk}"[^>]* checked', page(looked))
    assert 'value="cancel_order"' in page(looked)
    case = taken(world, desk, also=[str(other.pk)], OPEN_ORDER="cancel_order")
    assert {closing.line_id for closing in case.closings.all()} == {world.line().pk, other.pk}
    assert case.size == 2
    assert checking.last(case, now=world.now) is not None
    shown = page(desk.open(f"/case/{case.reference}"))
    assert shown.index("130 **** 0001") < shown.index("130 **** 0006")


def test_lines_of_somebody_else_or_already_closing_do_not_go_with_it(
    world: World, desk: Desk
) -> None:
    foreign = world.line(LARGE)
    case = taken(world, desk, also=[str(foreign.pk), "nonsense", "\x00"])
    assert [closing.line_id for closing in case.closings.all()] == [world.line().pk]
    other = with_another_line(world)
    again = told(world, number=EMPTY, look_up="1")
    assert "130 **** 0001" not in page(desk.send("/new", **again)).partition("id_also")[2]
    with pytest.raises(LineNotYours):
        assisting.take(
            officer=desk.officer,
            line=other,
            asked=Asked(
                applicant=ApplicantKind.HOLDER,
                details=Details(),
                contact="after@example.com",
                heard=Heard(items=list(ReadItem), by=HeardBy.PHONE, at=world.now),
            ),
            gathered=screening.gather(other, now=world.now),
            more=[(foreign, screening.gather(foreign, now=world.now))],
            now=world.now,
        )


def test_a_file_that_is_no_paper_is_refused(world: World, desk: Desk) -> None:
    junk = SimpleUploadedFile("a.pdf", b"%PDF-nonsense")
    answer: Answer = desk.send("/new", **told(world, **shown(junk)))
    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_a_visit_is_noted_with_what_was_seen(world: World, desk: Desk) -> None:
    case = taken(world, desk, card="", visit="营业厅，核对身份证原件")
    text = page(desk.open(f"/case/{case.reference}"))
    assert "营业厅，核对身份证原件" in text
    assert "到场核验" in text


def test_only_officers_of_the_operator_take_requests(world: World) -> None:
    finance = officer(world, "qian", ActorKind.FINANCE).sign_in()
    assert finance.open("/new").status_code == 403
    assert finance.send("/new", **told(world)).status_code == 403


def test_when_the_operator_is_away_it_is_said(world: World, desk: Desk) -> None:
    world.outside.fault("operator", down=True)
    answer = desk.send("/new", **told(world, look_up="1"))
    assert answer.status_code == 422
    assert "暂时无法查询运营系统" in page(answer)


def test_the_form_is_printed_in_full_and_on_record(world: World, desk: Desk) -> None:
    case = taken(world, desk, contact="13900000009", reason="price")
    answer = desk.open(f"/case/{case.reference}/form")
    assert answer.content.startswith(b"%PDF")
    said = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert "130 0000 0001" in said
    assert "139 0000 0009" in said
    assert "+86" not in said
    assert "资费原因" in said
    assert Event.objects.filter(action="print_form", case_id=case.pk).count() == 1
    stranger, finance = staff("zhou"), staff("qian", ActorKind.FINANCE)
    stranger.operator = "another"
    for refusal, by in ((CaseNotFound, stranger), (NotYoursToPrint, finance)):
        with pytest.raises(refusal):
            application.form(case_id=case.pk, officer=by, now=world.now + timedelta(minutes=1))


def test_a_line_in_arrears_or_large_is_looked_up_as_well(world: World, desk: Desk) -> None:
    for number in (ARREARS, LARGE):
        assert desk.send("/new", number=number, look_up="1").status_code == 200


def test_a_form_that_is_too_old_is_shown_again_with_what_was_typed(world: World) -> None:
    desk = officer(world).sign_in()
    desk.client.handler.enforce_csrf_checks = True
    typed = {"number": CLEAN, "applicant": "holder", "holder_name": "测试某"}
    answer = desk.client.post("/desk/new", typed, headers={"origin": "http://testserver"})
    assert answer.status_code == 403
    said = page(answer)
    assert "页面打开太久" in said
    assert 'value="测试某"' in said
    assert "请检查以下内容" not in said
    assert Case.objects.count() == 0


@pytest.mark.parametrize("origin", [{"origin": "https://evil.example"}, {}])
def test_what_another_site_may_have_sent_is_not_shown(world: World, origin: dict[str, str]) -> None:
    desk = officer(world).sign_in()
    desk.client.handler.enforce_csrf_checks = True
    typed = {"number": CLEAN, "applicant": "holder", "holder_name": "测试某"}
    answer = desk.client.post("/desk/new", typed, headers=origin)
    assert answer.status_code == 403
    assert "不是从本页发出的" in page(answer)
    assert "测试某" not in page(answer)
    assert CLEAN not in page(answer)


def sitting_of(answer: Answer) -> str:
    """Return the sitting a page carries."""
    found = re.search(r'name="sitting" value="([^"]+)"', page(answer))
    assert found is not None
    return found[1]


def shown(file: SimpleUploadedFile | None = None) -> dict[str, Any]:
    """Return what the holder shows: a picture of a document, or another file."""
    return {"paper-holder_id": file or SimpleUploadedFile("a.jpg", picture())}


class TestPapersOfASitting:
    """What is shown is kept while the rest is put right, and only for the request it belongs to."""

    def test_after_an_error_nothing_is_given_again(self, world: World, desk: Desk) -> None:
        wrong = told(world, card="", consents=["id_photo"], contact="")
        answer = desk.send("/new", **wrong, **shown())
        assert answer.status_code == 422
        assert "已收到，共 1 页" in page(answer)
        right = told(world, card="", consents=["id_photo"], sitting=sitting_of(answer))
        assert desk.send("/new", **right).status_code == 302
        case = Case.objects.get()
        assert [paper.evidence for paper in papers.of_case(case.pk)] == ["holder_id"]
        assert Paper.objects.count() == 1

    def test_a_picture_of_a_document_needs_a_consent_of_its_own(
        self, world: World, desk: Desk
    ) -> None:
        answer = desk.send("/new", **told(world, card=""), **shown())
        assert answer.status_code == 422
        assert 'href="#id_consents"' in page(answer)
        assert not Case.objects.exists()

    def test_a_look_up_keeps_what_was_chosen_before_it(self, desk: Desk) -> None:
        answer = desk.send("/new", number=CLEAN, look_up="1", **shown())
        assert answer.status_code == 200
        again = desk.send("/new", number=CLEAN, look_up="1", sitting=sitting_of(answer))
        assert "已收到，共 1 页" in page(again)

    def test_a_file_is_taken_back(self, desk: Desk) -> None:
        answer = desk.send("/new", number=CLEAN, look_up="1", **shown())
        file_id = str(Paper.objects.get().file_id)
        carried = sitting_of(answer)
        again = desk.send("/new", number=CLEAN, drop_paper=file_id, sitting=carried)
        assert (again.status_code, "已收到" in page(again)) == (200, False)
        assert not Paper.objects.exists()

    def test_what_is_wrong_with_a_file_is_said_at_its_box(self, desk: Desk) -> None:
        junk = SimpleUploadedFile("a.pdf", b"%PDF-nonsense")
        answer = desk.send("/new", number=CLEAN, look_up="1", **shown(junk))
        assert answer.status_code == 422
        assert 'href="#id_paper-holder_id"' in page(answer)
        assert "请输入机主姓名" not in page(answer)

    def test_another_officer_and_another_day_begin_anew(self, world: World, desk: Desk) -> None:
        answer = desk.send("/new", number=CLEAN, look_up="1", **shown())
        carried = sitting_of(answer)
        wang = officer(world, "wang").sign_in()
        theirs = wang.send("/new", number=CLEAN, look_up="1", sitting=carried)
        assert "已收到" not in page(theirs)
        assert sitting_of(theirs) != carried
        assert sitting.of(carried[:-1], desk.officer, now=world.now) is None
        world.clock.pass_(minutes=12 * 60)
        assert sitting.of(carried, desk.officer, now=world.now) is None

    def test_sent_twice_it_is_one_request(self, world: World, desk: Desk) -> None:
        carried = sitting_of(desk.open("/new"))
        first = desk.send("/new", **told(world, sitting=carried))
        second = desk.send("/new", **told(world, sitting=carried))
        case = Case.objects.get()
        assert first["Location"] == second["Location"] == f"/desk/case/{case.reference}"

    def test_of_no_request_nothing_is_left_after_a_day(self, world: World, desk: Desk) -> None:
        desk.send("/new", number=CLEAN, look_up="1", **shown())
        kept = taken(world, desk, card="", consents=["id_photo"], **shown())
        assert sitting.forget(now=world.now) == 0
        world.clock.pass_(days=1, minutes=1)
        assert sitting.forget(now=world.now) == 1
        assert {paper.case_id for paper in Paper.objects.all()} == {kept.pk}


def test_a_wrong_number_looked_up_says_nothing_of_the_rest(desk: Desk) -> None:
    answer = desk.send("/new", number="abc", look_up="1")
    assert answer.status_code == 422
    assert page(answer).count("错误：") == 2  # the title and the field
    assert "请输入机主姓名" not in page(answer)


def test_only_consents_that_can_matter_are_offered_and_kept(world: World, desk: Desk) -> None:
    offered = page(desk.open("/new"))
    for kind, there in (("bank_account", True), ("id_photo", True), ("face", False)):
        assert (f'name="consents" value="{kind}"' in offered) is there
    assert ('name="consents" value="waiver"' in offered) is ('<option value="waive"' in offered)
    case = taken(world, desk, route="original", consents=["bank_account", "later_settlement"])
    assert set(consents.in_force(case.pk)) == {ConsentKind.LATER_SETTLEMENT}


def test_choices_and_consents_are_in_the_words_of_staff(world: World, desk: Desk) -> None:
    world.outside.change(world.line(), arrears_fen=3820)
    text = page(desk.send("/new", number=CLEAN, look_up="1"))
    assert "机主去缴费" in text
    assert "我去缴费" not in text
    assert "对方同意为退款使用这个收款账户" in text
    case = taken(world, desk, ARREARS="pay")
    assert "机主去缴费" in page(desk.open(f"/case/{case.reference}"))


def test_the_consent_that_is_missing_is_named(world: World, desk: Desk) -> None:
    bank = {"route": "bank_account", "bank": "示例银行", "account": "6222000000051234"}
    assert "还没有单独同意：收款账户" in page(desk.send("/new", **told(world, **bank)))


def test_what_lapses_is_said_with_its_amounts(world: World, desk: Desk) -> None:
    other = with_another_line(world)
    for line, gift_fen in ((world.line(), 5000), (other, 250)):
        world.outside.change(line, gift_fen=gift_fen, points=1600, coupons=0)
    looked = words(desk.send("/new", **told(world, look_up="1", also=[str(other.pk)])))
    assert "赠送话费 52.50 元，抵扣末期账单后剩余的失效" in looked
    assert "3200 积分将失效" in looked
    assert "卡券" not in looked
