"""Only one worker writes to a row at a time, and a late one cannot write at all.

A lease is a number that grows. Whoever took the latest may write; a paused worker that wakes
up finds its number outdated and stops. Time is the database's own, so clocks cannot disagree.
"""

from typing import Protocol, TypeVar
from uuid import UUID

from django.db import connection, models

SECONDS = 40


class LeaseLost(Exception):
    """Another worker has taken over; the one that sees this stops quietly."""


class Leased(Protocol):
    """A row with the two columns of a lease."""

    lease: int
    lease_until: object


Row = TypeVar("Row", bound=models.Model)


def take(model: type[models.Model], pk: UUID, *, seconds: int = SECONDS) -> int | None:
    """Take the lease of a row and return its number, or None while another holds it."""
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET lease = lease + 1,"  # noqa: S608 - the table is ours
            " lease_until = clock_timestamp() + make_interval(secs => %s)"
            " WHERE id = %s AND (lease_until IS NULL OR lease_until <= clock_timestamp())"
            " RETURNING lease",
            [seconds, pk],
        )
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def hold(model: type[Row], pk: UUID, lease: int) -> Row:
    """Lock and return a row whose lease is still ours. Call inside a transaction.

    Raises:
        LeaseLost: another worker took it.
    """
    row = model._default_manager.select_for_update(no_key=True).filter(pk=pk, lease=lease).first()
    if row is None:
        raise LeaseLost
    return row


def release(model: type[models.Model], pk: UUID, lease: int) -> None:
    """Give the lease back, if it is still ours."""
    model._default_manager.filter(pk=pk, lease=lease).update(lease_until=None)
