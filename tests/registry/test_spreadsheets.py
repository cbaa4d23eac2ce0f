"""Workbooks: cells become what a CSV file would say; bombs are refused; formulas are never believed."""

import resource
import zipfile
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.registry.workbooks import HEADER, handmade, saved, sheet_xml
from xiaohu.registry.files import parts
from xiaohu.registry.files.cell_text import date_text, is_date_format, number_text
from xiaohu.registry.files.opening import opened
from xiaohu.registry.files.refused import FileRefused, FileTooLarge
from xiaohu.registry.rows import BadRow, FileRow, Flaw


def read(path: Path) -> list[FileRow | BadRow]:
    """Return what is read of a workbook."""
    with opened(path) as source:
        assert source.header == list(HEADER)
        return list(source.rows())


def values(path: Path) -> list[list[str]]:
    """Return the cells of a workbook without anything bad."""
    rows = [row for row in read(path) if isinstance(row, FileRow)]
    assert [row for row in rows if row.flaws] == []
    return [row.values for row in rows]


def test_text_number_and_date_cells_say_what_a_csv_file_would(tmp_path: Path) -> None:
    path = saved(
        tmp_path / "lines.xlsx",
        ("13000000001", "张示例", "2024-05-01", "126.40"),
        (13000000002, "李示例", date(2024, 5, 1), 126.4),
        (13000000003, "王示例", datetime(2024, 5, 1), 0.1 + 0.2),  # noqa: DTZ001 - cells have no zone
        (True, "赵示例", None, 8),
    )
    assert values(path) == [
        ["13000000001", "张示例", "2024-05-01", "126.40"],
        ["13000000002", "李示例", "2024-05-01", "126.4"],
        ["13000000003", "王示例", "2024-05-01", "0.3"],
        ["yes", "赵示例", "", "8"],
    ]


def test_tells_lines_and_leaves_out_empty_rows(tmp_path: Path) -> None:
    path = saved(tmp_path / "lines.xlsx", ("1", "a", "", ""), (), ("2", "b", "", ""))
    assert [row.line for row in read(path)] == [2, 4]


@pytest.mark.parametrize(
    "code", ["yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "[$-804]yyyy/m/d;@", "mm-dd-yy", "d/m/yy"]
)
def test_knows_a_date_by_its_format(tmp_path: Path, code: str) -> None:
    path = saved(tmp_path / "lines.xlsx", ("1", "a", 45413, ""), formats={"C": code})
    assert values(path)[0][2] == "2024-05-01"


@pytest.mark.parametrize(
    ("cell", "flaw"),
    [
        ("=1+1", Flaw.FORMULA),
        (110101199003070000, Flaw.DIGITS_LOST),
        (datetime(2024, 5, 1, 13, 5), Flaw.NOT_A_DATE),  # noqa: DTZ001 - cells have no zone
    ],
)
def test_names_a_cell_that_cannot_be_believed(tmp_path: Path, cell: object, flaw: Flaw) -> None:
    row = read(saved(tmp_path / "lines.xlsx", ("1", "a", cell, ""), ("2", "b", "", "")))[0]
    assert isinstance(row, FileRow)
    assert row.flaws == {2: flaw}


def test_an_error_a_cell_shows_is_no_value(tmp_path: Path) -> None:
    sheet = sheet_xml('<row><c t="e"><v>#N/A</v></c><c t="str"><f>A1</f><v>8</v></c></row>')
    row = read(handmade(tmp_path / "lines.xlsx", sheet))[0]
    assert isinstance(row, FileRow)
    assert row.flaws == {0: Flaw.CELL_ERROR, 1: Flaw.FORMULA}


def test_reads_the_first_sheet_that_can_be_seen(tmp_path: Path) -> None:
    path = tmp_path / "lines.xlsx"
    with xlsxwriter.Workbook(path) as book:
        hidden, shown = book.add_worksheet("hidden"), book.add_worksheet("lines")
        hidden.write(0, 0, "hidden")
        hidden.hide()
        shown.write_row(0, 0, HEADER)
        shown.activate()
    assert read(path) == []


def test_prefixed_elements_and_cells_without_a_place_are_read(tmp_path: Path) -> None:
    cells = "".join(f'<x:c t="str"><x:v>{name}</x:v></x:c>' for name in HEADER)
    row = '<x:row r="7"><x:c r="B7" t="str"><x:v>b</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>'
    sheet = f'<x:worksheet xmlns:x="m"><x:row>{cells}</x:row>{row}</x:worksheet>'
    assert read(handmade(tmp_path / "lines.xlsx", sheet)) == [FileRow(7, ["", "b", "2", ""], {})]


def test_a_cell_far_out_makes_a_row_too_wide_and_no_larger(tmp_path: Path) -> None:
    far = '<row r="2"><c r="XFD2"><v>1</v></c></row>'
    row = read(handmade(tmp_path / "lines.xlsx", sheet_xml(far)))[0]
    assert isinstance(row, FileRow)
    assert len(HEADER) < len(row.values) < 1000


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>',
        "<worksheet><row",
        "",
        "no XML at all",
    ],
)
def test_refuses_a_sheet_that_is_no_sheet(tmp_path: Path, sheet: str) -> None:
    with pytest.raises(FileRefused):
        read(handmade(tmp_path / "lines.xlsx", sheet))


