"""Whatever stands in a cell we write, no spreadsheet takes it for a formula."""

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.cells import BEGINNINGS, harmless, write_row

SEPARATORS = re.compile(r"[,;|\t\r\n]")


def begins_a_formula(text: str) -> bool:
    """Say whether a suspicious spreadsheet would: spaces and marks passed over, any width."""
    for character in text:
        if unicodedata.normalize("NFKC", character)[:1] in {"=", "+", "-", "@"}:
            return True
        if unicodedata.category(character)[0] not in {"Z", "C", "M"}:
            return False
    return False


@pytest.mark.parametrize(
    "text",
    [
        *(f"{begin}1+1" for begin in BEGINNINGS),
        " =1",
        "\t=1",
        "\rx",
        "\tx",
        "\u200b=1",
        "\ufeff\xa0@SUM(1)",
        "='示例'!A1",
        '=HYPERLINK("http://example.com")',
    ],
)
def test_what_could_begin_a_formula_stands_behind_an_apostrophe(text: str) -> None:
    assert harmless(text).startswith(f"'{text[0]}")


@pytest.mark.parametrize(
    ("text", "said"), [("a;=1", "a;'=1"), ("x\n-2", "x\n'-2"), ("a, b-c", "a, b-c"), ("", "")]
)
def test_no_other_separator_opens_a_formula_either(text: str, said: str) -> None:
    assert harmless(text) == said


@pytest.mark.parametrize(
    "text", ["13000000001", "126.40", "张示例", "demo00001@example.com", "a-b"]
)
def test_leaves_ordinary_cells_alone(text: str) -> None:
    assert harmless(text) == text


def test_knows_every_character_that_stands_for_one_of_them() -> None:
    every = {
        chr(code)
        for code in range(0x110000)
        if not 0xD800 <= code < 0xE000
        and unicodedata.normalize("NFKC", chr(code))[:1] in {"=", "+", "-", "@"}
    }
    assert every <= set(BEGINNINGS)


FIELDS = st.lists(st.text(st.characters(blacklist_categories=["Cs"])), min_size=1, max_size=4)
NASTY = st.text(st.sampled_from(f"{BEGINNINGS} \t\r\n,;|\"'\u200b\ufeff1示"), max_size=12)


@given(FIELDS | st.lists(NASTY, min_size=1, max_size=4))
def test_no_cell_of_a_written_row_can_be_a_formula(fields: list[str]) -> None:
    out = io.StringIO(newline="")
    write_row(out, fields)
    cells = next(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert len(cells) == len(fields)
    for cell in cells:
        assert cell[:1] not in {"\t", "\r", "\n"}
        assert not any(map(begins_a_formula, SEPARATORS.split(cell)))


@given(FIELDS | st.lists(NASTY, min_size=1, max_size=4))
def test_only_apostrophes_are_added(fields: list[str]) -> None:
    for field in fields:
        said = harmless(field)
        assert said.replace("'", "") == field.replace("'", "")
        assert harmless(said) == said
