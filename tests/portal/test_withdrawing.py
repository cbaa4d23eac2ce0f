"""Taking a request back: what is undone, a reason if one likes; too late says why and what is possible."""

import pytest

from tests.closures.states import case_in
from tests.portal.browser import Answer, Browser, page, words
from tests.stories import World
from xiaohu.core.states import WITHDRAWABLE, CaseState
from xiaohu.core.withdrawal import WithdrawReason
from xiaohu.trail import events

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
POSSIBLE = sorted(WITHDRAWABLE - {CaseState.DRAFT})


@pytest.mark.parametrize("state", POSSIBLE)
def test_it_says_what_is_undone(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    said = words(Browser(world).sign_in_by_reference(case).open(f"/case/{case.pk}/withdraw"))
    undone = {"in_review": "审核停止", "scheduled": "不会停机", "awaiting_customer": "不再需要补充"}
    assert undone[state] in said
    assert "30 天后删除" in said


@pytest.mark.parametrize(
    ("choice", "kept"), [("wrong_line", "wrong_line"), ("not_said", ""), ("", ""), ("\x00x", "")]
)
def test_a_reason_is_kept_as_a_code_and_never_needed(world: World, choice: str, kept: str) -> None:
    case = world.submitted()
    browser = Browser(world).sign_in()
    assert page(browser.open(f"/case/{case.pk}/withdraw")).count('type="radio"') == len(
        WithdrawReason
    )
    browser.send(choice=choice)
    assert browser.at == f"/case/{case.pk}"
    case.refresh_from_db()
    assert case.state == "withdrawn"
    assert [e.reason for e in events.of_case(case.pk) if e.action == "withdraw"] == [kept]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (CaseState.EXECUTING, "已开始办理销户"),
        (CaseState.SETTLING, "重新投放前"),
        (CaseState.DONE, "重新投放前"),
        (CaseState.REFUSED, "已经结束"),
        (CaseState.WITHDRAWN, "已经结束"),
        (CaseState.EXPIRED, "已经结束"),
    ],
)
def test_too_late_says_why_and_what_is_possible(world: World, state: CaseState, said: str) -> None:
    case = case_in(world, state)
    browser = Browser(world).sign_in_by_reference(case)
    for answer in (
        browser.open(f"/case/{case.pk}/withdraw"),
        browser.client.post(f"/case/{case.pk}/withdraw")
        if state is not CaseState.WITHDRAWN
        else browser.open(f"/case/{case.pk}/withdraw"),
    ):
        assert answer.status_code == 409
        assert said in words(answer)
        assert ("已经不能撤销" in title(answer)) is (said != "已经结束")
        assert case.reference in words(answer)


def title(answer: Answer) -> str:
    """Return what the window's tab says."""
    return answer.content.decode().partition("<title>")[2].partition("</title>")[0]