def test_a_sheet_that_breaks_off_half_way_says_so_and_keeps_what_was_read(tmp_path: Path) -> None:
    good = '<row r="2"><c t="str"><v>1</v></c></row>'
    sheet = sheet_xml(good).replace("</sheetData></worksheet>", "<row>")
    assert read(handmade(tmp_path / "lines.xlsx", sheet)) == [
        FileRow(2, ["1", "", "", ""], {}),
        BadRow(3, "", Flaw.FILE_BROKEN),
    ]


def test_a_few_kilobytes_that_claim_to_be_gigabytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    handmade(path, sheet_xml())
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bomb.xml", b" " * (200 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(FileTooLarge):
        read(path)


@pytest.mark.parametrize(
    "endless",
    [
        "<row r='{}'/>",
        "<row><c t='str'><v>{}</v></c></row>",
        "<row><c t='inlineStr'><is><t>{}</t></is></c></row>",
        "<!--{}-->",
    ],
)
def test_one_endless_thing_in_a_sheet_is_never_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, endless: str
) -> None:
    monkeypatch.setattr(parts, "MOST_TIMES", 10_000)
    path = handmade(tmp_path / "lines.xlsx", sheet_xml(endless.format("1" * (64 << 20))))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for row in read(path):
        assert isinstance(row, BadRow) or max(map(len, row.values)) < 1000
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 24 * 1024


def test_too_many_shared_texts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = saved(tmp_path / "lines.xlsx", *((str(n), f"text {n}", "", "") for n in range(100)))
    assert len(values(path)) == 100
    monkeypatch.setattr(parts, "MOST_SHARED", 50)
    with pytest.raises(FileTooLarge):
        read(path)


def test_how_a_text_is_read_aloud_is_no_part_of_it(tmp_path: Path) -> None:
    shared = "<sst><si><r><t>张</t></r><r><t>示例</t></r><rPh><t>zhang</t></rPh></si></sst>"
    rels = (
        '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="worksheets/sheet1.xml"/>'
        '<Relationship Id="r2" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        "</Relationships>"
    )
    sheet = sheet_xml('<row><c t="s"><v>0</v></c><c t="s"><v>9</v></c></row>')
    path = handmade(tmp_path / "lines.xlsx", sheet)
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    kept["xl/_rels/workbook.xml.rels"] = rels.encode()
    kept["xl/sharedStrings.xml"] = shared.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in kept.items():
            archive.writestr(name, data)
    row = read(path)[0]
    assert isinstance(row, FileRow)
    assert (row.values[0], row.flaws) == ("张示例", {1: Flaw.CELL_ERROR})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("13000000001", "13000000001"),
        ("1.3000000001E10", "13000000001"),
        ("126.40000000000001", "126.4"),
        ("0.1", "0.1"),
        ("-5", "-5"),
        ("1E300", Flaw.CELL_ERROR),
        ("1E-999999999", Flaw.CELL_ERROR),
        ("9" * 41, Flaw.CELL_ERROR),
        ("9" * 16, Flaw.DIGITS_LOST),
        ("nan", Flaw.CELL_ERROR),
        ("inf", Flaw.CELL_ERROR),
        ("one", Flaw.CELL_ERROR),
    ],
)
def test_a_number_cell_in_plain_digits(text: str, said: str) -> None:
    assert number_text(text) == said


@pytest.mark.parametrize(
    ("serial", "from_1904", "said"),
    [
        ("1", False, "1900-01-01"),
        ("59", False, "1900-02-28"),
        ("60", False, Flaw.NOT_A_DATE),
        ("61", False, "1900-03-01"),
        ("45413", False, "2024-05-01"),
        ("43951", True, "2024-05-01"),
        ("2958465", False, "9999-12-31"),
        ("2958465", True, Flaw.NOT_A_DATE),
        ("2958466", False, Flaw.NOT_A_DATE),
        ("-1", False, Flaw.NOT_A_DATE),
        ("1e99", False, Flaw.NOT_A_DATE),
    ],
)
def test_a_date_cell_in_either_calendar(serial: str, said: str, *, from_1904: bool) -> None:
    assert date_text(serial, from_1904=from_1904) == said


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats() | st.text(max_size=60))
def test_no_number_cell_breaks_or_grows(cell: object) -> None:
    said = number_text(str(cell))
    assert isinstance(said, Flaw) or len(said) < 100
    for from_1904 in (True, False):
        assert date_text(str(cell), from_1904=from_1904)


@pytest.mark.parametrize("code", ["General", "0.00", '0" d"', "[Red]0", "#,##0_);(#,##0)", "@"])
def test_other_formats_are_no_dates(code: str) -> None:
    assert not is_date_format(200, code)


@given(st.binary(max_size=2000))
def test_nonsense_in_a_container_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("files") / "lines.xlsx"
    path.write_bytes(b"PK\x03\x04" + data)
    with pytest.raises(FileRefused), opened(path):
        pass
