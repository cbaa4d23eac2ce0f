"""Write the pages that follow from the code, so that they cannot lag behind it."""

from pathlib import Path

from xiaohu.config.options import PREFIX, Options
from xiaohu.registry.rows import COLUMNS, Flaw
from xiaohu.ui import catalogue

SETTINGS = """# Settings

From the environment only. An unknown or malformed value stops the start with a sentence.
This page is written by `scripts/write_docs.py`.

| variable | default | meaning |
|---|---|---|
"""
IMPORT = """# Importing lines

`xiaohu import lines FILE.csv --operator KEY` brings in an operator's export: lines, holders, accounts and balances. This page is written by `scripts/write_docs.py`.

The file is CSV in UTF-8 with a first line naming these columns, each once and in any order; columns of other names are not read. Amounts are yuan with at most two decimals; dates are written 2024-05-01. `xiaohu demo data --lines N --seed S -o FILE.csv` writes such a file for invented people.

| column | meaning |
|---|---|
"""
REASONS = """
A bad row is reported by line, field and reason, and leaves nothing behind; good rows go on, and the exit code is then 6. Importing the same file again changes nothing. A line that was closed here stays closed whatever a late export says. Only status and the sum of the balances decide what the list of lines shows: checks and settlement ask the operator's system at their own time.

| reason | meaning |
|---|---|
"""


def settings() -> str:
    """Return docs/settings.md."""
    rows = []
    for name, field in Options.model_fields.items():
        meaning, _, told = str(field.description).partition(" Default: ")
        default = told.rstrip(".") or str(field.default)
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {meaning} |\n")
    return SETTINGS + "".join(rows)


def importing() -> str:
    """Return docs/import.md."""
    english = catalogue.read("en")
    columns = [f"| `{name}` | {meaning} |\n" for name, meaning in COLUMNS.items()]
    reasons = [f"| `{flaw}` | {_said(english, flaw)} |\n" for flaw in Flaw]
    return IMPORT + "".join(columns) + REASONS + "".join(reasons)


def _said(words: catalogue.Catalog, flaw: Flaw) -> str:
    message = words.get(f"flaw.{flaw}")
    if message is None:
        raise LookupError(f"no words for {flaw}")
    return str(message.string)


PAGES = {"settings.md": settings, "import.md": importing}


if __name__ == "__main__":
    for page, text in PAGES.items():
        Path("docs", page).write_text(text(), encoding="utf-8")
