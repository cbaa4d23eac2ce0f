"""Rows by the thousand: COPY for those that are new, one statement for those that may be there."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model, Q
from psycopg.types.string import BytesBinaryDumper

Row = Sequence[object]


def copy(
    model: type[Model],
    columns: Sequence[str],
    rows: Iterable[Row],
    *,
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Write new rows; they are made while the server already takes the first ones in.

    What makes the rows must not ask this database anything: it waits for the rows.
    Call inside a transaction, or let it be one of its own.
    """
    names = ", ".join(columns)
    with (
        connections[using].cursor() as cursor,
        connections[using].wrap_database_errors,  # a copy passes the driver's own errors through
        cursor.copy(f"COPY {model._meta.db_table} ({names}) FROM STDIN (FORMAT BINARY)") as out,
    ):
        # The last to register for bytea is the slow one of the DB-API.
        cursor.adapters.register_dumper(bytes, BytesBinaryDumper)
        out.set_types(_types(model, columns, using))
        for row in rows:
            out.write_row(row)


def merge(
    model: type[Model],
    columns: Sequence[str],
    rows: Collection[Row],
    *,
    unique: Sequence[str],
    update: Sequence[str],
    alike: Mapping[str, Any] = MappingProxyType({}),
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Write rows, each in place of the one that has the same unique columns. Call inside a transaction.

    `alike` is what stands in all of them.
    """
    news = ", ".join(f"{name} = EXCLUDED.{name}" for name in update)
    there = f"ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {news}"
    _insert(model, columns, rows, alike, there, using)


def amend(model: type[Model], column: str, values: Mapping[UUID, object]) -> None:
    """Write one column of rows that are there, each its own value. Call inside a transaction."""
    if not values:
        return
    (kind,) = _types(model, [column], DEFAULT_DB_ALIAS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET {column} = new.value"  # noqa: S608 - names are the model's own
            f" FROM unnest(%s::uuid[], %s::{kind}[]) AS new (id, value)"
            f" WHERE {model._meta.db_table}.id = new.id",
            [list(values), list(values.values())],
        )


def add(
    model: type[Model],
    columns: Sequence[str],
    rows: Collection[Row],
    *,
    alike: Mapping[str, Any] = MappingProxyType({}),
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Write those rows that are not there yet. Call inside a transaction.

    `alike` is what stands in all of them.
    """
    _insert(model, columns, rows, alike, "ON CONFLICT DO NOTHING", using)


def _insert(
    model: type[Model],
    columns: Sequence[str],
    rows: Collection[Row],
    alike: Mapping[str, Any],
    there: str,
    using: str,
) -> None:
    """Write rows with one statement; `there` says what becomes of one that is there."""
    if not rows:
        return
    names = ", ".join((*columns, *alike))
    arrays = ", ".join(f"%s::{kind}[]" for kind in _types(model, columns, using))
    same = "".join(f", %s::{kind}" for kind in _types(model, list(alike), using))
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names})"  # noqa: S608 - names are the model's own
            f" SELECT new.*{same} FROM unnest({arrays}) AS new {there}",
            [*alike.values(), *(list(column) for column in zip(*rows, strict=True))],
        )


def put(
    model: type[Model],
    values: Mapping[str, Any],
    *,
    column: str,
    ids: Collection[UUID],
    where: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Write the same values into all rows of some ids, or those of them that have others alike.

    Call inside a transaction.
    """
    if not ids:
        return
    news = ", ".join(f"{name} = %s" for name in values)
    alike = "".join(f" AND {name} = %s" for name in where)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET {news} WHERE {column} = ANY(%s::uuid[]){alike}",  # noqa: S608 - names are the model's own
            [*values.values(), list(ids), *where.values()],
        )


def delete(model: type[Model], column: str, ids: Collection[UUID]) -> Counter[UUID]:
    """Delete the rows of some ids, and return how many each had. Call inside a transaction."""
    if not ids:
        return Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} WHERE {column} = ANY(%s::uuid[])"  # noqa: S608 - names are the model's own
            f" RETURNING {column}",
            [list(ids)],
        )
        return Counter(row[0] for row in cursor.fetchall())


def count(model: type[Model], column: str, ids: Collection[UUID]) -> Counter[UUID]:
    """Return how many rows each of some ids has: what `delete` would find."""
    found = model._default_manager.filter(**{f"{column}__in": ids}).values_list(column, flat=True)
    return Counter(found) if ids else Counter()


def filled(model: type[Model], columns: Sequence[str], ids: Collection[UUID]) -> Counter[UUID]:
    """Return which rows have something in some columns: what `empty` would empty."""
    something = reduce(or_, (~Q(**{name: None}) for name in columns))
    found = model._default_manager.filter(something, pk__in=ids).values_list("pk", flat=True)
    return Counter(found) if ids else Counter()


def empty(model: type[Model], columns: Sequence[str], ids: Collection[UUID]) -> Counter[UUID]:
    """Empty some columns of rows, and return which were there. Call inside a transaction."""
    if not ids:
        return Counter()
    news = ", ".join(f"{name} = NULL" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {model._meta.db_table} SET {news} WHERE id = ANY(%s::uuid[]) RETURNING id",  # noqa: S608 - names are the model's own
            [list(ids)],
        )
        return Counter(row[0] for row in cursor.fetchall())


def _types(model: type[Model], columns: Sequence[str], using: str) -> list[str]:
    kinds = {
        field.column: field.db_type(connections[using]) for field in model._meta.concrete_fields
    }
    return [str(kinds[name]).partition("(")[0] for name in columns]
