"""The public log of rules, and a draft that is told of new ones."""

from datetime import datetime

import pytest

from tests.closures import rulings
from tests.portal.browser import Browser, page, switch, words
from tests.portal.test_journey import answered
from tests.stories import CONTRACT, World
from xiaohu.closures.models import Case
from xiaohu.registry import policies

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
DAYS = '"cooling_off.days" = { tag = "O", text = "企业说明" }'


def later(world: World, version: str = "2026.12") -> None:
    """Publish rules with a cooling-off of five days, an hour on."""
    world.clock.pass_(hours=1)
    rulings.publish(version, "[cooling_off]\ndays = 5", DAYS, now=world.now)


def test_everybody_can_read_what_changed_newest_first(world: World) -> None:
    later(world)
    browser = Browser(world)
    assert 'href="/policies"' in page(browser.open("/"))
    said = words(browser.open("/policies"))
    assert said.index("版本 2026.12") < said.index("版本 2026.11.1")
    assert "改为：冷静期 5 天" in said
    assert "原来：冷静期 3 天" in said
    assert "第一个版本" in said
    assert "2026年11月23日" in said
    made = policies.version("demo", "2026.12")
    assert made.sha256[:12] in said


def test_each_version_is_told_rule_by_rule_in_both_languages(world: World) -> None:
    later(world)
    browser = Browser(world)
    said = words(browser.open("/policies/2026.12"))
    for rule in (
        "冷静期 5 天",
        "从不要求人脸",
        "号码收回后 90 天内不再投放",
        "企业说明",
        "以 generic-cn@2026.11.1 为基础",
    ):
        assert rule in said
    switch(browser.client, "language", "en", back="/policies/2026.12")
    said = words(browser.open("/policies/2026.12"))
    assert "Days of cooling-off: 5" in said
    assert "Personal Information Protection Law, Art. 50" in said
    assert "built upon generic-cn@2026.11.1" in said
    assert browser.open("/policies/2030.01").status_code == 404


def test_every_shipped_profile_can_be_read(world: World) -> None:
    for name in policies.shipped_names():
        if name != "generic-cn":
            world.clock.pass_(hours=1)
            toml = policies.shipped(name).replace("2026.11", f"20{30 + len(name)}.11", 1)
            policies.publish(operator="demo", toml=toml, actor=rulings.ADMIN, now=world.now)
    browser = Browser(world)
    assert words(browser.open("/policies")).count("SHA-256") == len(policies.shipped_names())
    assert "未经该企业确认" in words(browser.open("/"))


def test_a_draft_is_told_and_keeps_its_rules(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    assert "规则有新版本" not in words(browser.open(f"{browser.home}/checks"))
    later(world)
    told = browser.open(f"{browser.home}/checks")
    assert "改为：冷静期 5 天" in words(told)
    version = str(policies.in_force("demo").pk)
    kept = browser.send(
        f"{browser.home}/rules", choice="keep", version=version, next=f"{browser.home}/checks"
    )
    assert browser.at == f"{browser.home}/checks"
    assert "规则有新版本" not in words(kept)
    assert Case.objects.get().policy.version == "2026.11.1"


def test_a_draft_takes_new_rules_over_before_it_is_submitted(world: World) -> None:
    browser = answered(world)
    later(world)
    assert "规则有新版本" in words(browser.open(f"{browser.home}/check"))
    version = str(policies.in_force("demo").pk)
    home = browser.home
    browser.send(f"{home}/rules", choice="adopt", version=version, next=f"{home}/check")
    assert browser.at == f"{home}/checks" or browser.at == f"{home}/effects"
    assert Case.objects.get().policy.version == "2026.12"
    assert "2026年11月28日" in words(browser.open(f"{home}/effects"))


@pytest.mark.parametrize("answers", [{"choice": "keep"}, {"choice": "x", "version": "0" * 32}])
def test_nonsense_is_no_choice(world: World, answers: dict[str, str]) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    later(world)
    assert browser.send(f"{browser.home}/rules", **answers).status_code == 404
    browser.open(f"{browser.home}/rules")
    assert browser.at == f"{browser.home}/checks"


def test_a_version_that_passed_is_refused_in_words(world: World) -> None:
    browser = Browser(world).sign_in()
    browser.choose_line()
    later(world)
    passed = str(policies.in_force("demo").pk)
    later(world, "2026.12.1")
    answer = browser.send(f"{browser.home}/rules", choice="adopt", version=passed)
    assert answer.status_code == 409
    assert "规则又有变化" in words(answer)


def test_the_page_of_consequences_says_when_nothing_is_closed(world: World) -> None:
    world.clock.at = datetime.fromisoformat("2026-11-27T12:00:00+08:00")
    rulings.publish("2026.12", rulings.FREEZE, rulings.FROZEN, now=world.now)
    browser = answered(world)
    said = words(browser.open(f"{browser.home}/effects"))
    assert "停办日：每月最后一天和 1 至 6 日出账，不办理销户" in said
    assert "顺延到 2026年12月7日 00:00" in said
    assert "2026年12月7日 00:00" in words(browser.open(f"{browser.home}/check"))
    browser.send(f"{browser.home}/check", declared="on")
    assert "2026年12月7日 00:00" in words(browser.open(browser.at))


def test_waiting_for_a_contract_is_said_with_its_true_date(world: World) -> None:
    browser = Browser(world).sign_in(CONTRACT)
    browser.choose_line(CONTRACT)
    browser.send(f"{browser.home}/checks/CONTRACT_TERM", choice="wait_for_contract_end")
    browser.prove(CONTRACT)
    browser.send(choice="original")
    browser.confirm_contact()
    said = words(browser.open(f"{browser.home}/effects"))
    browser.send()
    browser.send(declared="on")
    case = Case.objects.get()
    assert case.execute_at is not None
    on = case.execute_at.astimezone(rulings.CHINA).date()
    shown = f"{on.year}年{on.month}月{on.day}日"
    assert on > world.now.date()
    assert f"等合约到期，{shown}起销户" in said
    receipt = words(browser.open(browser.at))
    assert f"{shown} 00:00" in receipt
    assert "等到您选择的日期" in receipt


def test_only_ways_of_proof_the_operator_takes_are_shown(world: World) -> None:
    world.clock.pass_(hours=1)
    rulings.publish("2026.12", '[proof]\nmethods = ["iccid_tail", "code"]', now=world.now)
    browser = Browser(world).sign_in()
    browser.choose_line()
    assert "服务密码" not in words(browser.open(f"{browser.home}/verify"))
    browser.send(f"{browser.home}/verify", service_password="123456")
    assert browser.at == f"{browser.home}/verify"


def test_only_choices_the_operator_offers_are_shown(world: World) -> None:
    world.clock.pass_(hours=1)
    rules = '[choices]\nCONTRACT_TERM = ["pay_exit_fee", "dispute_fee"]'
    rulings.publish("2026.12", rules, now=world.now)
    browser = Browser(world).sign_in(CONTRACT)
    browser.choose_line(CONTRACT)
    path = f"{browser.home}/checks/CONTRACT_TERM"
    assert page(browser.open(path)).count('type="radio"') == 2
    assert browser.send(path, choice="wait_for_contract_end").status_code == 422
