"""Workbooks: made by another library, and made by hand where no library would make them."""

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

HEADER = ("number", "holder_name", "activated_on", "cash_yuan")
_NS = "http://schemas.openxmlformats.org"
_REL = f"{_NS}/officeDocument/2006/relationships"
_TYPES = (
    f'<Types xmlns="{_NS}/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELS = (
    '<Relationships xmlns="x"><Relationship Id="r1" Type="'
    + _REL
    + '/{kind}" Target="{target}"/></Relationships>'
)
_BOOK = (
    f'<workbook xmlns="m" xmlns:r="{_REL}"><sheets><sheet name="s" sheetId="1" r:id="r1"/>'
    "</sheets></workbook>"
)


def saved(
    path: Path,
    *rows: Iterable[object],
    formats: dict[str, str] | None = None,
    header: Sequence[str] = HEADER,
) -> Path:
    """Save rows with a library, the first line above them; formats by column."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for column, code in (formats or {}).items():
            sheet.set_column(f"{column}:{column}", None, book.add_format({"num_format": code}))
        for line, row in enumerate((header, *rows)):
            for place, cell in enumerate(row):
                sheet.write(line, place, cell)
    return path


def handmade(path: Path, sheet: str, **more: str) -> Path:
    """Put a workbook together around the XML of a sheet; further parts by place, `_` for `/`."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        rels = _RELS.format(kind="officeDocument", target="xl/workbook.xml")
        archive.writestr("_rels/.rels", rels)
        archive.writestr("xl/workbook.xml", _BOOK)
        rels = _RELS.format(kind="worksheet", target="worksheets/sheet1.xml")
        archive.writestr("xl/_rels/workbook.xml.rels", rels)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for place, content in more.items():
            archive.writestr(place.replace("_", "/", 1), content)
    return path


def sheet_xml(*rows: str) -> str:
    """Return a sheet: the first line, then rows as XML."""
    cells = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADER)
    body = "".join(rows)
    return f'<worksheet xmlns="m"><sheetData><row>{cells}</row>{body}</sheetData></worksheet>'
