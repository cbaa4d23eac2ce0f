"""When shops serve, wherever somebody is sent to one; whom to ask where the operator does not say."""

import pytest
from django.test import Client

from tests.closures.test_claiming import at_counter
from tests.desk.officers import officer
from tests.portal.browser import Browser, page, words
from tests.stories import ADMIN, CLEAN, OPERATOR, World, closing_of
from xiaohu.closures import checking
from xiaohu.registry import policies

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
HOURS, ASK = "营业厅时间：工作日 9:00–17:30", "营业厅时间请询问客服 10000（示例）"


@pytest.fixture(params=["example-telecom", "generic-cn"])
def said(world: World, request: pytest.FixtureRequest) -> str:
    """What is said under rules that name counter hours, and under rules that do not."""
    world.clock.pass_(minutes=1)
    toml = policies.shipped(request.param)
    policies.publish(operator=OPERATOR, toml=toml, actor=ADMIN, now=world.now)
    return HOURS if request.param == "example-telecom" else ASK


def test_beside_the_way_of_the_money(world: World, said: str) -> None:
    case = world.draft(CLEAN)
    checking.run(case_id=case.pk, now=world.now)
    browser = Browser(world).sign_in()
    beside = "地点和时间可询问客服。" if said == ASK else HOURS
    assert beside in words(browser.open(f"/case/{case.pk}/balance"))
    assert said in words(browser.open(f"/case/{case.pk}/verify"))


def test_where_money_waits_to_be_claimed(world: World, said: str) -> None:
    case = at_counter(world)
    browser = Browser(world).sign_in_by_reference(case)
    assert said in words(browser.open(f"/case/{case.pk}/claim"))
    assert said in words(Client().get("/claim"))
    desk = officer(world).sign_in()
    assert said in words(desk.open("/unclaimed"))
    assert said in words(desk.open(f"/unclaimed/{closing_of(case).pk}"))


def test_the_rules_name_them_only_where_they_are_known(world: World, said: str) -> None:
    version = policies.current(OPERATOR).version
    assert ("营业厅时间：" in page(Browser(world).open(f"/policies/{version}"))) is (said == HOURS)
