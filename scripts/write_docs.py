"""Write the pages that follow from the code, so that they cannot lag behind it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from xiaohu.config.options import PREFIX, Options
from xiaohu.core.checks import CAN_BLOCK, CHECKS, CheckCode
from xiaohu.core.notices import NOTICES, SAMPLES, Channel, Notice, key, sent
from xiaohu.core.profile import Profile
from xiaohu.core.profile_law import MAY_BE_OFF, MAY_START_ITSELF
from xiaohu.core.proofs import OFFERABLE
from xiaohu.core.retention import MAY_BE_LONGER, RETENTION
from xiaohu.core.ways_out import OwnPage
from xiaohu.core.wording import CHINESE, ENGLISH, longest, mandatory
from xiaohu.erasure.declared import DECLARED, Nature
from xiaohu.erasure.stores.shape import (
    KINDS,
    Strategy,
)
from xiaohu.registry.columns import COLUMNS, OPTIONAL
from xiaohu.registry.rows import Flaw
from xiaohu.ui import catalogue

SETTINGS = """# Settings

From the environment only. An unknown or malformed value stops the start with a sentence.
This page is written by `scripts/write_docs.py`.

| variable | default | meaning |
|---|---|---|
"""
PERSONAL = """# Personal data: what is held, and where

Personal data is one sealed record per unit (holder, line, account, case) and category, in one table. All other tables hold ids, keyed hashes, codes, times and sums. This page is written by `scripts/write_docs.py` from the tables that tests hold the code against: a field that is not declared fails them. How sealing and erasing work: [keys](keys.md).

## What becomes of each category when a line is closed

Months count from the end of service, or from the answer to what was asked. An operator's profile may keep longer, with a legal basis of its own, never shorter.

| category | then | months | basis |
|---|---|---|---|
{kept}
## What a field may be

| word | meaning |
|---|---|
{natures}
## Every field
{tables}"""
IMPORT = """# Importing lines

`xiaohu import lines FILE` brings in an operator's export: lines, holders, accounts, balances, filings and restrictions. This page is written by `scripts/write_docs.py`.

The file is CSV (UTF-8 with or without byte order mark, or GB18030; fields separated by commas) or XLSX (the first visible sheet). Its first line names these columns, each once and in any order; columns of other names are not read. Amounts are yuan with at most two decimals; dates are written 2024-05-01. `xiaohu demo data --lines N --seed S -o FILE.csv` writes such a file for invented people and firms.

| column | meaning |
|---|---|
"""
FURTHER = """
Further columns may be left out. They say what the checks of a closing look at, under the names of the operator's interface (amounts in yuan); an empty field does not apply.

| column | meaning |
|---|---|
"""
STORES = """# Erasing in the operator's own systems

A closing erases in the systems that `XIAOHU_STORES_FILE` lists, before the keys of its own data are destroyed: whom it is about can be read only until then, is read at the moment of the call, and is kept nowhere. This page is written by `scripts/write_docs.py`.

```toml
[stores.crm]
kind = "postgresql"
names = { zh = "客户系统", en = "Customer system" }
secret = "CRM_DATABASE"          # environment variable with postgresql://user:password@host/database
rows_per_second = 500

[stores.crm.datasets.orders]
table = "orders"
column = "subscription_no"
identity = "subscription_id"
fields = { remarks = "contact" }

[stores.crm.datasets.items]      # found through its foreign key, and erased before the orders
table = "order_item"
through = "orders"
fields = { engraving = "contact" }

[stores.crm.datasets.contacts]
table = "contact"
column = "msisdn"
identity = "number"
strategy = "null"
[stores.crm.datasets.contacts.fields]
msisdn = "service_number"
phone = "contact"
name = { category = "registration_identity", strategy = "hash" }
town = { category = "contact", strategy = "truncate", keep = 2 }

[stores.cache]
kind = "redis"
names = { zh = "缓存", en = "Cache" }
secret = "CACHE_URL"
[stores.cache.datasets.sessions]
pattern = "session:{number}:*"
fields = { session = "credentials" }

[stores.archive]
kind = "s3"
names = { zh = "档案", en = "Archive" }
secret = "ARCHIVE_KEYS"          # access key, colon, secret key
endpoint = "https://objects.example.com"
[stores.archive.datasets.contracts]
bucket = "contracts"
prefix = "signed/{subscription_id}/"
strategy = "keep_until"
fields = { scan = "registration_identity" }

[stores.partner]
kind = "webhook"
names = { zh = "合作方", en = "Partner" }
secret = "PARTNER_SECRET"
url = "https://partner.example.com/erase"
[stores.partner.datasets.leads]
identity = "number"
fields = { phone = "contact" }

[stores.mainframe]
kind = "folder"
names = { zh = "老账务系统", en = "Old ledger" }
path = "/srv/exchange/erasure"
[stores.mainframe.datasets.accounts]
identity = "subscription_id"
fields = { holder = "registration_identity" }

[stores.paper]
kind = "manual"
names = { zh = "纸质档案室", en = "Paper archive" }
[stores.paper.datasets.forms]
identity = "number"
todo = { zh = "销毁入网登记表原件。", en = "Destroy the signed form." }
fields = { form = "registration_identity" }
```

