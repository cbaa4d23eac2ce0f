"""The number of a ticket, a log, a letter or an order: never one that could be somebody's."""

import pytest

from xiaohu.core.evidence import EvidenceRefused, normalise_evidence, normalise_order

MOBILE = "13000000007"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("gd-2026-0007", "GD-2026-0007"),
        (" GD 2026 ", "GD2026"),
        ("A12", "A12"),
        ("A" + "1" * 31, "A" + "1" * 31),
        ("23000000007", "23000000007"),  # no mobile number begins so
    ],
)
def test_evidence_is_capitals_figures_and_hyphens(typed: str, number: str) -> None:
    assert normalise_evidence(typed) == number


@pytest.mark.parametrize(
    "typed",
    ["", "A1", "-A12", "工单7", "A" + "1" * 32, MOBILE, f"86{MOBILE}", f"GD-{MOBILE}"],
)
def test_evidence_names_nobody(typed: str) -> None:
    with pytest.raises(EvidenceRefused):
        normalise_evidence(typed)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("工信管函〔2026〕7号", "工信管函〔2026〕7号"),
        ("（2026）京01民终7号", "〔2026〕京01民终7号"),
        ("工信管函[2026] 7 号", "工信管函〔2026〕7号"),
        ("（2026）京01执7号之2", None),
        ("（2026）京01执7之2号", "〔2026〕京01执7之2号"),
        ("gx-2026-7", "GX-2026-7"),
    ],
)
def test_an_order_is_numbered_as_authorities_do_or_as_any_evidence(
    typed: str, number: str | None
) -> None:
    if number is None:
        with pytest.raises(EvidenceRefused):
            normalise_order(typed)
    else:
        assert normalise_order(typed) == number


@pytest.mark.parametrize(
    "typed", [MOBILE, "某某", f"〔2026〕京{MOBILE}号", "工信管函〔1826〕7号", "工信管函〔2026〕号"]
)
def test_an_order_names_nobody_either(typed: str) -> None:
    with pytest.raises(EvidenceRefused):
        normalise_order(typed)
