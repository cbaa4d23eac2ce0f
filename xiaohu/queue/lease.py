"""Only one worker writes to a row at a time, and a late one cannot write at all.

A lease is a number that grows. Whoever took the latest may write; a paused worker that wakes
up finds its number outdated and stops. Time is the database's own, so clocks cannot disagree.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

SECONDS = 40


class LeaseLost(Exception):
    """Another worker has taken over; the one that sees this stops quietly."""


def take(model: type[models.Model], pk: UUID, *, seconds: int = SECONDS) -> int | None:
    """Take the lease of a row and return its number, or None while another holds it.

    `fallen` counts how often in a row whoever had it never gave it back.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET lease = lease + 1,"  # noqa: S608 - the table is ours
            " lease_until = clock_timestamp() + make_interval(secs => %s),"
            " fallen = CASE WHEN lease_until IS NULL THEN 0 ELSE fallen + 1 END"
            " WHERE id = %s AND (lease_until IS NULL OR lease_until <= clock_timestamp())"
            " RETURNING lease",
            [seconds, pk],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def take_free(model: type[models.Model], pks: Collection[UUID]) -> dict[UUID, int]:
    """Take the leases of those rows that whoever had them gave back, and return their numbers.

    One that was never given back is left to `take`, which counts it.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET lease = lease + 1, fallen = 0,"  # noqa: S608 - the table is ours
            " lease_until = clock_timestamp() + make_interval(secs => %s)"
            f" WHERE id IN (SELECT id FROM {table} WHERE id = ANY(%s::uuid[])"
            " AND lease_until IS NULL ORDER BY id FOR NO KEY UPDATE SKIP LOCKED)"
            " RETURNING id, lease",
            [SECONDS, list(pks)],
        )
        return {row[0]: int(row[1]) for row in cursor.fetchall()}


def hold(locking: str, pk: UUID, lease: int) -> tuple[object, ...]:
    """Lock a row whose lease is still ours and return what was selected of it.

    `locking` is a SELECT … FOR UPDATE with the row's key and lease as its two parameters: plain
    SQL, since this is asked before every write. Call inside a transaction.

    Raises:
        LeaseLost: another worker took it.
    """
    with connection.cursor() as cursor:
        cursor.execute(locking, [pk, lease])
        row = cursor.fetchone()
    if row is None:
        raise LeaseLost
    return tuple(row)


def hold_many(locking: str, leases: Mapping[UUID, int]) -> dict[UUID, tuple[object, ...]]:
    """Lock those rows whose leases are still ours, and return what was selected of each.

    As `hold`, but keys and leases are two arrays, and the key comes first. Call inside a
    transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(locking, [list(leases), list(leases.values())])
        return {row[0]: tuple(row[1:]) for row in cursor.fetchall()}


def extended() -> CombinedExpression:
    """Return the end of a lease that is renewed now, for an update by its holder."""
    return Now() + timedelta(seconds=SECONDS)


def release(model: type[models.Model], pk: UUID, lease: int) -> None:
    """Give the lease back, if it is still ours."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET lease_until = NULL WHERE id = %s AND lease = %s",  # noqa: S608 - the table is ours
            [pk, lease],
        )


def release_many(model: type[models.Model], leases: Mapping[UUID, int]) -> None:
    """Give leases back, those that are still ours."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET lease_until = NULL"  # noqa: S608 - the table is ours
            " FROM unnest(%s::uuid[], %s::int[]) AS ours (id, number)"
            f" WHERE {table}.id = ours.id AND {table}.lease = ours.number",
            [list(leases), list(leases.values())],
        )
