"""What two sides disagree about: found at the desk, both sides beside each other, decided by two."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desk.officers import Desk, officer
from tests.portal.browser import page
from tests.stories import OPERATOR, World, closing_of
from xiaohu.closures import reconciling
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.desk import money
from xiaohu.queue import clock
from xiaohu.settlement import findings
from xiaohu.settlement.models import Finding

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
GIVEN = {"do": "propose", "decision": "ours_stands", "why": "slip_seen", "proof": "slip 1-2"}


def found(world: World, kind: FindingKind = FindingKind.WRONG_AMOUNT, **more: Any) -> Finding:
    """Return something found."""
    asked: dict[str, Any] = {
        "source": FindingSource.STATEMENT,
        "reference": "PAY-000001",
        "ours_fen": 12640,
        "theirs_fen": 12600,
    }
    return findings.note(operator=OPERATOR, kind=kind, now=world.now, **asked | more)


def finance(world: World, name: str = "qian") -> Desk:
    """Return somebody of finance at the desk."""
    return officer(world, name, ActorKind.FINANCE).sign_in()


def path(finding: Finding) -> str:
    """Return the address of a finding."""
    return f"/money/{finding.pk}"


def test_nothing_to_decide_says_so(world: World) -> None:
    assert "没有需要处理的差异" in page(finance(world).open("/money"))


def test_what_was_found_is_listed_with_both_sides(world: World) -> None:
    case = world.draft()
    finding = found(world, closing_id=closing_of(case).pk)
    desk = finance(world)
    for text in (page(desk.open("/money")), page(desk.open(path(finding)))):
        for said in (case.reference, "金额不符", "126.40", "126.00", "PAY-000001"):
            assert said in text


def test_a_comparison_that_agrees_is_not_green_while_something_waits(world: World) -> None:
    reconciling.daily(operator=OPERATOR, now=world.now)
    desk = finance(world)
    assert "全部一致。</p></div>" in page(desk.open("/money"))
    found(world)
    assert "没有新的差异。待处理的差异 1 项。</p></div>" in page(desk.open("/money"))
    assert "待办已清空" not in page(desk.open("/"))


@pytest.mark.parametrize("kind", FindingKind)
def test_every_kind_can_be_looked_at(world: World, kind: FindingKind) -> None:
    assert finance(world).open(path(found(world, kind))).status_code == 200


def test_two_people_decide(world: World) -> None:
    finding, one, two = found(world), finance(world), finance(world, "sun")
    assert one.send(path(finding), **GIVEN)["Location"] == "/desk/money"
    assert "须由另一位同事确认" in page(one.open(path(finding)))
    finding.refresh_from_db()
    seen = findings.seen_as(finding)
    assert one.send(path(finding), do="agree", seen=seen).status_code == 409
    assert f'value="{seen}"' in two.open(path(finding)).content.decode()
    assert "SLIP1-2" in page(two.open(path(finding)))
    assert two.send(path(finding), do="agree", seen=seen).status_code == 302
    finding.refresh_from_db()
    assert (finding.decision, finding.decided_by_id) == ("ours_stands", two.officer.pk)
    text = page(two.open(path(finding)))
    assert "chen" not in text
    assert "qian示例" in text
    assert "sun示例" in text
    assert two.send(path(finding), do="agree", seen=seen).status_code == 409


def test_nobody_agrees_to_a_proposal_they_have_not_seen(world: World) -> None:
    finding, one, two = found(world), finance(world), finance(world, "sun")
    one.send(path(finding), **GIVEN)
    finding.refresh_from_db()
    seen = findings.seen_as(finding)
    one.send(path(finding), **{**GIVEN, "decision": "theirs_stands"})
    for said in (seen, "", "\0"):
        answer = two.send(path(finding), do="agree", seen=said)
        assert answer.status_code == 409
        assert "内容在您查看后有变动" in page(answer)
    finding.refresh_from_db()
    assert finding.decided_at is None


def test_a_proposal_can_be_taken_off(world: World) -> None:
    finding, one = found(world), finance(world)
    one.send(path(finding), **GIVEN)
    assert one.send(path(finding), do="reject").status_code == 302
    finding.refresh_from_db()
    assert finding.proposal == ""


def test_one_person_is_enough_where_no_money_moves(world: World) -> None:
    finding, one = found(world, FindingKind.UNREADABLE), finance(world)
    answers = {**GIVEN, "decision": "no_matter"}
    assert one.send(path(finding), **answers).status_code == 302
    assert not findings.open_ones(OPERATOR).exists()


@pytest.mark.parametrize(
    "wrong",
    [{"decision": ""}, {"decision": "absorb"}, {"why": "x"}, {"proof": ""}, {"proof": "张三"}],
    ids=str,
)
def test_what_is_not_understood_is_asked_again(world: World, wrong: dict[str, str]) -> None:
    finding, desk = found(world), finance(world)
    answer = desk.send(path(finding), **{**GIVEN, **wrong})
    assert answer.status_code == 422
    finding.refresh_from_db()
    assert finding.proposal == ""


@pytest.mark.parametrize(
    "query", ["?view=decided", "?view=x&kind=y", "?kind=wrong_amount", "?kind=%00", "?view="]
)
def test_any_question_is_answered(world: World, query: str) -> None:
    found(world)
    assert finance(world).open(f"/money{query}").status_code == 200


def test_the_list_can_be_narrowed(world: World) -> None:
    found(world)
    desk = finance(world)
    assert "PAY-000001" in page(desk.open("/money?kind=wrong_amount"))
    assert "PAY-000001" not in page(desk.open("/money?kind=chargeback"))
    assert "PAY-000001" not in page(desk.open("/money?view=decided"))


def test_others_may_look_and_not_decide(world: World) -> None:
    finding = found(world)
    desk = officer(world, "wu", ActorKind.REVIEWER).sign_in()
    assert "您的岗位可以查看" in page(desk.open(path(finding)))
    assert desk.send(path(finding), **GIVEN).status_code == 409
    finding.refresh_from_db()
    assert finding.proposal == ""


def test_nobody_sees_what_is_not_theirs(world: World) -> None:
    foreign = findings.note(
        operator="other",
        kind=FindingKind.UNREADABLE,
        source=FindingSource.CALLBACK,
        reference="FOREIGN",
        now=world.now,
    )
    desk = finance(world)
    assert desk.open(path(foreign)).status_code == 404
    assert desk.open(f"/money/{uuid4()}").status_code == 404
    assert "FOREIGN" not in page(desk.open("/money"))
    assert officer(world, "zhou").open("/money").status_code == 302


def test_an_odd_order_is_no_page(world: World) -> None:
    assert finance(world).send(path(found(world)), do="burn").status_code == 404


def test_the_last_comparison_is_shown(world: World) -> None:
    desk = finance(world)
    assert "没有完成核对" in page(desk.open("/money"))
    reconciling.daily(operator=OPERATOR, now=clock.now())
    assert "全部一致" in page(desk.open("/money"))


def test_more_findings_ask_no_more_questions(world: World) -> None:
    for number in range(30):
        found(world, theirs_fen=number)
    with CaptureQueriesContext(connection) as asked:
        assert len(money.listed("open", "")) == 30
    assert len(asked) <= 3


def test_a_closing_that_waits_leads_to_what_is_to_decide(world: World) -> None:
    world.outside.fault("operator", refuse=["freeze"])
    case = world.close()
    finding = found(world, FindingKind.EFFECT_UNRESOLVED, closing_id=closing_of(case).pk)
    shown = officer(world).sign_in().open(f"/case/{case.reference}").content.decode()
    assert f"/desk/money/{finding.pk}" in shown


def test_finance_sees_on_its_first_page_how_many_wait(world: World) -> None:
    desk = finance(world)
    link = 'href="/desk/money">资金核对</a></li>'
    assert link not in desk.open("/").content.decode()
    found(world)
    assert link in desk.open("/").content.decode()
    assert link not in officer(world).sign_in().open("/").content.decode()
