"""Files as operators send them: encodings, stray marks, endless lines; each line on its own."""

import codecs
import csv
import io
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.registry.exports import invented
from xiaohu.registry.columns import COLUMNS, EVERY
from xiaohu.registry.files.delimited import LONGEST_LINE, MOST_LINES_OF_A_ROW
from xiaohu.registry.files.opening import opened, require_columns
from xiaohu.registry.files.refused import (
    ColumnMissing,
    ColumnTwice,
    FileRefused,
    FileUnreadable,
    OldWorkbook,
)
from xiaohu.registry.rows import BadRow, FileRow, Flaw

HEADER = "number,holder_name,remark"


def text(*lines: str) -> str:
    """Return lines of a file below its first one."""
    return "".join(f"{line}\n" for line in (HEADER, *lines))


def rows_of(tmp_path: Path, data: bytes) -> list[FileRow | BadRow]:
    """Return what is read of a file with these bytes."""
    path = tmp_path / "lines.csv"
    path.write_bytes(data)
    with opened(path) as source:
        assert source.header == HEADER.split(",")
        rows = list(source.rows())
        assert source.share() == 1.0
    return rows


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_reads_either_encoding_and_line_end(tmp_path: Path, encoding: str, end: str) -> None:
    data = text("1,张示例,好", '2,"李,示例","说""是"""').replace("\n", end).encode(encoding)
    assert rows_of(tmp_path, data) == [
        FileRow(2, ["1", "张示例", "好"]),
        FileRow(3, ["2", "李,示例", '说"是"']),
    ]


def test_a_file_is_gb18030_also_where_only_its_end_says_so(tmp_path: Path) -> None:
    plain = [f"{number},plain," for number in range(40_000)]
    data = text(*plain, "last,镕示例㐀,").encode("gb18030")
    assert rows_of(tmp_path, data)[-1] == FileRow(40_002, ["last", "镕示例㐀", ""])


def test_a_line_in_another_encoding_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    good = text("1,张示例,", "2,李示例,").encode()
    data = good + "3,王示例示例,\n".encode("gb18030") + "4,赵示例,\n".encode()
    assert rows_of(tmp_path, data) == [
        FileRow(2, ["1", "张示例", ""]),
        FileRow(3, ["2", "李示例", ""]),
        BadRow(4, "", Flaw.WRONG_ENCODING),
        FileRow(5, ["4", "赵示例", ""]),
    ]


def test_never_takes_broken_utf8_for_gb18030(tmp_path: Path) -> None:
    data = text(*("1,张示例,",) * 5).encode() + "2,李示例,\n".encode().replace(b"\xe6", b"\xc0", 1)
    read = rows_of(tmp_path, data)
    assert read[:5] == [FileRow(line, ["1", "张示例", ""]) for line in range(2, 7)]
    assert read[5] == BadRow(7, "", Flaw.WRONG_ENCODING)


@pytest.mark.parametrize(
    "start", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE, b"\xff\xd8\xff\xe0"]
)
def test_refuses_what_is_something_else(tmp_path: Path, start: bytes) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(start + text("1,2,3").encode("utf-16-le"))
    with pytest.raises(FileRefused), opened(path) as source:
        require_columns(source.header)


def test_refuses_an_old_workbook_a_folder_and_nothing(tmp_path: Path) -> None:
    old = tmp_path / "old.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    for path, kind in ((old, OldWorkbook), (tmp_path, FileUnreadable)):
        with pytest.raises(kind), opened(path):
            pass
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(FileRefused), opened(empty):
        pass


def test_needs_every_column_once() -> None:
    require_columns([*reversed(list(COLUMNS)), "remark", "remark"])
    with pytest.raises(ColumnMissing) as missing:
        require_columns([name for name in COLUMNS if name != "iccid"])
    assert missing.value.params == {"column": "iccid"}
    with pytest.raises(ColumnTwice) as twice:
        require_columns([*COLUMNS, "esim", "esim"])
    assert twice.value.params == {"column": "esim"}


def test_a_stray_quotation_mark_spoils_its_own_line_alone(tmp_path: Path) -> None:
    data = text("1,a,", '2,"b,', "3,c,", '4,d"d,"', "5,e,")
    assert rows_of(tmp_path, data.encode()) == [
        FileRow(2, ["1", "a", ""]),
        BadRow(3, "", Flaw.NOT_CSV),
        FileRow(4, ["3", "c", ""]),
        BadRow(5, "", Flaw.NOT_CSV),
        FileRow(6, ["5", "e", ""]),
    ]


def test_a_remark_may_go_over_several_lines_but_no_field_of_ours(tmp_path: Path) -> None:
    data = text('1,a,"one\ntwo"', '2,"b\nb",', "3,c,").encode()
    read = rows_of(tmp_path, data)
    assert read[0] == FileRow(2, ["1", "a", "one\ntwo"])
    assert (read[1], read[-1]) == (BadRow(4, "", Flaw.NOT_CSV), FileRow(6, ["3", "c", ""]))


def test_a_field_that_never_ends_takes_no_other_line_with_it(tmp_path: Path) -> None:
    many = [f"{number},a," for number in range(MOST_LINES_OF_A_ROW * 3)]
    read = rows_of(tmp_path, text('0,a,"', *many).encode())
    assert read[0] == BadRow(2, "", Flaw.NOT_CSV)
    assert len(read) == 1 + len(many)


def test_an_endless_line_is_named_and_never_held(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    with path.open("wb") as file:
        file.write(text("1,a,").encode())
        file.seek(1 << 30, io.SEEK_CUR)  # a gigabyte of nothing, that the disk need not hold
        file.write(b"\n2,b,\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with opened(path) as source:
        read = list(source.rows())
    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert read == [
        FileRow(2, ["1", "a", ""]),
        BadRow(3, "", Flaw.LINE_TOO_LONG),
        FileRow(4, ["2", "b", ""]),
    ]
    assert grown_kib < 16 * 1024


def test_the_longest_line_that_is_read(tmp_path: Path) -> None:
    fits = "x" * (LONGEST_LINE - len("1,a,\n"))
    read = rows_of(tmp_path, text(f"1,a,{fits}", f"1,a,{fits}x", "2,b,").encode())
    assert isinstance(read[0], FileRow)
    assert read[1:] == [BadRow(3, "", Flaw.LINE_TOO_LONG), FileRow(4, ["2", "b", ""])]


def test_empty_lines_are_left_out(tmp_path: Path) -> None:
    assert rows_of(tmp_path, text("", ",,", "1,a,", "  ").encode()) == [FileRow(4, ["1", "a", ""])]


CELL = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r\n"), max_size=30)


@given(st.lists(st.tuples(CELL, CELL, CELL).filter(lambda row: any(c.strip(", ") for c in row))))
def test_reads_back_what_a_csv_writer_wrote(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[str, ...]]
) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADER.split(","), *written])
    read = rows_of(tmp_path_factory.mktemp("files"), out.getvalue().encode())
    assert [row.values for row in read if isinstance(row, FileRow)] == [list(r) for r in written]


@given(st.binary(max_size=400))
def test_nonsense_never_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("files") / "lines.csv"
    path.write_bytes(text("1,a,").encode() + data + b"\n9,z,\n")
    with opened(path) as source:
        read = list(source.rows())
    assert all(isinstance(row, FileRow | BadRow) for row in read)
    assert read[-1] == FileRow(read[-1].line, ["9", "z", ""])


def test_an_invented_export_has_every_column() -> None:
    assert list(invented(1)[0]) == list(EVERY)
