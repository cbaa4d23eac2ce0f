"""The file that lists the operator's own systems, and what of a person lies where in them.

It is data: adding a system touches no code. Secrets are never in it, only the names of the
environment variables that hold them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xiaohu.core.profile_reading import refusals
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import RETENTION, Category, Disposal

OURS = "XIAOHU_"
HASHED = "xh1:"  # marks what was hashed, so that it is not hashed again
HASH_LENGTH = len(HASHED) + 32
ANYTHING = "*"
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


class StoresRefused(Refusal):
    """The list of stores, or what it says of one of them, cannot be used.

    `field` names where, and `why` is the key of the reason and remedy in the message catalogue.
    """

    code = "STORES_REFUSED"


class Why(StrEnum):
    """What can be wrong with the list, or with a system it tells of."""

    AWAITED = "awaited"
    AWAY = "away"
    BY_HAND_NOW = "by_hand_now"
    EMPTY = "empty"
    FIELD_STRATEGY = "field_strategy"
    FOUND_HOW = "found_how"
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
    WHOLE_ONLY = "whole_only"
    WRONG_FORM = "wrong_form"
    WRONG_KIND = "wrong_kind"
    WRONG_TYPE = "wrong_type"


class StoreKind(StrEnum):
    """The kinds of systems there are."""

    POSTGRESQL = "postgresql"
    MYSQL = "mysql"
    REDIS = "redis"
    S3 = "s3"
    WEBHOOK = "webhook"
    FOLDER = "folder"
    MANUAL = "manual"


class IdentityKind(StrEnum):
    """By what a person or a line is known in a system."""

    SUBSCRIPTION = "subscription_id"
    NUMBER = "number"
    ICCID = "iccid"
    DOCUMENT = "document"


class Strategy(StrEnum):
    """What is done: to whole records (`delete`, `keep_until`), or to their fields."""

    DELETE = "delete"
    KEEP_UNTIL = "keep_until"
    NULL = "null"
    HASH = "hash"
    TRUNCATE = "truncate"


WHOLE = frozenset({Strategy.DELETE, Strategy.KEEP_UNTIL})


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(_Part):
    """What people call it, in both languages."""

    zh: str = Field(min_length=1, max_length=40)
    en: str = Field(min_length=1, max_length=60)


class Words(_Part):
    """A sentence or two, in both languages."""

    zh: str = Field(min_length=1, max_length=200)
    en: str = Field(min_length=1, max_length=400)


class FieldRule(_Part):
    """Of which category a field is, and what is done to it where the dataset does not say."""

    category: Category
    strategy: Strategy | None = None
    keep: int = Field(default=0, ge=0, le=200, description="Characters that `truncate` leaves.")


class Dataset(_Part):
    """What is common to everything that holds something of a person."""

    fields: dict[str, FieldRule] = Field(
        min_length=1, description="Each field with personal data, and its category."
    )
    strategy: Strategy = Field(default=Strategy.DELETE, description="What is done to it.")

    @property
    def known_by(self) -> IdentityKind | None:
        """By what it is found; nothing where it is found through another dataset."""
        raise NotImplementedError


class Table(Dataset):
    """A table: its rows are found by a column, or through a foreign key to another dataset."""

    table: str = Field(
        min_length=1, max_length=128, description="Name, with its schema if not the usual one."
    )
    column: str = Field(default="", max_length=64, description="Column that says whose a row is.")
    identity: IdentityKind | None = Field(default=None, description="What stands in that column.")
    through: str = Field(
        default="", max_length=64, description="Instead: the dataset its rows refer to."
    )

    @property
    def known_by(self) -> IdentityKind | None:
        """By what it is found; nothing where it is found through another dataset."""
        return self.identity


class Keys(Dataset):
    """Keys of Redis: `*` stands for anything, one name in braces for the identity."""

    pattern: str = Field(min_length=3, max_length=200, description="Such as `session:{number}:*`.")

    @property
    def place(self) -> str:
        """Where it is found."""
        return self.pattern

    @property
    def known_by(self) -> IdentityKind | None:
        """By what it is found."""
        return placeholder(self.pattern)


class Objects(Dataset):
    """Objects of a bucket under a prefix, all their versions included."""

    bucket: str = Field(min_length=3, max_length=63, description="Name of the bucket.")
    prefix: str = Field(
        min_length=3, max_length=500, description="Such as `contracts/{subscription_id}/`."
    )

    @property
    def place(self) -> str:
        """Where it is found."""
        return self.prefix

    @property
    def known_by(self) -> IdentityKind | None:
        """By what it is found."""
        return placeholder(self.prefix)


class Asked(Dataset):
    """What another system erases by itself when it is asked."""

    identity: IdentityKind = Field(description="By what the other system knows whom it is about.")

    @property
    def known_by(self) -> IdentityKind | None:
        """By what it is found."""
        return self.identity


class ByHand(Dataset):
    """What a person erases, and gives evidence of."""

    todo: Words = Field(description="What is to be done, in both languages.")
    identity: IdentityKind = Field(description="By what the person finds it.")

    @property
    def known_by(self) -> IdentityKind | None:
        """By what it is found."""
        return self.identity


class _Store(_Part):
    names: Names = Field(description="What people call it, in both languages.")


class _WithSecret(_Store):
    secret: str = Field(
        pattern=r"^[A-Z][A-Z0-9_]{0,63}$", description="Environment variable of address or key."
    )


class _Paced(_WithSecret):
    rows_per_second: int = Field(
        default=500, ge=1, le=100_000, description="How fast at most, to spare the system."
    )
    batch: int = Field(default=200, ge=1, le=1000, description="How many at once.")


class Database(_Paced):
    """A PostgreSQL, MySQL or MariaDB database."""

    kind: Literal["postgresql", "mysql"]
    datasets: dict[str, Table] = Field(min_length=1)


class RedisStore(_Paced):
    """A Redis server."""

    kind: Literal["redis"]
    datasets: dict[str, Keys] = Field(min_length=1)


class S3Store(_Paced):
    """Object storage that speaks S3."""

    kind: Literal["s3"]
    endpoint: str = Field(
        pattern=r"^https?://[^/\s]+$", description="Address of the object storage."
    )
    region: str = Field(default="us-east-1", max_length=40, description="Its region.")
    datasets: dict[str, Objects] = Field(min_length=1)


class WebhookStore(_WithSecret):
    """A system that is asked over HTTP, signed."""

    kind: Literal["webhook"]
    url: str = Field(pattern=r"^https?://\S+$", description="Address that is asked.")
    datasets: dict[str, Asked] = Field(min_length=1)


class FolderStore(_Store):
    """A system that fetches requests from a folder and leaves its answers there."""

    kind: Literal["folder"]
    path: str = Field(
        pattern=r"^/", description="The folder, from the root; both sides write in it."
    )
    datasets: dict[str, Asked] = Field(min_length=1)


class ManualStore(_Store):
    """A system nobody but a person can reach."""

    kind: Literal["manual"]
    datasets: dict[str, ByHand] = Field(min_length=1)


Store = Database | RedisStore | S3Store | WebhookStore | FolderStore | ManualStore
KINDS: Mapping[StoreKind, type[Store]] = {
    StoreKind.POSTGRESQL: Database,
    StoreKind.MYSQL: Database,
    StoreKind.REDIS: RedisStore,
    StoreKind.S3: S3Store,
    StoreKind.WEBHOOK: WebhookStore,
    StoreKind.FOLDER: FolderStore,
    StoreKind.MANUAL: ManualStore,
}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
Stores = Mapping[str, Store]


def placeholder(text: str) -> IdentityKind | None:
    """Return the identity named in braces, where exactly one is."""
    named = _PLACEHOLDER.findall(text)
    known = {kind.value: kind for kind in IdentityKind}
    return known.get(named[0]) if len(named) == 1 else None


def around(text: str) -> tuple[str, str]:
    """Return what stands before and behind the identity in braces."""
    before, after = _PLACEHOLDER.split(text)[0::2]
    return before, after


def datasets_of(store: Store) -> Mapping[str, Dataset]:
    """Return the datasets of a store, whatever its kind."""
    return cast("Mapping[str, Dataset]", store.datasets)


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
    if isinstance(store, _WithSecret) and store.secret.startswith(OURS):
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


def kept_categories(dataset: Dataset) -> list[Category]:
    """Return those categories of a dataset that the law keeps for some time."""
    held = {rule.category for rule in dataset.fields.values()}
    return sorted(category for category in held if RETENTION[category].disposal is Disposal.SEAL)
