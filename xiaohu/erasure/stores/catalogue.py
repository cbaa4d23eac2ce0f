"""What a database says of its own tables: types, keys, and who refers to whom."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import (
    ReflectedForeignKeyConstraint,
    ReflectedIndex,
    ReflectedUniqueConstraint,
)
from sqlalchemy.engine.reflection import ObjectKind

from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import Flaw
from xiaohu.erasure.stores.shape import (
    HASH_LENGTH,
    WHOLE,
    Database,
    IdentityKind,
    Strategy,
    Table,
    found_through,
)

_LET_GO = frozenset({"CASCADE", "SET NULL"})
# Which whole numbers can hold an identity, where it is not text. Documents have letters, such as the
# X of an identity card; cards have twenty digits, more than any.
_WHOLE_NUMBERS: Mapping[IdentityKind | None, type[sa.Integer] | tuple[()]] = {
    IdentityKind.SUBSCRIPTION: sa.Integer,
    IdentityKind.NUMBER: sa.BigInteger,
    IdentityKind.ICCID: (),
    IdentityKind.DOCUMENT: (),
}


class Catalogue:
    """The tables of a store's datasets, as the database knows them."""

    def __init__(self, name: str, store: Database, connection: sa.Connection) -> None:
        self._store, self._at = store, f"stores.{name}.datasets"
        there = _described(sa.inspect(connection), {rule.table for rule in store.datasets.values()})
        self._tables = {  # one that is missing is named by `flaws`
            label: there[rule.table]
            for label, rule in store.datasets.items()
            if rule.table in there
        }

    def table(self, dataset: str) -> sa.Table:
        """Return the table of a dataset.

        Raises:
            StoresRefused: the database has none of this name.
        """
        table = self._tables.get(dataset)
        if table is None:
            raise self._refused(dataset, Why.NO_TABLE, value=self._store.datasets[dataset].table)
        return table

    @cached_property
    def order(self) -> Sequence[str]:
        """The datasets, so that whatever refers to another comes before it."""
        waiting = dict.fromkeys(self._store.datasets)
        ordered: list[str] = []
        while waiting:
            free = [
                name
                for name in waiting
                if not any(self._refers(other, name) for other in waiting if other != name)
            ]
            for name in free or list(waiting):  # a circle: the database decides what it lets go
                ordered.append(name)
                del waiting[name]
        return ordered

    def spelt(
        self, dataset: str, column: sa.ColumnElement[Any], values: Sequence[str]
    ) -> Sequence[Any]:
        """Return an identity as a column holds it: as texts, or as whole numbers.

        Raises:
            StoresRefused: it cannot stand in this column, so nothing said of its rows were true.
        """
        if not isinstance(column.type, sa.Integer):
            return values
        numbers = [int(value) for value in values if value.isdecimal()]
        if values and not numbers:
            raise self._refused(dataset, Why.WRONG_TYPE, value=f"{column.name} {column.type}")
        return numbers

    def reference(self, dataset: str, parent: str) -> Sequence[tuple[str, str]]:
        """Return the columns by which one dataset refers to another.

        Raises:
            StoresRefused: the catalogue knows no such foreign key.
        """
        pairs = _reference(self.table(dataset), self.table(parent))
        if not pairs:
            raise self._refused(dataset, Why.NO_REFERENCE, value=parent)
        return pairs

    def flaws(self, connection: sa.Connection, *, whole: bool) -> Sequence[Flaw]:
        """Name what is wrong; `whole` also asks who else refers to the tables, and reads rows."""
        rules = self._store.datasets.items()
        found = [flaw for label, rule in rules for flaw in self._of_table(label, rule)]
        return [*found, *(self._beyond(connection) if whole else ())]

    def _beyond(self, connection: sa.Connection) -> Iterator[Flaw]:
        """Name what only the database can say."""
        for label in self._tables:
            rule = self._store.datasets[label]
            yield from self._unindexed(sa.inspect(connection), label, rule)
            if rule.through in self._tables:
                yield from self._orphans(connection, label, rule.through)
        yield from self._referring(connection)

    def _of_table(self, label: str, rule: Table) -> Iterator[Flaw]:
        if label not in self._tables:
            yield self._flaw(label, Why.NO_TABLE, value=rule.table)
            return
        table = self._tables[label]
        if not table.primary_key.columns:
            yield self._flaw(label, Why.NO_KEY, value=rule.table)
        for name in (rule.column, *rule.fields):
            if name and name not in table.c:
                yield self._flaw(label, Why.NO_COLUMN, value=f"{rule.table}.{name}")
        if rule.column in table.c:
            yield from self._of_identity(label, rule, table.c[rule.column])
        elif rule.through in self._tables and not _reference(table, self._tables[rule.through]):
            yield self._flaw(label, Why.NO_REFERENCE, value=rule.through)
        for name in rule.fields:
            if name in table.c and (why := _unfit(rule, name, table.c[name])):
                yield self._flaw(label, why, value=f"{rule.table}.{name} {table.c[name].type}")
        if rule.strategy is Strategy.KEEP_UNTIL:
            yield from self._of_kept(label)

    def _of_kept(self, label: str) -> Iterator[Flaw]:
        """Name what takes away what the law keeps, or that by which it is found when its time is over."""
        path = found_through(self._store, label)
        for at, place in enumerate(path):
            if place not in self._tables:
                return
            finding = self._finding(place, path[at + 1 :])
            for other, rule in self._store.datasets.items():
                if other == label or other not in self._tables:
                    continue
                same = self._tables[other] is self._tables[place]
                if rule.strategy is Strategy.DELETE and (same or self._refers(place, other)):
                    yield self._flaw(label, Why.KEPT_GOES, value=other)
                elif rule.strategy not in WHOLE and same and finding & rule.fields.keys():
                    lost = ", ".join(sorted(finding & rule.fields.keys()))
                    yield self._flaw(label, Why.KEPT_LOST, value=f"{rule.table}.{lost}")

    def _finding(self, label: str, above: Sequence[str]) -> set[str]:
        """Return the columns by which the rows of a dataset are found."""
        table = self._tables[label]
        if not above:
            return {self._store.datasets[label].column}
        parent = self._tables.get(above[0])
        return {near for near, _ in _reference(table, parent)} if parent is not None else set()

    def _of_identity(self, label: str, rule: Table, column: sa.Column[Any]) -> Iterator[Flaw]:
        if not (_is_text(column) or isinstance(column.type, _WHOLE_NUMBERS[rule.identity])):
            where = f"{rule.table}.{rule.column} {column.type}"
            yield self._flaw(label, Why.WRONG_TYPE, value=where)
        stays = rule.strategy not in WHOLE and rule.column not in rule.fields
        if stays and rule.identity is not IdentityKind.SUBSCRIPTION:
            stops = rule.identity is IdentityKind.DOCUMENT
            where = f"{rule.table}.{rule.column}"
            yield self._flaw(label, Why.IDENTITY_STAYS, stops=stops, value=where)

    def _unindexed(self, looking: sa.Inspector, label: str, rule: Table) -> Iterator[Flaw]:
        """Name a table whose rows can only be found by reading all of it."""
        table = self._tables[label]
        if rule.column not in table.c:
            return
        leading = {key["column_names"][0] for key in _indexes(looking, table)}
        leading |= {column.name for column in list(table.primary_key.columns)[:1]}
        if rule.column not in leading:
            yield self._flaw(label, Why.NO_INDEX, stops=False, value=f"{rule.table}.{rule.column}")

    def _orphans(self, connection: sa.Connection, label: str, parent: str) -> Iterator[Flaw]:
        """Name a table with rows whose owner is gone: no closing could find them."""
        child, above = self._tables[label], self._tables[parent]
        pairs = _reference(child, above)
        if not pairs:
            return
        joined = child.outerjoin(
            above, sa.and_(*(child.c[near] == above.c[far] for near, far in pairs))
        )
        lost = (
            sa.select(sa.literal(1))
            .select_from(joined)
            .where(
                *(child.c[near].is_not(None) for near, _ in pairs), above.c[pairs[0][1]].is_(None)
            )
        )
        if connection.execute(lost.limit(1)).first() is not None:
            yield self._flaw(label, Why.ORPHANS, stops=False, value=parent)

    def _referring(self, connection: sa.Connection) -> Iterator[Flaw]:
        """Name tables that refer to rows a closing deletes, and that would not let them go."""
        going = {
            (table.schema, table.name): label
            for label, table in self._tables.items()
            if self._store.datasets[label].strategy in WHOLE
        }
        looking = sa.inspect(connection)
        for schema in {schema for schema, _ in going}:
            for (_, table), keys in looking.get_multi_foreign_keys(schema=schema).items():
                for key in keys:
                    label = going.get((key["referred_schema"], key["referred_table"]))
                    holds = str(key.get("options", {}).get("ondelete", "")).upper() not in _LET_GO
                    if label and holds and (schema, table) not in going:
                        yield self._flaw(label, Why.REFERRED_TO, value=table)

    def _refers(self, dataset: str, parent: str) -> bool:
        if self._store.datasets[dataset].through == parent:
            return True
        tables = self._tables
        return (
            dataset in tables
            and parent in tables
            and tables[dataset] is not tables[parent]
            and bool(_reference(tables[dataset], tables[parent]))
        )

    def _flaw(self, dataset: str, why: Why, *, value: str, stops: bool = True) -> Flaw:
        return Flaw(dataset, self._refused(dataset, why, value=value), stops=stops)

    def _refused(self, dataset: str, why: Why, *, value: str) -> StoresRefused:
        return StoresRefused(field=f"{self._at}.{dataset}", why=why, value=value)