`xiaohu stores check FILE` asks each system and names everything that does not fit: a table or bucket that vanished, a column of another type, a missing key, tables that refer to what is to be deleted, rows nobody could find, an identity without index (which only warns). `xiaohu stores plan --reference REF` counts what a request would erase. `xiaohu stores status` shows which systems fail, what waits for them, and what is kept in them until when; all three say the same as JSON with `--json`. Exit code 0: all well; 5: refused; 6: something to look at.

Where only databases are listed, many closings cost hardly more than one: a closing that comes to erase goes behind the work that waits, and whoever is erased next takes others of the same operator along, such as the lines of an organisation. Each table is counted, erased and read back once for all of them; each closing keeps its own lease, its own counts and its own receipt. What fails, waits for a person or saw a worker die is erased alone. A worker keeps its way to a database open for half a minute and uses it again; what it knows of the tables holds as long as one question shows that columns and keys are what they were.

What a system still holds two days after the law let go of it is a task of its own, since the closing has long ended: `/desk/stores` names the system, since when and why; somebody of compliance, administration or the officers takes it and may have it asked at once. Both are in the log.

A system that is away makes the closing wait: it is tried again by itself, after a while people own it, and the desk shows which system it is and why. After three failures in a row nobody asks a system for a minute. What does not fit any more is for people at once; "try again" goes on where it stopped. What was half done is read back first, so erasing twice is harmless. Receipt and statement list every system.

