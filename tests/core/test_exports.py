"""The parts of a copy: which months, which records, and in which form a file is handed out."""

from datetime import date

from xiaohu.core.exports import Part, Record, form_of, months, parts


def test_the_current_month_and_the_five_before_it_are_offered_newest_first() -> None:
    assert months(date(2026, 3, 31)) == (
        "2026-03",
        "2026-02",
        "2026-01",
        "2025-12",
        "2025-11",
        "2025-10",
    )
    assert months(date(2026, 12, 1))[0] == "2026-12"
    assert months(date(2026, 12, 1))[-1] == "2026-07"


def test_only_what_has_months_is_asked_for_by_month() -> None:
    chosen = {"2026-11", "2026-10"}
    assert parts([Record.CONTRACT, Record.BILLS], chosen) == (
        Part(Record.BILLS, "2026-10"),
        Part(Record.BILLS, "2026-11"),
        Part(Record.CONTRACT, ""),
    )
    assert parts([], chosen) == ()


def test_a_form_nobody_knows_is_handed_out_under_a_neutral_one() -> None:
    assert form_of("pdf") == "pdf"
    assert form_of("exe") == "bin"
