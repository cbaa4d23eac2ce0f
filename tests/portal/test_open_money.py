"""While money is open no page and no message of a request says that it is done."""

import pytest

from tests.closures.test_claiming import at_counter
from tests.closures.test_repaying import came_back
from tests.portal.browser import Browser, words
from tests.stories import World
from xiaohu.core import notices
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


def test_money_that_waits_is_not_said_to_be_paid(world: World) -> None:
    case = at_counter(world)
    browser = Browser(world).sign_in_by_reference(case)
    said = words(browser.open(f"/case/{case.pk}"))
    assert "余额待领取" in said
    assert "已完成" not in said.split("办理步骤")[0]
