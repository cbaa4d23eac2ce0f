"""What has a key of its own: told apart by kind as well as by id."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from xiaohu.core.retention import Category, UnitKind
from xiaohu.vault import units
from xiaohu.vault.units import Unit

MAKERS: dict[UnitKind, Callable[[UUID], Unit]] = {
    UnitKind.HOLDER: units.holder,
    UnitKind.LINE: units.line,
    UnitKind.ACCOUNT: units.account,
    UnitKind.CASE: units.case,
    UnitKind.ASSISTANCE: units.assistance,
    UnitKind.OUTSIDE: units.outside,
    UnitKind.COPY: units.copy,
}


@pytest.mark.parametrize("kind", MAKERS)
def test_a_unit_is_its_kind_and_its_id(kind: UnitKind) -> None:
    id_ = uuid4()
    assert MAKERS[kind](id_) == Unit(kind.value, id_)


def test_one_id_under_two_kinds_is_two_units() -> None:
    id_ = uuid4()
    assert len({make(id_) for make in (*MAKERS.values(), units.hold)}) == len(MAKERS) + 1


def test_units_are_picked_and_counted_by_kind() -> None:
    line, holder = units.line(uuid4()), units.holder(uuid4())
    assert units.of_kind([line, holder], UnitKind.LINE) == [line.id]
    assert units.counted(UnitKind.LINE, {line.id: 3}) == {line: 3}


def test_a_month_of_a_category_is_one_unit_of_one_operator() -> None:
    said = ("demo", Category.REFUND_PROOF, date(2031, 11, 30))
    asked: dict[str, Any] = dict(zip(("operator", "category", "until"), said, strict=True))
    november = units.bucket(**asked)
    assert units.bucket(**asked | {"until": date(2031, 11, 1)}) == november
    others: list[dict[str, Any]] = [
        {"operator": "another"},
        {"category": Category.REGISTRATION_IDENTITY},
        {"until": date(2031, 12, 1)},
        {"until": date(2032, 11, 30)},
    ]
    assert november not in [units.bucket(**asked | other) for other in others]
