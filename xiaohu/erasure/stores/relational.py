"""PostgreSQL, MySQL and MariaDB through one connector; order and types come from the catalogue."""

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import exc

from xiaohu.erasure.stores import databases
from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import Connector, Flaw, Identities, StoreAway, pause
from xiaohu.erasure.stores.shape import HASHED, WHOLE, Database, IdentityKind, Strategy, Table

_AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)


class Relational(Connector):
    """An open database."""

    def __init__(self, name: str, store: Database, *, secret: str, hash_key: bytes) -> None:
        self.name, self.store, self._hash_key = name, store, hash_key
        database = databases.at(name, store, secret=secret)
        with self._speaking():
            self._connection = database.connect()
        try:
            with self._speaking():
                self.catalogue = database.catalogue(self._connection)
        except BaseException:
            self.close()
            raise

    def order(self) -> Sequence[str]:
        """Return the datasets, those that refer to others first."""
        return self.catalogue.order()

    def flaws(self, *, whole: bool) -> Sequence[Flaw]:
        """Return what is wrong by the database's own catalogue."""
        with self._speaking():
            return list(self.catalogue.flaws(self._connection, whole=whole))

    def found(self, dataset: str, identities: Identities) -> int:
        """Return how many rows are still to be erased."""
        return self.found_in({dataset: [identities]})[dataset][0]

    def found_in(self, people: Mapping[str, Sequence[Identities]]) -> Mapping[str, Sequence[int]]:
        """Count the rows of one person in all datasets with one statement, of several with one each."""
        if any(len(its) > 1 for its in people.values()):
            return {dataset: self._found_of_each(dataset, its) for dataset, its in people.items()}
        asked = {
            dataset: self._count(dataset, one) for dataset, its in people.items() for one in its
        }
        if not asked:
            return dict.fromkeys(people, ())
        with self._speaking():
            counts = self._connection.execute(sa.select(*asked.values())).one()
        return dict.fromkeys(people, ()) | {
            dataset: [int(count)] for dataset, count in zip(asked, counts, strict=True)
        }

    def _count(self, dataset: str, identities: Identities) -> sa.ScalarSelect[int]:
        """Count the rows that are still to be erased, as part of a statement."""
        wanted = sa.select(sa.func.count()).select_from(self.catalogue.table(dataset))
        return wanted.where(self._to_do(dataset, identities)).scalar_subquery()

    def _found_of_each(self, dataset: str, people: Sequence[Identities]) -> Sequence[int]:
        """Count the rows of several with one statement, by what stands in the column that names them.

        Where a database takes for alike what we do not, people are counted one by one.
        """
        rows, column = self._named(dataset, self.catalogue.table(dataset))
        kind = self._identity(dataset)
        spelt = [self.catalogue.spelt(dataset, column, one.of(kind)) for one in people]
        known = {value for values in spelt for value in values}
        wanted = sa.select(column, sa.func.count()).select_from(rows).group_by(column)
        wanted = wanted.where(column.in_(known), *self._left(dataset))
        with self._speaking():
            counts = {value: int(count) for value, count in self._connection.execute(wanted)}
        if not known >= counts.keys():
            return [self.found(dataset, one) for one in people]
        return [sum(counts.get(value, 0) for value in values) for values in spelt]

    def erase(self, dataset: str, identities: Identities, *, key: UUID, until: float) -> int:  # noqa: ARG002 - rows are their own key
        """Erase rows, batch by batch; return how many."""
        began, done = time.monotonic(), 0
        with self._speaking():
            while time.monotonic() < until:
                rows = self._erase_some(dataset, identities)
                done += rows
                pause(done, began, self.store.rows_per_second, until)
                if rows < self.store.batch:
                    break  # Whoever calls counts what is left: nobody need look here once more.
        return done

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _erase_some(self, dataset: str, identities: Identities) -> int:
        """Pick rows and erase them; what changes them is one statement, a transaction of its own."""
        table, rule = self.catalogue.table(dataset), self.store.datasets[dataset]
        key = list(table.primary_key.columns)
        hashed = [table.c[name] for name in rule.fields if _strategy(rule, name) is Strategy.HASH]
        wanted = sa.select(*key, *hashed).where(self._to_do(dataset, identities))
        wanted = wanted.limit(self.store.batch)
        rows: Sequence[sa.Row[Any]] = ()
        # A hash is worked out here; and MariaDB reads all of a table to pick where it changes.
        if hashed or self.store.kind == "mysql":
            rows = self._connection.execute(wanted).all()
            if not rows:
                return 0
            picked = sa.tuple_(*key).in_([tuple(row[: len(key)]) for row in rows])
        else:
            picked = sa.tuple_(*key).in_(wanted)
        change = self._change(table, rule, rows).where(picked)
        return self._connection.execute(change).rowcount

    def _change(
        self, table: sa.Table, rule: Table, rows: Sequence[sa.Row[Any]]
    ) -> sa.Delete | sa.Update:
        if rule.strategy in WHOLE:
            return sa.delete(table)
        return sa.update(table).values(
            {name: self._instead(table, rule, name, rows) for name in rule.fields}
        )

    def _instead(
        self, table: sa.Table, rule: Table, name: str, rows: Sequence[sa.Row[Any]]
    ) -> sa.ColumnElement[Any]:
        """Return what names nobody in place of a field; some of it is worked out here, row by row."""
        column = table.c[name]
        match _strategy(rule, name):
            case Strategy.NULL:
                return sa.null()
            case Strategy.TRUNCATE:
                return sa.func.left(column, rule.fields[name].keep)
            case _:
                news = [
                    (_is_row(table, row), sa.literal(self._hashed(said), column.type))
                    for row in rows
                    if (said := row._mapping[column]) is not None and not said.startswith(HASHED)
                ]
                return sa.case(*news, else_=column) if news else column

    def _hashed(self, value: str) -> str:
        """Return a keyed hash: the same value gives the same one, and nobody can try values out."""
        return HASHED + hmac.new(self._hash_key, value.encode(), hashlib.sha256).hexdigest()[:32]

    def _to_do(self, dataset: str, identities: Identities) -> sa.ColumnElement[bool]:
        """Match the rows of somebody that still say something."""
        return sa.and_(self._theirs(dataset, identities), *self._left(dataset))

    def _left(self, dataset: str) -> Sequence[sa.ColumnElement[bool]]:
        """Match the rows that still say something, where they are not to go as a whole."""
        rule, table = self.store.datasets[dataset], self.catalogue.table(dataset)
        if rule.strategy in WHOLE:
            return []
        return [sa.or_(*(_says(table, rule, name) for name in rule.fields))]

    def _identity(self, dataset: str) -> IdentityKind | None:
        rule = self.store.datasets[dataset]
        return self._identity(rule.through) if rule.through else rule.identity

    def _named(
        self, dataset: str, rows: sa.FromClause
    ) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
        """Return rows with the column that says whose they are, where need be of those they refer to."""
        rule = self.store.datasets[dataset]
        if not rule.through:
            return rows, rows.c[rule.column]
        parent = self.catalogue.table(rule.through).alias()
        pairs = self.catalogue.reference(dataset, rule.through)
        above, column = self._named(rule.through, parent)
        refers = [rows.c[near] == parent.c[far] for near, far in pairs]
        return rows.join(above, sa.and_(*refers)), column

    def _theirs(self, dataset: str, identities: Identities) -> sa.ColumnElement[bool]:
        rule, table = self.store.datasets[dataset], self.catalogue.table(dataset)
        if not rule.through:
            column = table.c[rule.column]
            spelt = self.catalogue.spelt(dataset, column, identities.of(rule.identity))
            return column.in_(spelt)
        parent = self.catalogue.table(rule.through)
        pairs = self.catalogue.reference(dataset, rule.through)
        above = sa.select(*(parent.c[far] for _, far in pairs)).where(
            self._theirs(rule.through, identities)
        )
        return sa.tuple_(*(table.c[near] for near, _ in pairs)).in_(above)

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Talk to the database; its errors become ours, without what they quote."""
        try:
            yield
        except _AWAY:
            raise StoreAway(store=self.name, why=Why.AWAY) from None
        except exc.IntegrityError:
            raise StoresRefused(field=f"stores.{self.name}", why=Why.STILL_REFERRED_TO) from None
        except exc.SQLAlchemyError:
            raise StoresRefused(field=f"stores.{self.name}", why=Why.NOT_PERMITTED) from None


def _says(table: sa.Table, rule: Table, name: str) -> sa.ColumnElement[bool]:
    """Match rows whose field still says what it should not."""
    column = table.c[name]
    match _strategy(rule, name):
        case Strategy.NULL:
            return column.is_not(None)
        case Strategy.TRUNCATE:
            return sa.func.char_length(column) > rule.fields[name].keep
        case _:
            return column.not_like(f"{HASHED}%")


def _strategy(rule: Table, name: str) -> Strategy:
    """Return what is done to a field."""
    return rule.fields[name].strategy or rule.strategy


def _is_row(table: sa.Table, row: sa.Row[Any]) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row._mapping[column] for column in table.primary_key.columns))
