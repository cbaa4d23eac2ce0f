"""A row is taken whole or refused with a reason; it is the same however its file orders columns."""

import random
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.registry.exports import invented
from xiaohu.core.facts import LineFacts
from xiaohu.registry.columns import AMOUNTS, COLUMNS, COUNTS, DAYS, EVERY, FLAGS, OPTIONAL
from xiaohu.registry.reading import RowReader
from xiaohu.registry.rows import BadRow, FileRow, Flaw, GoodRow

TODAY = date(2026, 11, 23)
GOOD = invented(1)[0]
READER = RowReader(list(EVERY), operator="demo", today=TODAY)


def read(**changes: str) -> tuple[GoodRow, str] | BadRow:
    """Return what becomes of a good row that was changed."""
    return READER.read(FileRow(2, list({**GOOD, **changes}.values())))


def test_every_fact_a_check_looks_at_has_a_column() -> None:
    facts = {name.replace("_fen", "_yuan") for name in LineFacts.model_fields}
    assert facts <= set(EVERY)
    assert {*AMOUNTS, *COUNTS, *DAYS, *FLAGS} <= set(EVERY)
    assert not set(COLUMNS) & set(OPTIONAL)


@given(st.randoms())
def test_the_order_of_columns_means_nothing(chance: random.Random) -> None:
    header = [*EVERY, "remark"]
    chance.shuffle(header)
    reader = RowReader(header, operator="demo", today=TODAY)
    row = FileRow(2, [{**GOOD, "remark": "any\nthing"}[name] for name in header])
    assert reader.read(row) == read()


def test_a_column_that_is_not_there_is_an_empty_one() -> None:
    header = [name for name in EVERY if GOOD[name] or name in COLUMNS]
    reader = RowReader(header, operator="demo", today=TODAY)
    assert reader.read(FileRow(2, [GOOD[name] for name in header])) == read()


@given(st.sampled_from(EVERY), st.text(max_size=250))
def test_any_text_in_any_field_is_taken_or_named(name: str, text: str) -> None:
    result = read(**{name: text})
    if isinstance(result, BadRow):
        assert result.line == 2
        assert result.field in EVERY
        assert result.reason in Flaw
    else:
        good, whole = result
        assert whole.isprintable() or "\x1f" in whole
        assert all(len(part) <= 200 for part in whole.split("\x1f"))
        assert good.balance_fen >= 0


@given(st.lists(st.text(max_size=12), max_size=len(EVERY) + 5))
def test_a_row_of_another_width_is_named(values: list[str]) -> None:
    if len(values) == len(EVERY):
        return
    many = len(values) > len(EVERY)
    reason = Flaw.TOO_MANY_FIELDS if many else Flaw.TOO_FEW_FIELDS
    assert READER.read(FileRow(7, values)) == BadRow(7, "", reason)


def test_only_a_cell_that_is_read_can_spoil_a_row() -> None:
    header = [*EVERY, "remark"]
    reader = RowReader(header, operator="demo", today=TODAY)
    values = [*GOOD.values(), "=1"]
    assert not isinstance(reader.read(FileRow(2, values, {len(EVERY): Flaw.FORMULA})), BadRow)
    assert reader.read(FileRow(2, values, {0: Flaw.FORMULA})) == BadRow(2, EVERY[0], Flaw.FORMULA)
