"""What a database is asked about a dataset: composed once, then asked about one person after another.

Composing a statement takes longer than a database takes to answer it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from xiaohu.erasure.stores.catalogue import Catalogue
from xiaohu.erasure.stores.protocol import Identities
from xiaohu.erasure.stores.shape import HASHED, WHOLE, Database, Strategy, Table

Row = sa.Row[Any]
Change = sa.Delete | sa.Update


class Queries:
    """The statements about a store's datasets, for as long as its tables stay what they are.

    Each leaves open by what somebody is known: `whom` fills that in.
    """

    def __init__(self, store: Database, catalogue: Catalogue) -> None:
        self._store, self.catalogue = store, catalogue
        self.counts = cache(self._counts)
        self.count_of_each = cache(self._count_of_each)
        self.rows = cache(self._rows)
        self.change = cache(self._change)

    def whom(self, dataset: str, identities: Identities) -> Mapping[str, Sequence[Any]]:
        """Return what fills in by what the rows of somebody are found."""
        return {_slot(self._root(dataset)): self.spelt(dataset, identities)}

    def spelt(self, dataset: str, identities: Identities) -> Sequence[Any]:
        """Return an identity as the column holds it that names whose the rows are."""
        root = self._root(dataset)
        said = identities.of(self._store.datasets[root].identity)
        return self.catalogue.spelt(root, self._column(root), said)

    def reads_first(self, dataset: str) -> bool:
        """Say whether rows are read before they are changed.

        A hash is worked out here; and MariaDB reads all of a table to pick where it changes.
        """
        return self._store.kind == "mysql" or bool(self._hashed(dataset))

    def change_of(
        self, dataset: str, rows: Sequence[Row], *, hashed: Callable[[str], str]
    ) -> Change:
        """Change rows that were read."""
        key = self._key(dataset)
        news = {name: self._hashes(dataset, name, rows, hashed) for name in self._hashed(dataset)}
        picked = sa.tuple_(*key).in_([tuple(row[: len(key)]) for row in rows])
        return self._changing(dataset, news).where(picked)

    def _counts(self, datasets: tuple[str, ...]) -> sa.Select[Any]:
        """Count the rows of one person that are still to be erased, in each of some datasets."""
        return sa.select(
            *(
                sa.select(sa.func.count())
                .select_from(self.catalogue.table(dataset))
                .where(self._to_do(dataset))
                .scalar_subquery()
                for dataset in datasets
            )
        )

    def _count_of_each(self, dataset: str) -> sa.Select[Any, int]:
        """Count the rows of several, under what stands in the column that names them."""
        rows, column = self._named(dataset, self.catalogue.table(dataset))
        wanted = sa.select(sa.func.min(column), sa.func.count()).select_from(rows)
        wanted = wanted.where(self._is_theirs(self._root(dataset), column), *self._left(dataset))
        return wanted.group_by(self._letters(column))

    def _rows(self, dataset: str) -> sa.Select[Any]:
        """Pick rows that are still to be erased: their keys, then what is to be hashed."""
        table = self.catalogue.table(dataset)
        wanted = sa.select(
            *self._key(dataset), *(table.c[name] for name in self._hashed(dataset))
        ).where(self._to_do(dataset))
        return wanted.limit(self._store.batch)

    def _change(self, dataset: str) -> Change:
        """Pick rows and change them, in one."""
        picked = sa.tuple_(*self._key(dataset)).in_(self.rows(dataset))
        return self._changing(dataset, {}).where(picked)

    def _changing(self, dataset: str, news: Mapping[str, sa.ColumnElement[Any]]) -> Change:
        rule, table = self._store.datasets[dataset], self.catalogue.table(dataset)
        if rule.strategy in WHOLE:
            return sa.delete(table)
        return sa.update(table).values(
            {
                name: news[name] if name in news else _instead(rule, name, table.c[name])
                for name in rule.fields
            }
        )

    def _hashes(
        self, dataset: str, name: str, rows: Sequence[Row], hashed: Callable[[str], str]
    ) -> sa.ColumnElement[Any]:
        """Return the hash of each row's own value; what is one already stays."""
        table = self.catalogue.table(dataset)
        column = table.c[name]
        news = [
            (_is_row(table, row), sa.literal(hashed(said), column.type))
            for row in rows
            if (said := row._mapping[column]) is not None and not said.startswith(HASHED)
        ]
        return sa.case(*news, else_=column) if news else column

    def _hashed(self, dataset: str) -> Sequence[str]:
        rule = self._store.datasets[dataset]
        return [name for name in rule.fields if _strategy(rule, name) is Strategy.HASH]

    def _key(self, dataset: str) -> Sequence[sa.Column[Any]]:
        return list(self.catalogue.table(dataset).primary_key.columns)

    def _to_do(self, dataset: str) -> sa.ColumnElement[bool]:
        """Match the rows of somebody that still say something."""
        return sa.and_(self._theirs(dataset), *self._left(dataset))

    def _left(self, dataset: str) -> Sequence[sa.ColumnElement[bool]]:
        """Match the rows that still say something, where they are not to go as a whole."""
        rule, table = self._store.datasets[dataset], self.catalogue.table(dataset)
        if rule.strategy in WHOLE:
            return []
        return [sa.or_(*(_says(table, rule, name) for name in rule.fields))]

    def _theirs(self, dataset: str) -> sa.ColumnElement[bool]:
        rule, table = self._store.datasets[dataset], self.catalogue.table(dataset)
        if not rule.through:
            return self._is_theirs(dataset, self._column(dataset))
        parent = self.catalogue.table(rule.through)
        pairs = self.catalogue.reference(dataset, rule.through)
        above = sa.select(*(parent.c[far] for _, far in pairs)).where(self._theirs(rule.through))
        return sa.tuple_(*(table.c[near] for near, _ in pairs)).in_(above)

    def _named(
        self, dataset: str, rows: sa.FromClause
    ) -> tuple[sa.FromClause, sa.ColumnElement[Any]]:
        """Return rows with the column that says whose they are, where need be of those they refer to."""
        rule = self._store.datasets[dataset]
        if not rule.through:
            return rows, rows.c[rule.column]
        parent = self.catalogue.table(rule.through).alias()
        pairs = self.catalogue.reference(dataset, rule.through)
        above, column = self._named(rule.through, parent)
        refers = [rows.c[near] == parent.c[far] for near, far in pairs]
        return rows.join(above, sa.and_(*refers)), column

    def _root(self, dataset: str) -> str:
        """Return the dataset with the column that names whose the rows are."""
        through = self._store.datasets[dataset].through
        return self._root(through) if through else dataset

    def _column(self, root: str) -> sa.Column[Any]:
        return self.catalogue.table(root).c[self._store.datasets[root].column]

    def _is_theirs(self, root: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Match what stands in a column letter by letter.

        A database may take for alike what is not, such as small letters and capitals, and somebody
        else's rows would go. Its own comparison stands beside ours, since only that uses an index.
        """
        return sa.and_(*(self._among(root, one) for one in (column, self._letters(column))))

    def _among(self, root: str, column: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        """Match any of some values; where a database takes lists, however many are one question."""
        kind = self._column(root).type
        if self._store.kind == "mysql":
            return column.in_(sa.bindparam(_slot(root), type_=kind, expanding=True))
        return column == sa.any_(sa.bindparam(_slot(root), type_=sa.ARRAY(kind)))

    def _letters(self, column: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """Return what stands in a column as it is written."""
        if not isinstance(column.type, sa.String):
            return column
        if self._store.kind == "mysql":
            return sa.func.binary(column)
        return sa.cast(column, sa.Text).collate("C")


def _slot(root: str) -> str:
    return f"whom_{root}"


def _instead(rule: Table, name: str, column: sa.Column[Any]) -> sa.ColumnElement[Any]:
    """Return what names nobody in place of a field."""
    if _strategy(rule, name) is Strategy.TRUNCATE:
        return sa.func.left(column, rule.fields[name].keep)
    return sa.null()


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


def _is_row(table: sa.Table, row: Row) -> sa.ColumnElement[bool]:
    return sa.and_(*(column == row._mapping[column] for column in table.primary_key.columns))
