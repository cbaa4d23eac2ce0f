"""Write the pages that follow from the code, so that they cannot lag behind it."""

from pathlib import Path

from xiaohu.config.options import PREFIX, Options
from xiaohu.core.notices import NOTICES, SAMPLES, Channel, Notice, key, sent
from xiaohu.core.wording import CHINESE, ENGLISH, longest, mandatory
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
NOTICES_PAGE = """# Notices

Every notice, N01 to N21: the page that shows it, whom a message goes to, and the variables its words must hold. This page is written by `scripts/write_docs.py` from the table in `xiaohu/core/notices.py`.

A message goes to each recipient once: whoever has the same address under two names gets it once. `line` is the number itself and only while it is in service; nothing goes to a number after it was disconnected, also where it is somebody's contact. `affected` are people only the operator can reach; it is asked to pass the words on, which hold no name, number, reference or reason. After a death the words of N20 replace the ordinary ones.

| number | notice | in words | shown on | sent to | must hold |
|---|---|---|---|---|---|
"""
OWN_WORDS = """
## An operator's own words

`xiaohu notice list --operator KEY` shows whose words are in force, `xiaohu notice show NOTICE --operator KEY` the words with their version, and `xiaohu notice publish FILE --operator KEY` puts an operator's own in their place, for messages sent from then on. A version is the beginning of the text's SHA-256; each message keeps the version it was sent with. Published words are never changed, and a file with one flaw publishes nothing.

```toml
[[notice]]
notice = "withdrawn"
channel = "text"    # or "mail"
zh = "【{{sign}}】销户申请{{ref}}已撤销，号码保持申请前的状态。"
en = "{{sign}}: request {{ref}} withdrawn. The line is as it was before."
```

Words hold every variable of their row and `{{sign}}`, and no other; with the sample values below a text has at most {zh} characters in Chinese and {en} in English. No exclamation marks.

| variable | sample |
|---|---|
"""
DEFAULTS = """
## The words that come with the service

| notice | 中文 | English |
|---|---|---|
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
    columns = [f"| `{name}` | {meaning} |\n" for name, meaning in COLUMNS.items()]
    reasons = [f"| `{flaw}` | {_text(english, f'flaw.{flaw}')} |\n" for flaw in Flaw]
    return IMPORT + "".join(columns) + REASONS + "".join(reasons)


def notices() -> str:
    """Return docs/notices.md."""
    chinese, english = catalogue.read("zh_Hans"), catalogue.read("en")
    rows = [_row(english, notice) for notice in NOTICES]
    limits = {"zh": longest(Channel.TEXT, CHINESE), "en": longest(Channel.TEXT, ENGLISH)}
    samples = [f"| `{name}` | {sample} |\n" for name, sample in SAMPLES.items()]
    words = [
        f"| `{notice}` | {_text(chinese, key(notice))} | {_text(english, key(notice))} |\n"
        for notice in sent()
    ]
    own = OWN_WORDS.format(**limits)
    return NOTICES_PAGE + "".join(rows) + own + "".join(samples) + DEFAULTS + "".join(words)


def _row(english: catalogue.Catalog, notice: Notice) -> str:
    rule = NOTICES[notice]
    to = ", ".join(f"`{recipient}`" for recipient in rule.to) or "–"
    held = ", ".join(f"`{name}`" for name in sorted(mandatory(notice))) if rule.to else "–"
    page = f"`{rule.page}`" if rule.page else "–"
    said = _text(english, f"notice.{notice}")
    return f"| {rule.number} | `{notice}` | {said} | {page} | {to} | {held} |\n"


def _text(words: catalogue.Catalog, name: str) -> str:
    message = words.get(name)
    if message is None:
        raise LookupError(f"no words for {name}")
    return str(message.string)


PAGES = {"settings.md": settings, "import.md": importing, "notices.md": notices}


if __name__ == "__main__":
    for page, text in PAGES.items():
        Path("docs", page).write_text(text(), encoding="utf-8")