def _described(looking: sa.Inspector, names: Collection[str]) -> Mapping[str, sa.Table]:
    """Return those tables that are there, with columns and keys; a schema's are read together."""
    metadata = sa.MetaData()
    by_schema: dict[str, list[str]] = {}
    for name in names:
        schema, _, table = name.rpartition(".")
        by_schema.setdefault(schema, []).append(table)
    for schema, tables in by_schema.items():
        _describe(looking, schema or None, tables, metadata)
    return metadata.tables


def _describe(
    looking: sa.Inspector, schema: str | None, tables: Sequence[str], metadata: sa.MetaData
) -> None:
    columns = looking.get_multi_columns(schema, tables, kind=ObjectKind.ANY)
    primary = looking.get_multi_pk_constraint(schema, tables, kind=ObjectKind.ANY)
    foreign = looking.get_multi_foreign_keys(schema, tables, kind=ObjectKind.ANY)
    for place, described in columns.items():
        sa.Table(
            place[1],
            metadata,
            *(sa.Column(one["name"], one["type"], nullable=one["nullable"]) for one in described),
            sa.PrimaryKeyConstraint(*primary[place]["constrained_columns"]),
            *map(_foreign_key, foreign[place]),
            schema=schema,
        )


def _foreign_key(key: ReflectedForeignKeyConstraint) -> sa.ForeignKeyConstraint:
    table = ".".join(filter(None, (key["referred_schema"], key["referred_table"])))
    far = [f"{table}.{column}" for column in key["referred_columns"]]
    return sa.ForeignKeyConstraint(key["constrained_columns"], far)


