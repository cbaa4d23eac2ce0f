"""The file that lists the operator's own systems: read, and refused where it cannot be used.

It is data: adding a system touches no code. Secrets are never in it, only the names of the
environment variables that hold them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from xiaohu.core.profile_reading import refusals
from xiaohu.core.refusals import Refusal
from xiaohu.erasure.stores.shape import (
    ANYTHING,
    KINDS,
    WHOLE,
    ByHand,
    Dataset,
    IdentityKind,
    Keys,
    Objects,
    Store,
    StoreKind,
    Stores,
    Strategy,
    Table,
    WithSecret,
    around,
    datasets_of,
    kept_categories,
    known_by,
)

OURS = "XIAOHU_"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


class StoresRefused(Refusal):
    """The list of stores, or what it says of one of them, cannot be used.

    `field` names where, and `why` is the key of the reason and remedy in the message catalogue.
    """

    code = "STORES_REFUSED"

    @property
    def about(self) -> str:
        """Which part of which system it is about."""
        return ": ".join(
            str(self.params[name]) for name in ("field", "value") if name in self.params
        )

    @property
    def dataset(self) -> str:
        """The dataset it is about; an empty text where it is about the whole system."""
        _, _, behind = str(self.params["field"]).partition(".datasets.")
        return behind.partition(".")[0]


class Why(StrEnum):
    """What can be wrong with the list, or with a system it tells of."""

    AWAITED = "awaited"
    AWAY = "away"
    BY_HAND_NOW = "by_hand_now"
    EMPTY = "empty"
    FIELD_STRATEGY = "field_strategy"
    FOUND_HOW = "found_how"
    IDENTITY_CHANGED = "identity_changed"
    IDENTITY_STAYS = "identity_stays"
    KEPT_BY = "kept_by"
    KEPT_GOES = "kept_goes"
    KEPT_LOST = "kept_lost"
    KIND = "kind"
    MISSING = "missing"
    NAME = "name"
    NO_BUCKET = "no_bucket"
    NO_COLUMN = "no_column"
    NO_FOLDER = "no_folder"
    NO_INDEX = "no_index"
    NO_KEY = "no_key"
    NO_REFERENCE = "no_reference"
    NO_SECRET = "no_secret"  # noqa: S105 - says that there is none
    NO_TABLE = "no_table"
    NOT_AN_ADDRESS = "not_an_address"
    NOT_NULL = "not_null"
    NOT_PERMITTED = "not_permitted"
    NOT_TOML = "not_toml"
    NOT_TWO_KEYS = "not_two_keys"
    NOTHING_KEPT = "nothing_kept"
    OPEN_END = "open_end"
    ORPHANS = "orphans"
    OUR_NAME = "our_name"
    PLACEHOLDER = "placeholder"
    REFERRED_TO = "referred_to"
    SAID_NO = "said_no"
    SCANS = "scans"
    STILL_REFERRED_TO = "still_referred_to"
    THROUGH = "through"
    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_NARROW = "too_narrow"
    TOO_SMALL = "too_small"
    UNKNOWN_KEY = "unknown_key"
    UNKNOWN_VALUE = "unknown_value"
    UNREADABLE = "unreadable"
    UNREADABLE_ANSWER = "unreadable_answer"
    UPLOADS_STAY = "uploads_stay"
    WHOLE_ONLY = "whole_only"
    WRONG_FORM = "wrong_form"
    WRONG_KIND = "wrong_kind"
    WRONG_TYPE = "wrong_type"


def parse(text: str) -> tuple[Stores, tuple[StoresRefused, ...]]:
    """Return the stores a text lists, and everything that is wrong with it."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return {}, (StoresRefused(field="–", why=Why.NOT_TOML, value=str(error)),)
    unknown = [StoresRefused(field=key, why=Why.UNKNOWN_KEY) for key in document if key != "stores"]
    listed = document.get("stores")
    if not isinstance(listed, dict) or not listed:
        return {}, (*unknown, StoresRefused(field="stores", why=Why.MISSING))
    read: dict[str, Store] = {}
    wrong = [*unknown]
    for name, said in listed.items():
        store = _store(name, said)
        if isinstance(store, tuple):
            wrong += store
            continue
        read[name] = store
        wrong += _unlawful(name, store)
    return read, tuple(wrong)


def read(path: Path) -> Stores:
    """Return the stores a file lists.

    Raises:
        StoresRefused: the first thing that is wrong with it.
    """
    try:
        seen = path.stat()
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise StoresRefused(field=str(path), why=Why.UNREADABLE) from None
    return _kept(str(path), seen.st_mtime_ns, text)


@lru_cache(maxsize=4)
def _kept(_path: str, _changed: int, text: str) -> Stores:
    stores, wrong = parse(text)
    if wrong:
        raise wrong[0]
    return stores


def _store(name: str, said: Any) -> Store | tuple[StoresRefused, ...]:
    at = f"stores.{name}"
    if not _NAME.fullmatch(name):
        return (StoresRefused(field=at, why=Why.NAME, value=name[:40]),)
    kind = said.get("kind") if isinstance(said, dict) else None
    if kind not in set(StoreKind):
        allowed = ", ".join(StoreKind)
        return (StoresRefused(field=f"{at}.kind", why=Why.KIND, allowed=allowed),)
    whole = _in_full(said)
    try:
        return KINDS[StoreKind(kind)].model_validate(whole)
    except ValidationError as refused:
        return tuple(_refused(one) for one in refusals(refused, whole, at=at))


