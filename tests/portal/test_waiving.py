"""S12: leaving small change behind has a page of its own, and a box that nobody ticks beforehand."""

import pytest

from tests.closures.test_waiving import offered, waived
from tests.portal.browser import Browser, page, words
from tests.stories import CLEAN, World
from xiaohu.closures.models import Case

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_the_page_asks_with_a_box_that_is_not_ticked(world: World) -> None:
    case = offered(world)
    browser = Browser(world).sign_in(CLEAN)
    at = f"/case/{case.pk}/balance"
    assert browser.client.post(at, {"choice": "waive"})["Location"] == f"{at}/waive"
    shown = browser.client.get(f"{at}/waive")
    assert "约 8.00 元" in words(shown)
    assert " checked" not in page(shown)
    assert browser.client.post(f"{at}/waive", {"nothing": "1"}).status_code == 422
    assert Case.objects.get(pk=case.pk).refund_route == "original"
    assert browser.client.post(f"{at}/waive", {"agreed": "on"}).status_code == 302
    assert Case.objects.get(pk=case.pk).refund_route == "waive"


def test_the_page_leads_back_where_it_is_not_offered(world: World) -> None:
    case = world.ready()
    answer = Browser(world).sign_in(CLEAN).client.get(f"/case/{case.pk}/balance/waive")
    assert answer["Location"] == f"/case/{case.pk}/balance"


def test_the_receipt_promises_no_refund_where_none_is_owed(world: World) -> None:
    case = waived(world)
    text = words(Browser(world).sign_in(CLEAN).client.get(f"/case/{case.pk}/submitted"))
    assert "退还余额" not in text
    assert "出具结清与信息处置说明" in text
