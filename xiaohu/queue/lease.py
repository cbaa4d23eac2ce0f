"""Only one worker writes to a row at a time, and a late one cannot write at all.

A lease is a number that grows. Whoever took the latest may write; a paused worker that wakes
up finds its number outdated and stops. Time is the database's own, so clocks cannot disagree.
"""

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