def _indexes(
    looking: sa.Inspector, table: sa.Table
) -> Sequence[ReflectedIndex | ReflectedUniqueConstraint]:
    at = (table.name, table.schema)
    return [*looking.get_indexes(*at), *looking.get_unique_constraints(*at)]


def _reference(child: sa.Table, parent: sa.Table) -> list[tuple[str, str]]:
    """Return the columns of the first foreign key from one table to another, near and far."""
    for key in child.foreign_key_constraints:
        far = [element.target_fullname.rpartition(".") for element in key.elements]
        if far and {table for table, _, _ in far} == {parent.fullname}:
            near = [column.name for column in key.columns]
            return [(here, there) for here, (_, _, there) in zip(near, far, strict=True)]
    return []


def _unfit(rule: Table, name: str, column: sa.Column[Any]) -> Why | None:
    """Return why a field cannot be changed as the file says; None where it can."""
    match rule.fields[name].strategy or rule.strategy:
        case Strategy.NULL:
            return None if column.nullable else Why.NOT_NULL
        case Strategy.TRUNCATE:
            return None if _is_text(column) else Why.WRONG_TYPE
        case Strategy.HASH:
            if not _is_text(column):
                return Why.WRONG_TYPE
            length = getattr(column.type, "length", None)
            return Why.TOO_NARROW if length is not None and length < HASH_LENGTH else None
        case _:
            return None


def _is_text(column: sa.Column[Any]) -> bool:
    return isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)
