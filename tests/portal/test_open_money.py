"""While money is open no page and no message of a request says that it is done."""

import pytest

from tests.closures.test_agreeing import two_of_one_holder
from tests.closures.test_claiming import agreed, at_counter, claimed
from tests.closures.test_matching import decide, done, effect, hear
from tests.closures.test_repaying import came_back
from tests.portal.browser import Browser, words
from tests.stories import World
from xiaohu.closures.models import Case, Closing
from xiaohu.core import notices
from xiaohu.core.findings import FindingDecision, FindingKind
from xiaohu.core.states import CaseState
from xiaohu.notices.models import QueuedNotice

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
DONE = ("全部办结", "已完成", "退款已完成", "已退还", "余额已付给您")
PAGES = ("", "/refund", "/submitted", "/certificate", "/statement", "/withdraw", "/claim")


def test_a_refund_that_came_back_is_nowhere_said_to_be_done(world: World) -> None:
    case = came_back(world)
    browser = Browser(world).sign_in_by_reference(case)
    for page in PAGES:
        said = words(browser.open(f"/case/{case.pk}{page}"))
        assert not [word for word in DONE if word in said], page
    told = {row.notice for row in QueuedNotice.objects.filter(case_id=case.pk)}
    over = {notices.Notice.DONE, notices.Notice.REFUNDED, notices.Notice.DECEASED_DONE}
    assert not told & {notice.value for notice in over}


def test_a_refund_that_was_charged_back_is_not_said_to_be_paid(world: World) -> None:
    case = done(world)
    browser = Browser(world).sign_in_by_reference(case)
    assert "已完成" in words(browser.open(f"/case/{case.pk}"))
    hear(world, effect().pk, type="payout.returned")
    for page in ("", "/claim", "/refund"):
        said = words(browser.open(f"/case/{case.pk}{page}")).split("办理步骤")[0]
        assert not [word for word in DONE if word in said], page
    assert "退款被退回" in words(browser.open(f"/case/{case.pk}"))
    decide(world, FindingDecision.PAY_AGAIN, kind=FindingKind.CHARGEBACK)
    assert "余额待领取" in words(browser.open(f"/case/{case.pk}"))


def test_a_claim_under_way_is_not_said_to_be_paid(world: World) -> None:
    case = at_counter(world)
    claimed(world, case)
    agreed(world, case)
    world.outside.fault("payout", asynchronous=True)
    world.work()
    browser = Browser(world).sign_in_by_reference(case)
    for page in ("", "/claim"):
        said = words(browser.open(f"/case/{case.pk}{page}")).split("办理步骤")[0]
        assert not [word for word in DONE if word in said], page
    assert "余额领取中" in words(browser.open(f"/case/{case.pk}"))


def test_another_way_is_chosen_while_another_line_is_still_carried_out(world: World) -> None:
    case, one, two = two_of_one_holder(world)
    assert case_state(case) == CaseState.EXECUTING
    browser = Browser(world).sign_in_by_reference(case)
    page = browser.open(f"/case/{case.pk}").content.decode()
    assert f"/case/{case.pk}/refund" in page
    assert "更换" in words(browser.open(f"/case/{case.pk}/refund"))
    sent = browser.client.post(f"/case/{case.pk}/refund", {"choice": "original"})
    assert sent.status_code == 302
    assert Closing.objects.get(pk=one).state == CaseState.SETTLING
    assert Closing.objects.get(pk=two).state != CaseState.SETTLING


def case_state(case: Case) -> str:
    """Return what a case shows."""
    return Case.objects.get(pk=case.pk).state


def test_money_that_waits_is_not_said_to_be_paid(world: World) -> None:
    case = at_counter(world)
    browser = Browser(world).sign_in_by_reference(case)
    said = words(browser.open(f"/case/{case.pk}"))
    assert "余额待领取" in said
    assert "已完成" not in said.split("办理步骤")[0]
