"""The list of stores: what cannot be is refused by field, reason and remedy, in both languages."""

from pathlib import Path

import pytest
from django.utils import translation

from xiaohu.erasure.stores import file
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.ui.refusals import sentence

GOOD = """
[stores.crm]
kind = "postgresql"
names = { zh = "客户系统", en = "Customer system" }
secret = "CRM_DATABASE"
[stores.crm.datasets.orders]
table = "orders"
column = "subscription"
identity = "subscription_id"
fields = { note = "contact" }
[stores.cache]
kind = "redis"
names = { zh = "缓存", en = "Cache" }
secret = "CACHE"
[stores.cache.datasets.sessions]
pattern = "session:{number}:*"
fields = { session = "credentials" }
"""
ORDERS = "stores.crm.datasets.orders"
BAD = {
    ('kind = "redis"', 'kind = "oracle"'): ("stores.cache.kind", "kind"),
    ('secret = "CACHE"', 'secret = "XIAOHU_CACHE"'): ("stores.cache.secret", "our_name"),
    ('secret = "CACHE"', 'secret = "redis://me:pass@host"'): ("stores.cache.secret", "wrong_form"),
    ('secret = "CACHE"', ""): ("stores.cache.secret", "missing"),
    ('en = "Cache"', 'fr = "Cache"'): ("stores.cache.names.en", "missing"),
    ('table = "orders"', 'table = "orders"\nface = 1'): (f"{ORDERS}.face", "unknown_key"),
    ('table = "orders"', 'table = ""'): (f"{ORDERS}.table", "empty"),
    ('identity = "subscription_id"', 'identity = "mail"'): (f"{ORDERS}.identity", "unknown_value"),
    ('identity = "subscription_id"', ""): (ORDERS, "found_how"),
    ('identity = "subscription_id"', 'through = "orders"'): (ORDERS, "found_how"),
    (
        'column = "subscription"\nidentity = "subscription_id"',
        'through = "orders"',
    ): (f"{ORDERS}.through", "through"),
    ('note = "contact"', 'note = "gossip"'): (f"{ORDERS}.fields.note.category", "unknown_value"),
    ('table = "orders"', 'table = "orders"\nstrategy = "keep_until"'): (
        f"{ORDERS}.strategy",
        "nothing_kept",
    ),
    ('note = "contact"', 'note = { category = "contact", strategy = "null" }'): (
        f"{ORDERS}.fields.note.strategy",
        "field_strategy",
    ),
    ('pattern = "session', 'strategy = "keep_until"\npattern = "session'): (
        "stores.cache.datasets.sessions",
        "kept_by",
    ),
    (
        'identity = "subscription_id"\nfields = { note = "contact" }',
        'identity = "document"\nstrategy = "keep_until"\nfields = { note = "service_number" }',
    ): (ORDERS, "kept_by"),
    ("session:{number}:*", "session:*"): ("stores.cache.datasets.sessions", "placeholder"),
    ("session:{number}:*", "session:{mail}:*"): ("stores.cache.datasets.sessions", "placeholder"),
    ("session:{number}:*", "session:{number}*"): ("stores.cache.datasets.sessions", "open_end"),
    ("session:{number}:*", "*{number}:1"): ("stores.cache.datasets.sessions", "open_end"),
    ('pattern = "session', 'strategy = "null"\npattern = "session'): (
        "stores.cache.datasets.sessions.strategy",
        "whole_only",
    ),
    ("[stores.cache.datasets.sessions]", "[stores.cache.datasets.Sessions]"): (
        "stores.cache.datasets.Sessions",
        "name",
    ),
    ("[stores.crm]", "[stores.crm"): ("–", "not_toml"),
    ('secret = "CACHE"', 'secret = "CACHE"\nrows_per_second = 0'): (
        "stores.cache.rows_per_second",
        "too_small",
    ),
}


def test_a_good_list_is_read() -> None:
    stores, wrong = file.parse(GOOD)
    assert wrong == ()
    assert list(stores) == ["crm", "cache"]


@pytest.mark.parametrize("change", BAD, ids=lambda change: f"{change[0]} → {change[1]}"[:60])
def test_what_cannot_be_is_named(change: tuple[str, str]) -> None:
    before, after = change
    assert before in GOOD
    _, wrong = file.parse(GOOD.replace(before, after, 1))
    assert BAD[change] in [(one.params["field"], one.params["why"]) for one in wrong]
    for language in ("zh-hans", "en"):
        with translation.override(language):
            for said in map(sentence, wrong):
                assert said.what
                assert said.next
                assert "store.why" not in said.what + said.next


def test_a_value_that_is_unknown_is_shown() -> None:
    _, (wrong,) = file.parse(GOOD.replace('note = "contact"', 'note = "gossip"'))
    with translation.override("en"):
        assert "gossip is unknown" in sentence(wrong).what


ARCHIVE = """
[stores.archive]
kind = "s3"
names = { zh = "档案", en = "Archive" }
secret = "ARCHIVE"
endpoint = "https://objects.example.com"
[stores.archive.datasets.signed]
bucket = "contracts"
prefix = "lines/{subscription_id}/signed/"
strategy = "keep_until"
fields = { scan = "registration_identity" }
[stores.archive.datasets.all]
bucket = "contracts"
prefix = "lines/{subscription_id}/"
fields = { scan = "contact" }
"""


def test_what_the_law_keeps_lies_where_nothing_else_deletes_it() -> None:
    _, (wrong,) = file.parse(ARCHIVE)
    said = (wrong.params["field"], wrong.params["why"], wrong.params["value"])
    assert said == ("stores.archive.datasets.signed", "kept_goes", "all")
    elsewhere = ARCHIVE.replace('bucket = "contracts"', 'bucket = "rest"', 1)
    assert file.parse(elsewhere)[1] == ()


def test_every_fault_of_a_list_is_told_at_once() -> None:
    text = GOOD.replace('secret = "CACHE"', "").replace('table = "orders"', "tabel = 1")
    assert len(file.parse(text)[1]) == 3


def test_a_list_that_changed_is_read_again(tmp_path: Path) -> None:
    listed = tmp_path / "stores.toml"
    listed.write_text(GOOD, encoding="utf-8")
    assert set(file.read(listed)) == {"crm", "cache"}
    listed.write_text(GOOD.partition("[stores.cache]")[0], encoding="utf-8")
    assert set(file.read(listed)) == {"crm"}


def test_a_list_that_is_away_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoresRefused) as refused:
        file.read(tmp_path / "none.toml")
    assert refused.value.params["why"] == "unreadable"
