"""N13: whoever was told before stops a refund with one press, without signing in."""

import pytest
from django.test import Client

from tests.closures.test_agreeing import elsewhere
from tests.closures.test_refund import tried_out
from tests.closures.test_repaying import came_back
from tests.portal.browser import Browser, words
from tests.stories import World, closing_of

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_one_press_stops_it_and_says_so(world: World) -> None:
    case = came_back(world)
    path, client = f"/stop/{elsewhere(world, case).stop_code}", Client()
    shown = words(client.get(path))
    assert case.reference in shown
    assert "130" not in shown
    assert closing_of(case).state == "settling"
    for _ in range(2):
        assert client.post(path)["Location"] == path
    assert "已叫停" in words(client.get(path))
    assert closing_of(case).state == "refund_attention"


@pytest.mark.parametrize("code", ["AAAAAAAAAAAA", "x", "A" * 300, "%00", "停"])
def test_a_link_nobody_was_sent_is_not_found(world: World, code: str) -> None:
    client = Client()
    assert client.get(f"/stop/{code}").status_code == 404
    assert client.post(f"/stop/{code}").status_code == 404


def test_a_wallet_is_taken_on_a_page_of_its_own(world: World) -> None:
    case = came_back(world)
    browser = Browser(world).sign_in_by_reference(case)
    at = f"/case/{case.pk}/refund"
    browser.show_identity(case)
    answer = browser.client.post(at, {"choice": "wallet"})
    assert answer["Location"] == f"{at}/wallet"
    assert browser.client.post(f"{at}/wallet", {"bank": "alipay"}).status_code == 422
    sent = {"bank": "alipay", "account": "holder@example.com", "agreed": "on"}
    assert browser.client.post(f"{at}/wallet", sent)["Location"] == at
    assert "付款前由专人核对" in words(browser.open(at))
    assert browser.client.get(f"{at}/wallet")["Location"] == at


def test_tried_three_times_people_take_it_over(world: World) -> None:
    case = tried_out(world)
    browser = Browser(world).sign_in_by_reference(case)
    said = words(browser.open(f"/case/{case.pk}/refund"))
    assert "已尝试 3 次" in said
    assert "退款已完成" not in said
