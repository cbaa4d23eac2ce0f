"""D6: where the money goes, and a request that waits for its customer."""

from typing import Any

import pytest

from tests.desk.officers import Desk, officer
from tests.desk.test_intake import taken, told
from tests.portal.browser import page, words
from tests.stories import CLEAN, LARGE, World
from xiaohu.closures import paying
from xiaohu.closures.models import Case
from xiaohu.registry.models import Line

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
WALLET = {
    "route": "wallet",
    "wallet": "alipay",
    "wallet_account": "me@example.com",
    "consents": ["bank_account"],
}


@pytest.fixture
def desk(world: World) -> Desk:
    """An officer who takes requests."""
    return officer(world).sign_in()


def test_a_wallet_takes_the_money(world: World, desk: Desk) -> None:
    case = taken(world, desk, **WALLET)
    assert paying.payee(case) == {"bank": "alipay", "account": "me@example.com"}


def test_another_line_of_the_holder_takes_the_money(world: World, desk: Desk) -> None:
    other = world.line(LARGE)
    Line.objects.filter(pk=other.pk).update(holder_id=world.line().holder_id)
    case = taken(world, desk, route="other_line", to_line=LARGE)
    assert paying.line_paid(case) == other


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({**WALLET, "wallet_account": "nobody"}, "请输入钱包绑定的手机号或邮箱"),
        ({**WALLET, "wallet": "piggy_bank"}, "请选择一项"),
        ({**WALLET, "consents": []}, "同意"),
        ({"route": "other_line", "to_line": ""}, "请输入正确的 11 位手机号"),
        ({"route": "other_line", "to_line": LARGE}, "不是机主名下其他在用的号码"),
        ({"route": "other_line", "to_line": CLEAN}, "不是机主名下其他在用的号码"),
    ],
)
def test_what_cannot_take_the_money_is_said(
    world: World, desk: Desk, changes: dict[str, Any], said: str
) -> None:
    answer = desk.send("/new", **told(world, **changes))
    assert answer.status_code == 422
    assert said in page(answer)
    assert not Case.objects.exists()


def test_what_only_the_customer_can_settle_waits_for_them(world: World, desk: Desk) -> None:
    world.outside.change(world.line(), arrears_fen=3820)
    case = taken(world, desk, ARREARS="pay")
    assert case.state == "awaiting_customer"
    assert case.submitted_at is None
    world.send_notices()
    assert "需要您处理" in world.outside.inbox("after@example.com")[0]
    assert "等用户处理" in words(desk.open(f"/case/{case.reference}"))


def test_what_was_not_chosen_is_asked_before(world: World, desk: Desk) -> None:
    world.outside.change(world.line(), arrears_fen=3820)
    assert desk.send("/new", **told(world)).status_code == 422
    assert not Case.objects.exists()


def test_what_was_chosen_stays_chosen_when_something_else_is_wrong(
    world: World, desk: Desk
) -> None:
    world.outside.change(world.line(), arrears_fen=3820)
    answer = desk.send("/new", **told(world, ARREARS="pay", contact=""))
    assert 'value="pay" id="ARREARS-pay" checked' in page(answer)
