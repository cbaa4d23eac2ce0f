"""A8: kept records at the desk: never searched, and two people for every touch."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.desk.officers import Desk, officer
from tests.portal.browser import Answer, page, words
from tests.stories import World
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.kept import KeptAct
from xiaohu.core.retention import Category
from xiaohu.erasure import kept
from xiaohu.erasure.models import KeptRequest
from xiaohu.trail.models import Event
from xiaohu.vault.models import BucketRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ORDER, COURT = "示例公信〔2026〕12号", "示例法执〔2026〕7号"


@pytest.fixture
def case(world: World) -> Case:
    """A closed case of which the law keeps something."""
    return world.close()


@pytest.fixture
def two(world: World) -> tuple[Desk, Desk]:
    """Two people of compliance."""
    return tuple(officer(world, name, ActorKind.COMPLIANCE).sign_in() for name in ("wei", "xu"))  # type: ignore[return-value]


def asked(desk: Desk, case: Case, act: KeptAct, authority: str = ORDER) -> Answer:
    """Ask for something."""
    said = {"do": "ask", "act": act.value, "reference": case.reference, "authority": authority}
    return desk.send("/retention", **said)


def agree(desk: Desk) -> Answer:
    """Agree to what waits."""
    waiting = KeptRequest.objects.get(agreed_at=None, dropped_at=None)
    return desk.send("/retention", do="agree", request=str(waiting.pk))


def text(desk: Desk) -> str:
    """Return what the page says."""
    return words(desk.open("/retention"))


def test_it_lists_what_is_kept_by_category_and_names_nobody(
    case: Case, two: tuple[Desk, Desk]
) -> None:
    said = text(two[0])
    for told in ("实名登记资料", "第十一条", "24 个月", "退款凭证", "120 个月"):
        assert told in said
    assert case.reference not in said
    assert "0001" not in said
    assert "没有到期的记录" in said


def test_a_month_is_asked_for_agreed_on_and_recorded(
    world: World, case: Case, two: tuple[Desk, Desk]
) -> None:
    until = BucketRecord.objects.get(category=Category.SERVICE_NUMBER).until
    world.clock.at += timedelta(days=(until - world.now.date()).days - 20)
    one, other = (desk.sign_in() for desk in two)
    month = {"do": "destroy", "category": "service_number", "until": until.isoformat()}
    assert one.send("/retention", **month).status_code == 302
    assert "由您提出，须另一人同意" in text(one)
    assert agree(one).status_code == 409
    assert "1 留存记录待处理" in words(other.open("/"))
    assert "留存记录待处理" not in words(one.open("/"))
    assert "到期后自动销毁" in words(other.client.get(agree(other)["Location"]))
    assert "已同意，到期自动销毁" in text(one)
    world.clock.at += timedelta(days=21)
    kept.carry_out(now=world.now)
    one.sign_in()
    destroyed = text(one).partition("销毁记录")[2]
    assert "服务号码与卡号" in destroyed
    assert "wei示例 · xu示例" in destroyed
    assert "已到期" in text(one)  # of the others, which nobody asked for
    assert one.send("/retention", **month).status_code == 409


def test_each_order_holds_on_its_own_until_it_is_ended(
    world: World, case: Case, two: tuple[Desk, Desk]
) -> None:
    one, other = two
    for authority in (ORDER, COURT):
        assert asked(one, case, KeptAct.HOLD, authority).status_code == 302
        assert agree(other).status_code == 302
        world.clock.pass_(minutes=1)  # the list shows the oldest first
    assert asked(one, case, KeptAct.HOLD).status_code == 409
    listed = page(one.open("/retention"))
    assert case.reference in listed
    ends = re.findall(r'href="/desk(/retention/holds/[^"]+)"', listed)
    assert len(ends) == 2
    assert one.send(ends[0], authority=" ").status_code == 422
    assert one.send(ends[0], authority="示例公解〔2027〕1号").status_code == 302
    assert one.send(ends[0], authority="示例公解〔2027〕1号").status_code == 409
    assert agree(other).status_code == 302
    assert one.open(ends[0]).status_code == 404
    assert COURT in text(one)
    assert ORDER not in text(one).partition("冻结中")[2]
    assert BucketRecord.objects.exclude(hold=None).count() == 4


def test_what_two_opened_either_reads_for_an_hour(
    world: World, case: Case, two: tuple[Desk, Desk]
) -> None:
    one, other = two
    asked(one, case, KeptAct.OPEN)
    assert "现在可以查阅" not in text(one)
    agree(other)
    found = re.search(r'href="/desk(/retention/opened/[^"]+)"', page(one.open("/retention")))
    assert found is not None
    assert "尤示例" not in page(one.open(found[1]))
    assert not Event.objects.filter(action="see_kept").exists()
    shown = one.send(found[1])
    assert "尤示例" in page(shown)
    assert "126.40 元" in page(shown)
    assert shown["Cache-Control"] == "no-store"
    assert Event.objects.filter(action="see_kept").count() == 1
    third = officer(world, "yan", ActorKind.ADMIN).sign_in()
    assert third.send(found[1]).status_code == 404
    world.clock.pass_(minutes=61)
    assert other.sign_in().send(found[1]).status_code == 404


def test_what_was_asked_is_dropped(case: Case, two: tuple[Desk, Desk]) -> None:
    one, other = two
    asked(one, case, KeptAct.HOLD)
    request = str(KeptRequest.objects.get().pk)
    assert other.send("/retention", do="drop", request=request).status_code == 302
    assert other.send("/retention", do="agree", request=request).status_code == 409
    assert not BucketRecord.objects.exclude(hold=None).exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"act": ""}, "请选择一项"),
        ({"act": "destroy"}, "请选择一项"),
        ({"reference": ""}, "请输入受理编号"),
        ({"reference": "XH-2611-0000-00"}, "没有这项留存记录"),
        ({"authority": ""}, "文书编号"),
        ({"authority": "号" * 65}, "文书编号"),
    ],
)
def test_what_is_wrong_is_said_at_its_box(
    case: Case, two: tuple[Desk, Desk], changes: dict[str, str], said: str
) -> None:
    right = {"act": "hold", "reference": case.reference, "authority": ORDER}
    answer = two[0].send("/retention", do="ask", **{**right, **changes})
    assert answer.status_code == 422
    assert said in page(answer)
    assert not KeptRequest.objects.exists()


@pytest.mark.parametrize("role", [ActorKind.OFFICER, ActorKind.REVIEWER, ActorKind.FINANCE])
def test_nobody_else_sees_or_touches_it(world: World, case: Case, role: ActorKind) -> None:
    desk = officer(world, "zhu", role).sign_in()
    for path in ("/retention", f"/retention/holds/{uuid4()}", f"/retention/opened/{uuid4()}"):
        assert desk.open(path).status_code == 403
    assert asked(desk, case, KeptAct.OPEN).status_code == 403
    assert "留存记录" not in words(desk.open("/"))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"do": "x"},
        {"do": "agree"},
        {"do": "agree", "request": "\x00"},
        {"do": "destroy"},
        {"do": "destroy", "category": "name", "until": "2026-11-30"},
        {"do": "destroy", "category": "service_number", "until": "soon"},
    ],
)
def test_nonsense_is_not_found(two: tuple[Desk, Desk], sent: dict[str, Any]) -> None:
    assert two[0].send("/retention", **sent).status_code == 404
