"""Write the pages that follow from the code, so that they cannot lag behind it."""

from collections.abc import Mapping
from pathlib import Path

from xiaohu.config.options import PREFIX, Options
from xiaohu.registry.columns import COLUMNS, OPTIONAL
from xiaohu.registry.rows import Flaw
from xiaohu.ui import catalogue

SETTINGS = """# Settings

From the environment only. An unknown or malformed value stops the start with a sentence.
This page is written by `scripts/write_docs.py`.

| variable | default | meaning |
|---|---|---|
"""
IMPORT = """# Importing lines

`xiaohu import lines FILE --operator KEY` brings in an operator's export: lines, holders, accounts, balances, filings and restrictions. This page is written by `scripts/write_docs.py`.

The file is CSV (UTF-8 with or without byte order mark, or GB18030; fields separated by commas) or XLSX (the first visible sheet). Its first line names these columns, each once and in any order; columns of other names are not read. Amounts are yuan with at most two decimals; dates are written 2024-05-01. `xiaohu demo data --lines N --seed S -o FILE.csv` writes such a file for invented people and firms.

| column | meaning |
|---|---|
"""
FURTHER = """
Further columns may be left out. They say what the checks of a closing look at, under the names of the operator's interface (amounts in yuan); an empty field does not apply.

| column | meaning |
|---|---|
"""
REASONS = """
What is kept: line, number, card, holder, account, contact, status and the sum of the balances, the filing, the restriction. The other facts are judged like every field and kept nowhere: checks and settlement ask the operator's system at their own time, and the simulator of an operator reads them from the same file. A file without the column `filing` or `restriction` changes none; one with it ends the filings and lifts the restrictions it no longer names.

A bad row is reported by line, field and reason, and leaves nothing behind; good rows go on. The list of bad rows is a CSV file beside the import (`FILE.errors.csv`, or `--errors PATH`): line, field, code, reason, never a value. Importing the same file again changes nothing and skips what is in. A line that was closed here stays closed whatever a late export says. A number that its earlier line gives up further up in the file may be taken by another one.

| option | meaning |
|---|---|
| `--dry-run` | judges every row, same report, writes nothing |
| `--errors PATH` | where the bad rows are listed; only an earlier list is ever overwritten |
| `--json` | the report as one JSON object on standard output |
| `--lang zh` or `en` | language of the report |

Exit code 0: all good; 6: some rows were bad; 5: the file as a whole was refused; 130: stopped by Ctrl-C after the current batch of 5,000 rows. What is in stays; the same command goes on from there.

Memory stays flat: no line longer than 64 KiB is held, a million rows need less than 300 MiB. A large file is read by a second process. Of a workbook formulas are never worked out, number cells of more than 15 digits are refused since the spreadsheet has lost the rest, and one that unpacks to too much is refused: a CSV file may be of any size.

| reason | meaning |
|---|---|
"""


def settings() -> str:
    """Return docs/settings.md."""
    rows = []
    for name, field in Options.model_fields.items():
        default = "–" if field.default is None or field.default_factory else str(field.default)
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |\n")
    return SETTINGS + "".join(rows)


def importing() -> str:
    """Return docs/import.md."""
    english = catalogue.read("en")
    columns, further = _table(COLUMNS), _table(OPTIONAL)
    reasons = [f"| `{flaw}` | {_said(english, flaw)} |\n" for flaw in Flaw]
    return IMPORT + columns + FURTHER + further + REASONS + "".join(reasons)


def _table(columns: Mapping[str, str]) -> str:
    return "".join(f"| `{name}` | {meaning} |\n" for name, meaning in columns.items())


def _said(words: catalogue.Catalog, flaw: Flaw) -> str:
    message = words.get(f"flaw.{flaw}")
    if message is None:
        raise LookupError(f"no words for {flaw}")
    return str(message.string)


PAGES = {"settings.md": settings, "import.md": importing}


if __name__ == "__main__":
    for page, text in PAGES.items():
        Path("docs", page).write_text(text(), encoding="utf-8")