A webhook is asked by POST with `{"action": "find", "dataset": "leads", "identity": "number", "values": [...]}`, signed as Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), and answers `{"found": 3}`: how much is there. The actions are `check` (nobody's values), `find`, and `erase`, which is repeated under the same `webhook-id`. An answer without such a number is never taken for done.

In a folder each request is a file `NAME.find.json` with the same content, then `NAME.erase.json`; the other side leaves `NAME.find.answer.json` and `NAME.erase.answer.json` with `{"found": 3}`, written elsewhere and moved there whole. Names tell of nobody. Once an answer is read, it is deleted with its request, and later asked anew; people look after one that is not answered within a day. The content names people, so the folder belongs to these two systems alone.

In object storage everything under somebody's prefix goes: every version, and what was sent of an upload that never ended, for which the account needs `s3:ListBucketMultipartUploads` and `s3:AbortMultipartUpload`. A storage that tells of unfinished uploads by whole names only should end old ones by a rule of its own.

What nobody but a person can reach waits at the desk: an officer confirms how much was erased, by the number of a ticket, log or letter, which goes into the receipt.

Where only fields are emptied, the column that finds a row has to be among them if it holds a number, a card or a document: otherwise the row still says whose it was, and `check` says so (for a document it refuses). A whole-number column holds no documents, and an identity with letters in it is refused there rather than taken for erased.

A number is looked for as +8613…, 8613… and 13…, letter by letter whatever a database takes for alike; what is known by the holder's document is erased only with the holder's last line and account. A closing that waited until its number had rested long enough no longer looks for it: by then it may be somebody else's, and an officer checks and erases by hand.

What is kept until a date is found by `subscription_id` or `iccid`, which nobody else ever gets; by a number or a document it is refused. It is refused, too, where another dataset would delete it, or empty the column by which it is found. When its time is over the tables are looked at first, so that one that changed meanwhile is named rather than taken for erased. Names of systems and datasets are small letters, digits and underscores.

| strategy | what is done |
|---|---|
"""
STRATEGIES: Mapping[Strategy, str] = {
    Strategy.DELETE: "The whole record is deleted.",
    Strategy.KEEP_UNTIL: "The whole record stays as long as the law keeps the longest kept of its categories, and is deleted then.",
    Strategy.NULL: "The field is emptied. Tables only.",
    Strategy.HASH: "The field holds a keyed hash: the same value gives the same one, and nobody can try values out. Tables only.",
    Strategy.TRUNCATE: "Only the first `keep` characters of the field stay. Tables only.",
}
STORES_FURTHER = """
`fields` gives each field that holds personal data its category of retention; where whole records go it says what is in them. A field may be written as its category alone, or as a table with `category`, a `strategy` of its own and `keep`.
"""
SAID_ABOVE = ("kind", "datasets")
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
NOTICES_PAGE = """# Notices

Every notice, N01 to N21: the page that shows it, whom a message goes to, and the variables its words must hold. This page is written by `scripts/write_docs.py` from the table in `xiaohu/core/notices.py`.

A message goes to each recipient once: whoever has the same address under two names gets it once. `line` is the number itself and only while it is in service; nothing goes to a number after it was disconnected, also where it is somebody's contact. `affected` are people only the operator can reach; it is asked to pass the words on, which hold no name, number, reference or reason. After a death the words of N20 replace the ordinary ones.

| number | notice | in words | shown on | sent to | must hold |
|---|---|---|---|---|---|
"""
OWN_WORDS = """
## An operator's own words

`xiaohu notice list` shows whose words are in force, `xiaohu notice show NOTICE` the words with their version, and `xiaohu notice publish FILE` puts an operator's own in their place, for messages sent from then on. A version is the beginning of the text's SHA-256; each message keeps the version it was sent with. Published words are never changed, and a file with one flaw publishes nothing.

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
PROFILES = """# Operator profiles

An operator's rules are a TOML file. Published, it is an immutable, hashed policy version: cases go by the version they were submitted under, drafts are told what changed. This page is written by `scripts/write_docs.py`.

## Adding an operator takes four steps

1. **Write the file.** Start with `extends = "generic-cn"` and state only what a source says; everything else is filled in. `key`, `version`, `unconfirmed`, `names`, `contact`, `brand` and `links` are always its own.
2. **Name the source of each figure** under `[provenance]`, with a tag: `V` read in a law, contract or system, `N` read in a report, `S` hearsay, `R` from memory, `D` our default, `O` stated by the operator. A figure stated anew needs a source of its own.
3. **Write test cases**: `[[tests]]` in the file, or in `NAME.tests.toml` beside it. Facts that differ from a plain line go in; blockers, choices, amounts in fen and dates come out. Cases of what is extended are run as well; one of the same name takes their place. Each check that can block needs a case.
4. **Check, test, publish**: `xiaohu policy check FILE`, `xiaohu policy test FILE`, `xiaohu policy diff OLD FILE`, `xiaohu policy publish FILE`. For real people the operator signs it off first: `unconfirmed = false` and `[sign_off]` with `by` and `on`; `xiaohu serve` does not start on an example unless `XIAOHU_ALLOW_EXAMPLES=1`.

```toml
key = "example-mvno"
version = "2026.12"
extends = "generic-cn"
unconfirmed = true

[names]
zh = "示例移动"
en = "Example Mobile"

[contact]
hotline = { zh = "10000（示例）", en = "10000 (example)" }
hours = { zh = "每日 9:00–18:00", en = "9:00–18:00 every day" }
counter_hours = { zh = "工作日 9:00–17:00", en = "9:00–17:00 on working days" }   # leave out what is not known
complaint = { zh = "先联系客服。", en = "Ask our customer service first." }
outside = { zh = "电信用户申诉 12300。", en = "Complaints of telecom users: 12300." }   # may be left out

[brand]                 # 4.5:1 upon white and upon light blue, or the profile is refused
colour = "#b00020"
dark = "#7f0017"

[links]                 # its own pages, https only; leave out what there is not
pay = "https://pay.example.com/bills"

[[calendar.freezes]]    # or from_on and to_on, as dates
from_day = -1           # the last day of the month
to_day = 6
words = { zh = "每月最后一天和 1 至 6 日出账，不办理销户", en = "No closing from the last day of a month to day 6" }

[choices]
ARREARS = ["pay", "set_off"]

[provenance]
"calendar.freezes" = { tag = "O", text = "业务管理办法第 3 条" }

[[tests]]
name = "月末提交，7 日零点办理"
today = 2026-11-27
accepted_at = 2026-11-27T12:00:00+08:00
execute_at = 2026-12-07T00:00:00+08:00

[[tests]]
name = "等合约到期再销户"    # takes the place of the generic case of this name
today = 2026-11-23
line = { contract_end_on = 2026-12-31 }
choices = { CONTRACT_TERM = "wait_for_contract_end" }
accepted_at = 2026-11-23T12:00:00+08:00
execute_at = 2027-01-07T00:00:00+08:00
```

Shipped: `generic-cn`, what law and common terms say; `example-telecom`, an invented operator the demo runs by, with a formula for leaving a contract early; `china-unicom`, `huaji`, `wuyi`, examples from public pages, not confirmed by the companies.

Exit codes: 0 well, 1 a test case fails, 3 no such file, 5 refused, 6 differences found.

## Fields

| field | what it takes |
|---|---|
"""
CHECK_TABLE = """
## Checks

`checks` lists those switched on; `choices` narrows what is offered about one.

| check | about | choices | needs |
|---|---|---|---|
"""
REFUSALS = """
## Why a profile is refused

| reason | what to do |
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
    columns, further = _table(COLUMNS), _table(OPTIONAL)
    reasons = [f"| `{flaw}` | {_text(english, f'flaw.{flaw}')} |\n" for flaw in Flaw]
    return IMPORT + columns + FURTHER + further + REASONS + "".join(reasons)


def _table(columns: Mapping[str, str]) -> str:
    return "".join(f"| `{name}` | {meaning} |\n" for name, meaning in columns.items())


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


def profiles() -> str:
    """Return docs/profiles.md."""
    english = catalogue.read("en")
    fields = [f"| `{path}` | {kind} |\n" for path, kind in _fields(Profile)]
    checks = [_check(english, code) for code in CheckCode]
    whys = sorted(str(m.id) for m in english if m.id and str(m.id).startswith("profile.why."))
    reasons = [
        f"| {_plain(english, key)} | {_plain(english, f'{key}.next')} |\n"
        for key in whys
        if not key.endswith(".next")
    ]
    return "".join([PROFILES, *fields, CHECK_TABLE, *checks, REFUSALS, *reasons])


def _fields(part: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    for name, field in part.model_fields.items():
        here = f"{path}{name}"
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _fields(field.annotation, f"{here}.")
        else:
            allowed = NARROWED.get(here)
            said = ", ".join(f"`{value}`" for value in allowed) if allowed else None
            yield here, said or _kind(field.annotation) + _limits(field)


NARROWED: dict[str, Sequence[str]] = {
    "checks": ["NOT_HOLDER", "…"],
    "choices": ['ARREARS = ["pay", "set_off"]', "…"],
    "proof.methods": OFFERABLE,
    **{f"links.{page}": ["https://…"] for page in OwnPage},
    "involuntary": sorted(MAY_START_ITSELF),
    "notices.off": sorted(MAY_BE_OFF),
    "retention": sorted(name for name, rule in RETENTION.items() if rule.disposal in MAY_BE_LONGER),
}


def _limits(field: FieldInfo) -> str:
    bounds = [
        str(getattr(each, end))
        for each in field.metadata
        for end in ("ge", "le")
        if hasattr(each, end)
    ]
    return (
        f", {' to '.join(bounds) if len(bounds) > 1 else f'{bounds[0]} or more'}" if bounds else ""
    )


def _kind(annotation: object) -> str:
    """Return what can stand in a field: the values of a closed set, or the kind of value."""
    closed = [each for each in _leaves(annotation) if issubclass(each, StrEnum)]
    if closed:
        return " · ".join(
            f"{each.__name__}" if len(each) > 12 else _values(each) for each in closed
        )
    names = {int: "whole number", str: "text", bool: "true or false", date: "date"}
    plain = [names[each] for each in _leaves(annotation) if each in names]
    tables = [each for each in _leaves(annotation) if issubclass(each, BaseModel)]
    return ", ".join(dict.fromkeys([*plain, *(f"table: {_names(each)}" for each in tables)]))


def _leaves(annotation: object) -> Iterator[type]:
    if isinstance(annotation, type) and not get_args(annotation):
        yield annotation
    for part in get_args(annotation):
        yield from _leaves(part)


def _values(closed: type[StrEnum]) -> str:
    return ", ".join(f"`{value}`" for value in closed)


def _names(table: type[BaseModel]) -> str:
    return ", ".join(f"`{name}`" for name in table.model_fields)


def _check(words: catalogue.Catalog, code: CheckCode) -> str:
    rule = CHECKS[code]
    blocks = "a case" if code in CAN_BLOCK else "–"
    choices = ", ".join(f"`{choice}`" for choice in rule.choices) or "–"
    return f"| `{code}` | {_plain(words, f'check.title.{code}')} | {choices} | {blocks} |\n"


def _plain(words: catalogue.Catalog, name: str) -> str:
    return _text(words, name).replace("{", "").replace("}", "")


def _text(words: catalogue.Catalog, name: str) -> str:
    message = words.get(name)
    if message is None:
        raise LookupError(f"no words for {name}")
    return str(message.string)


def personal_data() -> str:
    """Return docs/personal-data.md."""
    kept = "".join(
        f"| `{category}` | {rule.disposal.replace('_', ' ')} | {rule.months} | {rule.basis} |\n"
        for category, rule in RETENTION.items()
    )
    natures = "".join(f"| {nature.name.lower()} | {nature} |\n" for nature in Nature)
    tables = "".join(
        f"\n### {app}.{table}\n\n"
        + "".join(
            f"- {nature.name.lower()}: {', '.join(f'`{name}`' for name in names.split())}\n"
            for nature, names in said.items()
        )
        for app, tables in DECLARED.items()
        for table, said in tables.items()
    )
    return PERSONAL.format(kept=kept, natures=natures, tables=tables)


def stores() -> str:
    """Write what the list of the operator's own systems may say."""
    kinds = dict.fromkeys(KINDS.values())
    parts = "".join(
        f"\n## {', '.join(f'`{kind}`' for kind in KINDS if KINDS[kind] is store)}\n\n"
        f"{store.__doc__}\n\n| field | may be | meaning |\n|---|---|---|\n{_rows_of(store)}"
        for store in kinds
    )
    strategies = "".join(f"| `{name}` | {means} |\n" for name, means in STRATEGIES.items())
    return f"{STORES}{strategies}{STORES_FURTHER}{parts}"


def _rows_of(store: type[BaseModel]) -> str:
    """Return a row for each field of a kind of store and of its datasets."""
    dataset = next(
        each for each in _leaves(store.model_fields["datasets"].annotation) if each is not str
    )
    own = {name: field for name, field in store.model_fields.items() if name not in SAID_ABOVE}
    of_dataset = {f"datasets.*.{name}": field for name, field in dataset.model_fields.items()}
    return "".join(
        f"| `{name}` | {_kind(field.annotation)}{_limits(field)} | {field.description} |\n"
        for name, field in (own | of_dataset).items()
    )


PAGES = {
    "stores.md": stores,
    "settings.md": settings,
    "import.md": importing,
    "notices.md": notices,
    "profiles.md": profiles,
    "personal-data.md": personal_data,
}


if __name__ == "__main__":
    for page, text in PAGES.items():
        Path("docs", page).write_text(text(), encoding="utf-8")
