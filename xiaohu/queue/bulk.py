"""Rows by the thousand: COPY for those that are new, one statement for those that may be there."""

from collections.abc import Collection, Iterable, Sequence

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
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
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Write rows, each in place of the one that has the same unique columns. Call inside a transaction."""
    if not rows:
        return
    names = ", ".join(columns)
    arrays = ", ".join(f"%s::{kind}[]" for kind in _types(model, columns, using))
    news = ", ".join(f"{name} = EXCLUDED.{name}" for name in update)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names are the model's own
            f" ON CONFLICT ({', '.join(unique)}) DO UPDATE SET {news}",
            [list(column) for column in zip(*rows, strict=True)],
        )


def _types(model: type[Model], columns: Sequence[str], using: str) -> list[str]:
    kinds = {
        field.column: field.db_type(connections[using]) for field in model._meta.concrete_fields
    }
    return [str(kinds[name]).partition("(")[0] for name in columns]