def _refused(one: Refusal) -> StoresRefused:
    """Return what is wrong with the shape as ours; what only a profile could mean is no field here."""
    said = dict(one.params)
    field, why = said.pop("field"), said.pop("why")
    known = why if why in set(Why) else Why.UNKNOWN_KEY
    return StoresRefused(field=field, why=known, **said)


def _in_full(said: Any, path: tuple[str, ...] = ("datasets", "*", "fields", "*")) -> Any:
    """Return what is said of a store, with a table for each field that is a category alone."""
    if not path:
        return {"category": said} if isinstance(said, str) else said
    if not isinstance(said, dict):
        return said
    return {
        key: _in_full(value, path[1:]) if path[0] in {key, "*"} else value
        for key, value in said.items()
    }


def _unlawful(name: str, store: Store) -> Iterator[StoresRefused]:
    """Name what no single field can tell."""
    at = f"stores.{name}"
    if isinstance(store, WithSecret) and store.secret.startswith(OURS):
        yield StoresRefused(field=f"{at}.secret", why=Why.OUR_NAME, value=store.secret)
    for label, dataset in datasets_of(store).items():
        where = f"{at}.datasets.{label}"
        if not _NAME.fullmatch(label):
            yield StoresRefused(field=where, why=Why.NAME, value=label[:40])
        yield from _misfits(where, dataset)
        if isinstance(dataset, Table):
            yield from _unfindable(where, label, dataset, store)
        elif isinstance(dataset, Keys | Objects):
            yield from _unbounded(where, dataset)
        if dataset.strategy is Strategy.KEEP_UNTIL:
            yield from _unkeepable(where, label, dataset, store)


def _misfits(where: str, dataset: Dataset) -> Iterator[StoresRefused]:
    """Name strategies that cannot be had."""
    if dataset.strategy not in WHOLE and not isinstance(dataset, Table):
        yield StoresRefused(field=f"{where}.strategy", why=Why.WHOLE_ONLY, value=dataset.strategy)
    if isinstance(dataset, ByHand) and dataset.strategy is not Strategy.DELETE:
        yield StoresRefused(field=f"{where}.strategy", why=Why.BY_HAND_NOW)
    if dataset.strategy is Strategy.KEEP_UNTIL and not kept_categories(dataset):
        yield StoresRefused(field=f"{where}.strategy", why=Why.NOTHING_KEPT)
    for name, rule in dataset.fields.items():
        if rule.strategy is not None and (dataset.strategy in WHOLE or rule.strategy in WHOLE):
            yield StoresRefused(field=f"{where}.fields.{name}.strategy", why=Why.FIELD_STRATEGY)


def _unfindable(where: str, label: str, table: Table, store: Store) -> Iterator[StoresRefused]:
    """Name a table whose rows nobody could find."""
    by_column = bool(table.column) and table.identity is not None
    if by_column == bool(table.through) or (table.through and (table.column or table.identity)):
        yield StoresRefused(field=where, why=Why.FOUND_HOW)
    elif table.through and not _leads_to_a_column(label, datasets_of(store)):
        yield StoresRefused(field=f"{where}.through", why=Why.THROUGH, value=table.through)


def _unbounded(where: str, dataset: Keys | Objects) -> Iterator[StoresRefused]:
    """Name a pattern that says of nobody whose it is, or that would match somebody else too."""
    if dataset.known_by is None:
        allowed = ", ".join(f"{{{kind}}}" for kind in IdentityKind)
        yield StoresRefused(field=where, why=Why.PLACEHOLDER, allowed=allowed)
        return
    before, after = around(dataset.place)
    closed = not after[:1].isalnum() and (after != "" or isinstance(dataset, Keys))
    if before.endswith(ANYTHING) or after.startswith(ANYTHING) or not closed:
        yield StoresRefused(field=where, why=Why.OPEN_END, value=dataset.place)


def _unkeepable(where: str, label: str, dataset: Dataset, store: Store) -> Iterator[StoresRefused]:
    """Name what would not be there, or be somebody else's, when its time is over.

    By then a number has long been given to somebody else, and a person may be back.
    """
    datasets = datasets_of(store)
    if not isinstance(dataset, Table) or _leads_to_a_column(label, datasets):
        kind = known_by(store, label)
        if kind in _SOMEBODY_ELSES_LATER:
            yield StoresRefused(field=where, why=Why.KEPT_BY, value=kind)
    if isinstance(dataset, Keys | Objects):
        for other, its in datasets.items():
            if its.strategy is Strategy.DELETE and _holds(its, dataset):
                yield StoresRefused(field=where, why=Why.KEPT_GOES, value=other)


_SOMEBODY_ELSES_LATER = frozenset({IdentityKind.NUMBER, IdentityKind.DOCUMENT})


def _holds(one: Dataset, other: Keys | Objects) -> bool:
    """Say whether what lies at one place lies at another too."""
    if isinstance(one, Objects) and isinstance(other, Objects) and one.bucket != other.bucket:
        return False
    return isinstance(one, type(other)) and other.place.startswith(one.place.rstrip(ANYTHING))


def _leads_to_a_column(label: str, datasets: Mapping[str, Dataset]) -> bool:
    """Say whether following `through` from dataset to dataset ends at one with a column."""
    seen: set[str] = set()
    while label not in seen:
        seen.add(label)
        table = datasets.get(label)
        if not isinstance(table, Table):
            return False
        if not table.through:
            return True
        label = table.through
    return False
