"""The shipped profile is lawful; what no operator may choose is refused by name."""

import tomllib
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from xiaohu.core.calendar import WorkingCalendar
from xiaohu.core.profile import ProfileRefused, canonical, parse_profile
from xiaohu.core.schedule import SHORTEST_UNDO, decision_due, execution_time

FILE = Path(__file__).parents[2] / "xiaohu" / "registry" / "profiles" / "generic-cn.toml"
GENERIC: dict[str, Any] = tomllib.loads(FILE.read_text(encoding="utf-8"))
NOW = datetime(2026, 9, 28, 2, tzinfo=UTC)


def _with(path: str, value: object) -> dict[str, Any]:
    document = deepcopy(GENERIC)
    *tables, field = path.split(".")
    table = document
    for name in tables:
        table = table[name]
    table[field] = value
    return document


def test_the_shipped_profile_is_lawful_and_says_where_its_figures_come_from() -> None:
    profile = parse_profile(GENERIC)
    assert profile.key == "generic-cn"
    assert profile.unconfirmed
    for name in profile.provenance:
        table, field = name.split(".")
        assert field in GENERIC[table]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("review.working_days", 16),
        ("review.working_days", 0),
        ("review.working_days", "3"),
        ("review.rule", "never"),
        ("cooling_off.days", 8),
        ("number.quarantine_days", 89),
        ("refund.working_days", 16),
        ("refund.routes", []),
        ("refund.routes", ["agent"]),
        ("refund.review_above_fen", 1.5),
        ("key", "Generic CN"),
        ("reason_required", True),
    ],
)
def test_the_wrong_field_is_named(path: str, value: object) -> None:
    with pytest.raises(ProfileRefused) as refused:
        parse_profile(_with(path, value))
    assert str(refused.value.params["field"]).startswith(path)


def test_some_checks_cannot_be_switched_off() -> None:
    with pytest.raises(ProfileRefused) as refused:
        parse_profile(_with("checks", ["ARREARS"]))
    assert "ALREADY_CLOSED" in str(refused.value.params["why"])


def test_one_document_has_one_form() -> None:
    reordered = dict(reversed(list(GENERIC.items())))
    assert canonical(parse_profile(GENERIC)) == canonical(parse_profile(reordered))
    changed = canonical(parse_profile(_with("cooling_off.days", 2)))
    assert changed != canonical(parse_profile(GENERIC))


def test_ten_minutes_of_undo_hold_whatever_the_profile_says() -> None:
    at_once = parse_profile(_with("cooling_off.days", 0))
    assert execution_time(at_once, accepted_at=NOW) == NOW + SHORTEST_UNDO
    assert execution_time(parse_profile(GENERIC), accepted_at=NOW) == NOW + timedelta(days=3)


def test_a_decision_is_owed_in_working_days() -> None:
    holidays = {date(2026, 10, day): False for day in range(1, 8)}
    calendar = WorkingCalendar(working=holidays, official_years=frozenset({2026}))
    due = decision_due(parse_profile(GENERIC), calendar, requested_at=NOW)
    assert due.on == date(2026, 10, 8)
