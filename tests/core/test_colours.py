"""Contrast as WCAG 2.2 computes it, and the papers of the style sheet."""

import re
from pathlib import Path

import pytest

import xiaohu.ui
from xiaohu.core.colours import INFO_PAPER, LEAST_CONTRAST, PAPER, contrast
from xiaohu.core.profile import Brand

TOKENS = Path(str(xiaohu.ui.__file__)).parent / "static" / "ui" / "tokens.css"


def token(name: str) -> str:
    """Return the colour of a token."""
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}});", TOKENS.read_text(encoding="utf-8"))
    assert found is not None
    return found.group(1)


def test_black_on_white_is_the_most_and_a_colour_on_itself_the_least() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#0b5aa8", "#0b5aa8") == pytest.approx(1)


def test_order_does_not_matter() -> None:
    assert contrast("#767676", "#ffffff") == contrast("#ffffff", "#767676")


@pytest.mark.parametrize(("grey", "enough"), [("#767676", True), ("#777777", False)])
def test_the_lightest_grey_that_can_be_read_on_white(grey: str, enough: bool) -> None:
    assert (contrast(grey, PAPER) >= LEAST_CONTRAST) is enough


def test_the_style_sheet_and_the_law_mean_the_same_papers_and_colours() -> None:
    assert (token("paper"), token("info-paper")) == (PAPER, INFO_PAPER)
    assert (token("brand"), token("brand-dark")) == (Brand().colour, Brand().dark)


@pytest.mark.parametrize(
    ("words", "paper"),
    [
        *((words, "paper") for words in ("ink", "second", "danger", "ok", "warn", "brand")),
        *((words, "surface") for words in ("ink", "second")),
        *((tone, f"{tone}-paper") for tone in ("danger", "ok", "warn")),
        ("brand-dark", "info-paper"),
    ],
)
def test_words_of_every_tone_can_be_read_on_their_paper(words: str, paper: str) -> None:
    assert contrast(token(words), token(paper)) >= LEAST_CONTRAST
