"""The shape of the list of the operator's own systems: what lies where of a person, and what is done to it."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Literal, cast

from pydantic import BaseModel, ConfigDict, Field

from xiaohu.core.retention import RETENTION, Category, Disposal

HASHED = "xh1:"  # marks what was hashed, so that it is not hashed again
HASH_LENGTH = len(HASHED) + 32
ANYTHING = "*"
# Numbers travel here: nobody on the way may read them.
_SAFE_HOST = r"https://[^/\s]+|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?"
_PLACEHOLDER = re.compile(r"\{(\w*)\}")


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


class WithSecret(_Store):
    """A system that is opened with a secret from the environment."""

    secret: str = Field(
        pattern=r"^[A-Z][A-Z0-9_]{0,63}$", description="Environment variable of address or key."
    )


class _Paced(WithSecret):
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
        pattern=rf"^({_SAFE_HOST})$",
        description="Address of the object storage: `https`, or `http` on the same machine.",
    )
    region: str = Field(default="us-east-1", max_length=40, description="Its region.")
    datasets: dict[str, Objects] = Field(min_length=1)


class WebhookStore(WithSecret):
    """A system that is asked over HTTP, signed."""

    kind: Literal["webhook"]
    url: str = Field(
        pattern=rf"^({_SAFE_HOST})(/\S*)?$",
        description="Address that is asked: `https`, or `http` on the same machine.",
    )
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


def known_by(store: Store, label: str) -> IdentityKind | None:
    """Return by what a dataset is found, where need be through those it refers to."""
    return datasets_of(store)[found_through(store, label)[-1]].known_by


def found_through(store: Store, label: str) -> Sequence[str]:
    """Return a dataset, the one its rows refer to, and so on up to the one with a column."""
    path, datasets = [label], datasets_of(store)
    while isinstance(dataset := datasets[path[-1]], Table) and dataset.through:
        path.append(dataset.through)
    return path


def kept_categories(dataset: Dataset) -> list[Category]:
    """Return those categories of a dataset that the law keeps for some time."""
    held = {rule.category for rule in dataset.fields.values()}
    return sorted(category for category in held if RETENTION[category].disposal is Disposal.SEAL)
