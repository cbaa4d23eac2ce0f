"""H3: the hotline and its hours, a call-back, a complaint and its answer."""

from datetime import timedelta

import pytest

from tests.assistance.asking import MAIL, NUMBER, WORDS, call
from tests.assistance.test_complaining import ANSWER, answered
from tests.portal.browser import Browser, page, words
from tests.stories import CLEAN, NOON, OPERATOR, World
from xiaohu.assistance import asking
from xiaohu.assistance.models import CallBack, Complaint
from xiaohu.core.retention import Category

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
GIVEN = {"name": "张示例", "number": "130 0000 0088", "topic": "money", "time": "soon"}
SAID = {"name": "张示例", "to": MAIL, "subject": "delay", "words": WORDS}


def test_says_that_somebody_is_there_or_when_again(world: World) -> None:
    browser = Browser(world)
    assert "现在有人接听" in words(browser.open("/help/contact"))
    world.clock.at = NOON + timedelta(hours=9)
    assert "2026年11月24日 08:00 起有人接听" in words(browser.open("/help/contact"))


def test_at_night_the_next_opening_is_chosen_beforehand(world: World) -> None:
    browser = Browser(world)
    assert " selected" not in page(browser.open("/help/contact")).partition('name="topic"')[0]
    world.clock.at = NOON + timedelta(hours=9)
    assert '"2026-11-24T08" selected' in page(browser.open("/help/contact"))


def test_asking_for_a_call_leads_to_a_reference(world: World) -> None:
    browser = Browser(world)
    said = words(browser.send("/help/contact", **GIVEN))
    made = CallBack.objects.get()
    assert browser.at == f"/help/asked/{made.reference}"
    assert "2026年11月23日 14:00 前打给您" in said
    assert NUMBER[-4:] not in said
    assert asking.opened(made, Category.CALL_BACK)["number"] == NUMBER


def test_a_time_is_chosen_of_those_offered(world: World) -> None:
    browser = Browser(world)
    assert "2026年11月24日 08:00 至 12:00" in words(browser.open("/help/contact"))
    browser.send("/help/contact", **{**GIVEN, "time": "2026-11-24T08"})
    assert "2026年11月24日 08:00 至 2026年11月24日 12:00 之间" in words(browser.open(browser.at))
    assert browser.send("/help/contact", **{**GIVEN, "time": "2026-11-01T08"}).status_code == 422


def test_a_reference_links_the_case_and_a_wrong_one_is_not_told(world: World) -> None:
    case = world.submitted()
    browser = Browser(world)
    browser.send("/help/contact", **GIVEN, reference=case.reference.lower())
    assert CallBack.objects.get().case_id == case.pk
    wrong = {**GIVEN, "topic": "other", "reference": "XH-2611-0000-00"}
    assert browser.send("/help/contact", **wrong).status_code == 200
    assert CallBack.objects.filter(case_id=None).count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "error"),
    [
        ("name", "", "请填写称呼"),
        ("number", "12", "请输入"),
        ("topic", "nonsense", "请选择"),
        ("time", "", "请选择"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    world: World, field: str, typed: str, error: str
) -> None:
    answer = Browser(world).send("/help/contact", **{**GIVEN, field: typed})
    assert answer.status_code == 422
    assert error in words(answer)
    kept = "张示例" if field != "name" else "130 0000 0088"
    assert f'value="{kept}"' in page(answer)


def test_asking_too_often_says_so_in_the_page(world: World) -> None:
    browser = Browser(world)
    for _ in range(3):
        browser.send("/help/contact", **GIVEN)
        world.clock.pass_(minutes=11)
    answer = browser.send("/help/contact", **GIVEN)
    assert answer.status_code == 422
    assert "操作太频繁" in words(answer)


@pytest.mark.parametrize("path", ["/help/contact", "/help/complaint"])
@pytest.mark.parametrize("typed", ["XH-2611-7K3M", "2611", "AB-2611-7K3M-9Q", "XH-2611-7K3M-9号"])
def test_a_reference_that_can_be_none_is_told(world: World, path: str, typed: str) -> None:
    given = {**(GIVEN if path.endswith("contact") else SAID), "reference": typed}
    answer = Browser(world).send(path, **given)
    assert answer.status_code == 422
    assert "编号有误，请核对或留空" in words(answer)


def test_a_reference_nobody_has_is_kept_as_typed(world: World) -> None:
    Browser(world).send("/help/complaint", **SAID, reference="xh 2611 0000 00")
    made = Complaint.objects.get()
    assert made.case_id is None
    assert asking.opened(made, Category.COMPLAINT)["reference"] == "xh 2611 0000 00"


def test_an_answer_does_not_go_to_a_number_that_is_being_closed(world: World) -> None:
    case, browser = world.submitted(), Browser(world)
    said = {**SAID, "to": CLEAN}
    answer = browser.send("/help/complaint", **said, reference=case.reference)
    assert answer.status_code == 422
    assert "不在本次销户范围内" in words(answer)
    assert not Complaint.objects.exists()
    browser.send("/help/complaint", **said)
    assert Complaint.objects.count() == 1, "a stranger learns nothing of a number"


def test_a_complaint_gives_its_number_and_the_way_outside(world: World) -> None:
    browser = Browser(world)
    said = words(browser.send("/help/complaint", **SAID))
    made = Complaint.objects.get()
    assert made.reference in said
    assert "2026年12月8日前（含当日）答复" in said
    assert "电信用户申诉受理机构" in said


@pytest.mark.parametrize(
    ("field", "typed"), [("words", ""), ("to", "nobody@"), ("to", "x"), ("words", "长" * 1001)]
)
def test_a_complaint_that_cannot_be_answered_is_sent_back(
    world: World, field: str, typed: str
) -> None:
    answer = Browser(world).send("/help/complaint", **{**SAID, field: typed})
    assert answer.status_code == 422
    assert not Complaint.objects.exists()


def test_the_answer_is_read_by_whoever_complained(world: World) -> None:
    made = answered(world)
    browser = Browser(world)
    shown = browser.send("/help/answer", reference=made.reference, tail="SKER")
    assert ANSWER in words(shown)
    assert shown["Cache-Control"] == "no-store"
    refused = browser.send("/help/answer", reference=made.reference, tail="0000")
    assert refused.status_code == 422
    assert ANSWER not in words(refused)
    assert "代码 ASKED_NOT_FOUND" in words(refused)
    assert ANSWER in words(browser.open("/help/answer"))
    browser.send("/help/answer", close="1")
    assert browser.at == "/help/contact"
    assert ANSWER not in words(browser.open("/help/answer"))


def test_a_made_up_cookie_opens_nothing(world: World) -> None:
    made = answered(world)
    browser = Browser(world)
    browser.client.cookies["xh_answer"] = str(made.pk)
    assert ANSWER not in words(browser.open("/help/answer"))


@pytest.mark.parametrize(
    "reference", ["HD-2611-0000-00", "TS-2611-0000-00", "x", "💡", "%00", "a%00b"]
)
def test_what_nobody_asked_is_not_found(world: World, reference: str) -> None:
    call(world)
    assert Browser(world).open(f"/help/asked/{reference}").status_code == 404
    assert CallBack.objects.filter(operator=OPERATOR).count() == 1
