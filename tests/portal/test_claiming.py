"""The page of money that waits: how it is claimed, by whom, and how far it is."""

import pytest
from django.test import Client

from tests.closures.test_claiming import agreed, at_counter, handed_out
from tests.closures.test_repaying import finance
from tests.portal.browser import Browser, words
from tests.stories import World
from xiaohu.closures import handing_out

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ACCOUNT = {"bank": "示例银行", "account": "6222000000000001", "doubted": "6222000000000001"}


def test_anybody_reads_how_money_is_claimed(world: World) -> None:
    said = words(Client().get("/claim"))
    for part in ("3 年", "凭受理编号领取", "营业厅", "代理商"):
        assert part in said


def test_the_entitled_claim_it_with_reference_and_code(world: World) -> None:
    case = at_counter(world)
    browser = Browser(world).sign_in_by_reference(case)
    assert "有余额待领取" in words(browser.open(f"/case/{case.pk}"))
    at = f"/case/{case.pk}/claim"
    said = words(browser.open(at))
    assert "126.40 元" in said
    assert "2029年11月26日" in said
    assert "出示证件" in said
    assert "每次更改都要出示一次" in words(browser.client.post(at, {**ACCOUNT, "agreed": "on"}))
    browser.show_identity(case)
    assert browser.client.post(at, ACCOUNT).status_code == 422
    assert browser.client.post(at, {**ACCOUNT, "agreed": "on"})["Location"] == at
    assert "付款前由专人核对" in words(browser.open(at))
    assert browser.client.post(at, {**ACCOUNT, "agreed": "on"}).status_code == 200
    agreed(world, case)
    world.work()
    assert "余额已付给您" in words(browser.open(at))
    assert "有余额待领取" not in words(browser.open(f"/case/{case.pk}"))


def test_what_was_fetched_at_the_counter_is_said(world: World) -> None:
    case = at_counter(world)
    payment = handed_out(world, case)
    handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)
    browser = Browser(world).sign_in_by_reference(case)
    assert "余额已付给您" in words(browser.open(f"/case/{case.pk}/claim"))


def test_where_nothing_waits_the_page_leads_back(world: World) -> None:
    case = world.close()
    browser = Browser(world).sign_in_by_reference(case)
    assert browser.client.get(f"/case/{case.pk}/claim")["Location"] == f"/case/{case.pk}"


def test_it_is_closed_to_a_stranger(world: World) -> None:
    case = at_counter(world)
    assert (
        Browser(world).sign_in("+8613000000023").client.get(f"/case/{case.pk}/claim").status_code
        == 404
    )
