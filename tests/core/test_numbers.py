"""Whatever people type becomes one form, and leaves masked."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.numbers import (
    NumberFlaw,
    NumberRefused,
    _normalise,
    local,
    mask_document,
    mask_name,
    mask_number,
    national,
    normalise,
    tail,
)


@pytest.mark.parametrize(
    "raw",
    [
        "13000000001",
        "130 0000 0001",
        "130-0000-0001",
        "+86 13000000001",
        "0086 13000000001",
        "8613000000001",
        "１３００００００００１",
    ],
)
def test_one_form_for_every_way_of_writing(raw: str) -> None:
    assert normalise(raw) == "+8613000000001"


@pytest.mark.parametrize(
    "raw",
    [
        "14900000001",
        "1440000000001",
        "16500000001",
        "17000000001",
        "19200000001",
        "17400000001",
        "1410000000001",
        "4000000000",
        "95013000001",
        "10100000",
    ],
)
def test_real_ranges_the_library_may_not_know(raw: str) -> None:
    assert normalise(raw) == f"+86{raw}"


@pytest.mark.parametrize(
    ("raw", "flaw"),
    [
        ("", NumberFlaw.FORM),
        ("1300000000", NumberFlaw.NO_SUCH_RANGE),
        ("130000000011", NumberFlaw.NO_SUCH_RANGE),
        ("abc", NumberFlaw.FORM),
        ("1" * 65, NumberFlaw.FORM),
        ("+1 650 253 0000", NumberFlaw.FOREIGN),
        ("14000000001", NumberFlaw.NO_SUCH_RANGE),
        ("12", NumberFlaw.FORM),
        ("13000000001x", NumberFlaw.FORM),
        ("13000000001abc", NumberFlaw.FORM),
        ("13000000001 ext. 5", NumberFlaw.FORM),
        ("13000000001#5", NumberFlaw.FORM),
    ],
)
def test_says_why_it_is_no_number(raw: str, flaw: NumberFlaw) -> None:
    with pytest.raises(NumberRefused) as refused:
        normalise(raw)
    assert refused.value.params["flaw"] == flaw


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_read_again_alike(raw: str) -> None:
    try:
        number = normalise(raw)
    except NumberRefused:
        return
    assert normalise(number) == number


def test_masks_keep_only_what_may_be_shown() -> None:
    assert mask_number("+8613000000001") == "130 **** 0001"
    assert mask_name("测试用户甲") == "测**"
    assert mask_document("999999199001010014") == "****0014"
    assert tail("+8613000000001") == "0001"


def test_numbers_are_shown_as_they_are_dialled() -> None:
    assert national("+8613000000088") == "130 0000 0088"
    assert national("+8695013000001") == "95013000001"
    assert national("") == ""


def said(read: Callable[[str], str], raw: str) -> str:
    """Return the number, or what is wrong with it."""
    try:
        return read(raw)
    except NumberRefused as refused:
        return str(refused.params["flaw"])


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_range_looked_up_once_answers_for_all_its_numbers(raw: str) -> None:
    """A million lines share a few hundred ranges; the short way must never say anything else."""
    assert said(normalise, raw) == said(_normalise, raw)


def test_at_home_a_number_is_dialled_without_its_country() -> None:
    assert local("+8613000000001") == "13000000001"
    assert local("13000000001") == "13000000001"
    assert local("10086") == "10086"
