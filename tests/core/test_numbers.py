"""Whatever people type becomes one form, and leaves masked."""

import pytest

from xiaohu.core.numbers import (
    NumberRefused,
    mask_document,
    mask_name,
    mask_number,
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


@pytest.mark.parametrize("raw", ["14900000001", "1440000000001", "16500000001", "19200000001"])
def test_real_ranges_the_library_may_not_know(raw: str) -> None:
    assert normalise(raw) == f"+86{raw}"


@pytest.mark.parametrize(
    "raw", ["", "1300000000", "130000000011", "abc", "+1 650 253 0000", "12345"]
)
def test_refuses_what_cannot_be_a_number(raw: str) -> None:
    with pytest.raises(NumberRefused):
        normalise(raw)


def test_masks_keep_only_what_may_be_shown() -> None:
    assert mask_number("+8613000000001") == "130 **** 0001"
    assert mask_name("测试用户甲") == "测**"
    assert mask_document("999999199001010014") == "****0014"
    assert tail("+8613000000001") == "0001"
