"""A profile as single rules, and what changes from one to another."""

from typing import Any

import pytest

from tests.core.test_profile import FREEZE, GENERIC, changed
from xiaohu.core.money import Money
from xiaohu.core.profile import Bilingual
from xiaohu.core.profile_reading import parse_profile
from xiaohu.core.profile_rules import Codes, Rule, changes, rules

GENERIC_RULES = parse_profile(GENERIC)
EXIT = {"kind": "share_of_remaining", "percent": 30, "clause": {"zh": "协议", "en": "Terms"}}
WORDS = {"zh": "月末不办理", "en": "No closing at the end of a month"}


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("cooling_off.days", 5, "cooling_off.days"),
        ("review.rule", "always", "review.rule"),
        ("refund.routes", ["bank_account"], "refund.routes"),
        ("refund.counted_from", "request", "refund.working_days"),
        ("fees.stop", "request", "fees.stop"),
        ("fees.deposit_up_to_fen", 0, "fees.deposit_up_to_fen"),
        ("fees.arrears", "set_off", "fees.arrears"),
        ("fees.exit", EXIT, "fees.exit"),
        ("choices.ARREARS", ["pay"], "checks.ARREARS"),
        ("checks", [c for c in GENERIC["checks"] if c != "POINTS"], "checks.POINTS"),
        ("documents.proxy", ["authorisation"], "documents.proxy"),
        ("proof.methods", ["code", "iccid_tail"], "proof.methods"),
        ("arrears_closing.unpaid_days", 45, "arrears_closing"),
        ("involuntary", ["arrears"], "involuntary"),
        ("retention.refund_proof", {"months": 360, "basis": "法"}, "retention.refund_proof"),
        ("notices.off", ["expired"], "notices.off.expired"),
        ("applicants.elsewhere", ["heir"], "applicants.elsewhere.heir"),
        (FREEZE, [{"from_day": -1, "to_day": -1, "words": WORDS}], "calendar.freezes.1"),
    ],
)
def test_each_change_is_told_once(path: str, value: Any, rule: str) -> None:
    sources = {"calendar__freezes": path == FREEZE, "fees__exit__percent": path == "fees.exit"}
    other = parse_profile(changed(path, value, **sources))
    assert [change.path for change in changes(GENERIC_RULES, other)] == [rule]
    assert [change.path for change in changes(other, GENERIC_RULES)] == [rule]


def test_nothing_changes_between_a_profile_and_itself() -> None:
    assert changes(GENERIC_RULES, GENERIC_RULES) == ()


def test_sources_are_no_rules() -> None:
    other = changed("version", "2026.12", review__working_days=True)
    assert changes(GENERIC_RULES, parse_profile(other)) == ()


def test_what_is_new_has_nothing_before() -> None:
    fewer = parse_profile(changed("checks", [c for c in GENERIC["checks"] if c != "POINTS"]))
    (gone,) = changes(GENERIC_RULES, fewer)
    (back,) = changes(fewer, GENERIC_RULES)
    assert gone.after is None
    assert back.before is None
    assert rules(GENERIC_RULES)["checks.POINTS"] == gone.before


def said(path: str, value: Any, rule: str, **sources: bool) -> Rule | None:
    """Return one rule of the generic profile with one field said differently."""
    return rules(parse_profile(changed(path, value, **sources))).get(rule)


@pytest.mark.parametrize("name", ["hotline", "hours", "counter_hours", "complaint", "outside"])
def test_ways_to_a_person_are_told_where_there_are_any(name: str) -> None:
    words = {"zh": "人工台", "en": "The desk"}
    told = said(f"contact.{name}", words, f"contact.{name}")
    assert told == Rule(f"rule.contact.{name}", {"words": Bilingual(**words)})
    if name in {"counter_hours", "outside"}:
        assert said(f"contact.{name}", None, f"contact.{name}") is None


@pytest.mark.parametrize(
    ("fen", "rule"),
    [
        (None, None),
        (0, Rule("rule.fees.deposit_none")),
        (5000, Rule("rule.fees.deposit", {"amount": Money(5000)})),
    ],
)
def test_no_deposit_a_deposit_and_nothing_said_are_three_things(
    fen: int | None, rule: Rule | None
) -> None:
    path = "fees.deposit_up_to_fen"
    assert said(path, fen, path, fees__deposit_up_to_fen=fen is not None) == rule


def test_what_is_left_may_be_waived_up_to_an_amount_or_never() -> None:
    path = "refund.waiver_up_to_fen"
    some = said(path, 100, path, refund__waiver_up_to_fen=True)
    assert some == Rule("rule.refund.waiver", {"amount": Money(100)})
    assert said(path, 0, path, refund__waiver_up_to_fen=True) == Rule("rule.refund.waiver_none")


def test_a_clause_for_earlier_arrears_is_told_with_them() -> None:
    path = "arrears_closing.mobile_contract_clause"
    plain, own = said(path, None, "arrears_closing"), said(path, "协议第六条", "arrears_closing")
    assert plain is not None
    assert plain.key == "rule.arrears_closing"
    expected = {**plain.params, "clause": "协议第六条"}
    assert own == Rule("rule.arrears_closing_clause", expected)


def test_which_lines_the_operator_closes_itself_is_told_and_that_it_closes_none() -> None:
    types = Codes("closing_type.", ("arrears",))
    expected = Rule("rule.involuntary", {"types": types})
    assert said("involuntary", ["arrears"], "involuntary") == expected
    assert said("involuntary", [], "involuntary") == Rule("rule.involuntary_none")
