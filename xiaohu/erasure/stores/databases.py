"""Databases of the operator that stay open between two closings.

Connecting, and reading what a database says of its tables, costs more than erasing somebody. So
each process keeps one open way to each database for half a minute, and what it knows of the
tables for as long as one question shows that they are what they were.
"""

import atexit
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, make_url

from xiaohu.erasure.stores.catalogue import Catalogue
from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import CALL_SECONDS, CONNECT_SECONDS
from xiaohu.erasure.stores.queries import Queries
from xiaohu.erasure.stores.shape import Database

# So long a connection is used again. Only a new one is sure to be answered in bounded time.
STAYS_OPEN = 30
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
_OPTIONS: Mapping[str, dict[str, Any]] = {
    "postgresql": {
        "connect_timeout": CONNECT_SECONDS,
        "options": f"-c statement_timeout={CALL_SECONDS}s -c lock_timeout={CALL_SECONDS}s",
    },
    "mysql": {
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": CALL_SECONDS,
        "write_timeout": CALL_SECONDS,
        "charset": "utf8mb4",
    },
}
# Whatever the catalogue is made from: columns with their types, and the keys between tables.
_TRAITS = {
    "postgresql": """
        SELECT concat_ws(' ', c.oid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull)
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relname IN :tables AND a.attnum > 0
        UNION ALL
        SELECT concat_ws(' ', c.oid, k.oid, k.contype, k.conkey, k.confrelid, k.confkey)
          FROM pg_class c JOIN pg_constraint k ON k.conrelid = c.oid
         WHERE c.relname IN :tables
         ORDER BY 1
    """,
    "mysql": """
        SELECT concat_ws(' ', table_schema, table_name, ordinal_position, column_name, column_type,
                         is_nullable)
          FROM information_schema.columns
         WHERE table_schema IN :schemas AND table_name IN :tables
        UNION ALL
        SELECT concat_ws(' ', table_schema, table_name, constraint_name, ordinal_position,
                         column_name, referenced_table_name, referenced_column_name)
          FROM information_schema.key_column_usage
         WHERE table_schema IN :schemas AND table_name IN :tables
         ORDER BY 1
    """,
}


@dataclass(frozen=True, slots=True)
class _Address:
    """What must be the same for a way to be used again; a child never uses its parent's."""

    store: str
    secret: str
    process: int


class KeptDatabase:
    """A way to a database, and what is known of its tables."""

    def __init__(self, name: str, store: Database, secret: str) -> None:
        self._name, self._store = name, store
        self._engine = sa.create_engine(
            _url(name, store, secret),
            connect_args=_OPTIONS[store.kind],
            isolation_level="AUTOCOMMIT",  # each statement is whole in itself
            hide_parameters=True,  # what is looked for must not stand in an error
            pool_recycle=STAYS_OPEN,
            pool_pre_ping=True,
        )
        self._traits: Sequence[str] = ()
        self._queries: Queries | None = None

    def connect(self) -> Connection:
        """Return a connection, which is given back by closing it."""
        return self._engine.connect()

    def queries(self, connection: Connection) -> Queries:
        """Return what to ask of the database, by what it says of its tables as they are now."""
        traits = self._ask_traits(connection)
        if self._queries is None or traits != self._traits:
            catalogue = Catalogue(self._name, self._store, connection)
            self._queries, self._traits = Queries(self._store, catalogue), traits
        return self._queries

    def leave(self) -> None:
        """Close what is open."""
        self._engine.dispose()

    def _ask_traits(self, connection: Connection) -> Sequence[str]:
        places = [rule.table.rpartition(".") for rule in self._store.datasets.values()]
        known: dict[str, list[str]] = {"tables": sorted({table for _, _, table in places})}
        if self._store.kind == "mysql":
            usual = self._engine.url.database or ""
            known["schemas"] = sorted({schema or usual for schema, _, _ in places})
        asked = sa.text(_TRAITS[self._store.kind])
        asked = asked.bindparams(*(sa.bindparam(each, expanding=True) for each in known))
        return connection.execute(asked, known).scalars().all()


_KEPT: dict[str, tuple[_Address, KeptDatabase]] = {}


def at(name: str, store: Database, *, secret: str) -> KeptDatabase:
    """Return the way to a database; one that is described in another way now is another one.

    Raises:
        StoresRefused: the secret is no address.
    """
    address = _Address(store.model_dump_json(), secret, os.getpid())
    if name in _KEPT and _KEPT[name][0] != address:
        leave(name)
    if name not in _KEPT:
        _KEPT[name] = address, KeptDatabase(name, store, secret)
    return _KEPT[name][1]


def leave(*names: str) -> None:
    """Close what is open, or some of it."""
    for name in names or tuple(_KEPT):
        address, database = _KEPT.pop(name)
        if address.process == os.getpid():
            with suppress(exc.SQLAlchemyError):
                database.leave()


atexit.register(leave)


def _url(name: str, store: Database, secret: str) -> URL:
    try:
        url = make_url(secret)
    except exc.ArgumentError:
        raise StoresRefused(field=f"stores.{name}.secret", why=Why.NOT_AN_ADDRESS) from None
    return url.set(drivername=_DRIVERS[store.kind])
