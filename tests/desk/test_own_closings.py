"""A closing the operator starts: opened at the desk, agreed by a colleague, seen and heard by its holder."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.desk.officers import Desk, officer
from tests.portal.browser import Browser, page, words
from tests.stories import ARREARS, World
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.states import CaseState

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
OWING = {
    "status": "arrears_stopped",
    "arrears_fen": 3820,
    "arrears_since_on": "2026-08-01",
    "suspended_on": "2026-09-01",
}
GROUND = "服务协议第六条第四款"
FORM = {"number": "13000000003", "kind": "arrears", "ground": GROUND}


@pytest.fixture
def desk(world: World) -> Desk:
    """Somebody who may open such closings."""
    world.outside.change(world.line(ARREARS), **OWING)
    return officer(world, "chen", ActorKind.OFFICER, ActorKind.REVIEWER).sign_in()


def announced(world: World, desk: Desk) -> Case:
    """Open one and let a colleague agree."""
    desk.send("/own", **FORM)
    case = Case.objects.get()
    colleague = officer(world, "wu").sign_in()
    colleague.send(f"/case/{case.reference}", claim="1")
    assert colleague.decide(case, "approve").status_code == 302
    case.refresh_from_db()
    return case


def test_is_opened_from_the_work_page(desk: Desk) -> None:
    assert 'href="/desk/own"' in page(desk.open("/"))
    answer = desk.send("/own", **FORM)
    case = Case.objects.get()
    assert answer["Location"] == f"/desk/case/{case.reference}"
    said = words(desk.open(f"/case/{case.reference}"))
    assert all(text in said for text in (GROUND, "长期欠费", "38.20 元"))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"number": "13000099999"}, "没有找到这个在网号码"),
        ({"number": "abc"}, "请输入"),
        ({"ground": ""}, "请写明依据"),
        ({"kind": "regulator_order"}, "请选择一项"),
        ({"number": "13000000001"}, "目前不符合发起条件"),
    ],
)
def test_says_what_is_wrong_and_opens_nothing(
    desk: Desk, changes: dict[str, str], told: str
) -> None:
    answer = desk.send("/own", **{**FORM, **changes})
    assert answer.status_code == 422
    assert told in words(answer)
    assert not Case.objects.exists()


def test_asks_what_becomes_of_what_hangs_on_the_line(world: World, desk: Desk) -> None:
    world.outside.change(world.line(ARREARS), sublines=2)
    asked = desk.send("/own", **FORM)
    assert asked.status_code == 422
    assert page(asked).count('name="PRIMARY_WITH_SUBLINES"') == 3
    again = desk.send("/own", **FORM, PRIMARY_WITH_SUBLINES="detach_sublines")
    assert again.status_code == 302


def test_a_role_that_may_start_none_is_told(world: World) -> None:
    reviewer = officer(world, "lin", ActorKind.REVIEWER).sign_in()
    assert "您的岗位不能发起销户" in words(reviewer.open("/own"))


def test_its_holder_sees_why_until_when_and_how_to_stop_it(world: World, desk: Desk) -> None:
    case = announced(world, desk)
    holder = Browser(world).sign_in(ARREARS)
    said = words(holder.open(f"/case/{case.pk}"))
    wanted = (GROUND, "长期欠费", "38.20 元", "2026年12月23日", "缴清欠费", "提出异议")
    assert [text for text in wanted if text not in said] == []
    assert f"/case/{case.pk}/withdraw" not in page(holder.open(f"/case/{case.pk}"))


def test_its_holder_pays_and_it_stops(world: World, desk: Desk) -> None:
    case = announced(world, desk)
    holder = Browser(world).sign_in(ARREARS)
    still = holder.send(f"/case/{case.pk}/stop")
    assert still.status_code == 409
    assert "条件尚未消除" in words(still)
    world.outside.clients[1].post(f"/lines/{world.line(ARREARS).subscription_id}/pay")
    assert "号码不会因此销户" in words(holder.send(f"/case/{case.pk}/stop"))


def test_its_holder_objects_and_is_answered(world: World, desk: Desk) -> None:
    case = announced(world, desk)
    holder = Browser(world).sign_in(ARREARS)
    holder.open(f"/case/{case.pk}/object")
    assert "请说明异议理由" in words(holder.send(statement=" "))
    assert "答复前不会销户" in words(holder.send(statement="已于上月缴清"))
    other = officer(world, "lin").sign_in()
    assert "已于上月缴清" in words(other.open(f"/case/{case.reference}"))
    other.send(f"/case/{case.reference}", claim="1")
    assert "不销户，号码保持原状" in words(
        other.open(f"/case/{case.reference}/decide?outcome=stop")
    )
    other.decide(case, "stop")
    case.refresh_from_db()
    assert case.state == CaseState.WITHDRAWN
    assert "号码不会因此销户" in words(holder.open(f"/case/{case.pk}"))


def test_an_objection_is_not_heard_without_the_file_it_came_with(world: World, desk: Desk) -> None:
    case = announced(world, desk)
    holder = Browser(world).sign_in(ARREARS)
    path = f"/case/{case.pk}/object"
    for data, told in ((bytes(10 * 1024 * 1024), "8 MB"), (b"no picture", "JPG")):
        file = SimpleUploadedFile("paper.jpg", data)
        answer = holder.client.post(path, {"statement": "已于上月缴清", "file": file})
        assert answer.status_code == 422
        assert told in words(answer)
        assert "已于上月缴清" in page(answer)
        case.refresh_from_db()
        assert case.state == CaseState.SCHEDULED


@pytest.mark.parametrize("path", ["stop", "object"])
def test_none_of_it_is_for_a_request_of_one_s_own(world: World, path: str) -> None:
    case = world.submitted()
    holder = Browser(world).sign_in()
    holder.send(f"/case/{case.pk}/{path}")
    assert holder.at == f"/case/{case.pk}"


@pytest.mark.parametrize("outcome", ["return", "refuse"])
def test_an_own_closing_is_not_returned_or_refused(desk: Desk, outcome: str) -> None:
    desk.send("/own", **FORM)
    case = Case.objects.get()
    assert desk.open(f"/case/{case.reference}/decide?outcome={outcome}").status_code == 404
