"""Test cases of a profile: what holds passes, what does not is named, what lacks is missed."""

import tomllib
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.core.test_profile import FOLDER, GENERIC, changed
from xiaohu.core import profile_cases
from xiaohu.core.calendar import CHINA, WorkingCalendar
from xiaohu.core.checks import CAN_BLOCK, CheckCode
from xiaohu.core.profile import ProfileRefused
from xiaohu.core.profile_cases import PLAIN, ProfileCase
from xiaohu.core.profile_reading import parse_profile

CALENDAR = WorkingCalendar(
    working={date(2026, 10, day): False for day in range(1, 8)},
    official_years=frozenset({2026, 2027}),
)
PROFILE = parse_profile(GENERIC)
TODAY = "2026-11-23"
NOON = datetime(2026, 11, 23, 12, tzinfo=CHINA)


def one(**said: Any) -> ProfileCase:
    """Return one test case."""
    return profile_cases.read({"tests": [{"name": "例", "today": TODAY, **said}]})[0]


def differs(document: dict[str, Any] = GENERIC, /, **said: Any) -> list[str]:
    """Return what differs from what a case expects."""
    profile = parse_profile(document)
    return [found.what for found in profile_cases.run(profile, one(**said), CALENDAR)]


def test_a_plain_line_is_the_one_the_checks_are_tested_with() -> None:
    assert profile_cases.PLAIN == PLAIN


def test_blockers_choices_and_dates_are_compared() -> None:
    arrears = {"arrears_fen": 3820, "cash_fen": 10000}
    offered = {"ARREARS": ["pay", "set_off"]}
    assert differs(line=arrears, blockers=["ARREARS"], offered=offered) == []
    assert differs(line=arrears, blockers=[]) == ["blockers"]
    assert differs(line=arrears, offered={"ARREARS": ["pay"]}) == ["offered.ARREARS"]
    assert differs(accepted_at=NOON, execute_at=NOON + timedelta(days=3)) == []
    assert differs(accepted_at=NOON, execute_at=NOON + timedelta(days=4)) == ["execute_at"]
    assert differs(accepted_at=NOON, decision_on="2026-11-27") == ["decision_on"]


def test_amounts_are_compared_in_fen() -> None:
    contract = {"contract_end_on": "2026-12-31", "exit_fee_fen": 6000}
    assert differs(line=contract, amounts={"CONTRACT_TERM": 6000}) == []
    assert differs(line=contract, amounts={"CONTRACT_TERM": 6001}) == ["amounts.CONTRACT_TERM"]
    assert differs(amounts={"CONTRACT_TERM": 6000}) == ["amounts.CONTRACT_TERM"]


def test_the_choices_of_the_profile_are_the_ones_offered() -> None:
    fewer = changed("choices.ARREARS", ["pay"])
    said: dict[str, Any] = {"line": {"arrears_fen": 1}, "choices": {"ARREARS": "close_with_debt"}}
    assert differs(fewer, **said, blockers=["ARREARS"], offered={"ARREARS": ["pay"]}) == []
    assert differs(**said, blockers=[]) == []


def test_a_check_switched_off_finds_nothing() -> None:
    without = [code for code in GENERIC["checks"] if code != "GROUP_VNET"]
    said: dict[str, Any] = {"line": {"group_network": "group"}}
    assert differs(changed("checks", without), **said, blockers=[]) == []
    assert differs(**said, blockers=[]) == ["blockers"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"line": {"mood": 1}}, "tests.1.line.mood"),
        ({"line": {"cash_fen": -1}}, "tests.1.cash_fen"),
        ({"request": {"mood": 1}}, "tests.1"),
        ({"request": {"same_payee_holders": "many"}}, "tests.1"),
        ({"blockers": ["MOOD"]}, "tests.1.blockers.0"),
        ({"colour": "red"}, "tests.1.colour"),
        ({"accepted_at": NOON.replace(tzinfo=None)}, "tests.1.accepted_at"),
    ],
)
def test_a_case_written_wrongly_is_refused_by_place(said: dict[str, Any], field: str) -> None:
    with pytest.raises(ProfileRefused) as refused:
        one(**said)
    assert str(refused.value.params["field"]).startswith(field)


def test_cases_are_a_list() -> None:
    with pytest.raises(ProfileRefused) as refused:
        profile_cases.read({"tests": {"name": "例"}})
    assert (refused.value.params["field"], refused.value.params["why"]) == ("tests", "wrong_kind")


def test_what_was_expected_and_what_came_is_told_of_each_difference() -> None:
    said: dict[str, Any] = {
        "line": {"arrears_fen": 1},
        "offered": {"GROUP_VNET": ["leave_network"]},
    }
    cases = (one(**said), one(line={"arrears_fen": 1}, blockers=[]))
    found = [
        (problem.params["expected"], problem.params["got"])
        for problem in profile_cases.problems(PROFILE, cases, CALENDAR, own=1)
        if problem.params["why"] == "case_fails"
    ]
    assert found == [("leave_network", "–"), ("–", "ARREARS")]


def whys(document: dict[str, Any], cases: list[dict[str, Any]], own: int) -> dict[str, str]:
    """Return why a profile with such cases cannot be published."""
    read = profile_cases.read({"tests": cases})
    found = profile_cases.problems(parse_profile(document), read, CALENDAR, own=own)
    return {str(one.params["why"]): str(one.params.get("value", "")) for one in found}


def all_cases() -> list[dict[str, Any]]:
    """Return the shipped cases."""
    text = (FOLDER / "generic-cn.tests.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["tests"])


def test_the_shipped_cases_show_every_check_that_can_block() -> None:
    assert whys(GENERIC, all_cases(), own=1) == {}
    shown = {code for case in all_cases() for code in case.get("blockers", ())}
    assert shown == {code.value for code in CAN_BLOCK}


def test_without_cases_of_its_own_a_profile_is_untested() -> None:
    assert "untested" in whys(GENERIC, all_cases(), own=0)


def test_a_check_without_a_case_is_missed() -> None:
    fewer = [case for case in all_cases() if "ARREARS" not in case.get("blockers", ())]
    assert whys(GENERIC, fewer, own=1) == {"check_untested": CheckCode.ARREARS.value}


def test_a_case_that_fails_is_named() -> None:
    cases = deepcopy(all_cases())
    cases[0]["blockers"] = ["ARREARS"]
    assert whys(GENERIC, cases, own=1) == {"case_fails": "blockers"}


def test_a_shared_account_and_warnings_need_no_case() -> None:
    assert CheckCode.AGENT_PAYEE_PATTERN not in CAN_BLOCK
    assert CheckCode.POSITIVE_BALANCE not in CAN_BLOCK
    assert profile_cases.untested(PROFILE, ()) == tuple(
        code for code in PROFILE.checks if code in CAN_BLOCK
    )
