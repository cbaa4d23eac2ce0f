"""A profile as single rules, and what changes from one to another."""

from typing import Any

import pytest

from tests.core.test_profile import FREEZE, GENERIC, changed
from xiaohu.core.profile_reading import parse_profile
from xiaohu.core.profile_rules import changes, rules

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
