"""The job engine: jobs lie in the same database and are deferred in the caller's transaction."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.types import JSONValue

BACKLOG = 500


def defer(task: str, *, first: bool = False, **ids: UUID | Sequence[UUID]) -> None:
    """Hint that something can be done now. Call inside the transaction that made it so.

    `first` goes before all that waits. Arguments are ids only: the engine logs and keeps them.
    """
    configured = app.configure_task(task, priority=int(first))
    configured.defer(**{name: _said(value) for name, value in ids.items()})


def defer_each(task: str, jobs: Sequence[Mapping[str, UUID | Sequence[UUID]]]) -> None:
    """Hint at several things at once, each a job, with one statement; as `defer` does."""
    if jobs:
        said = [{name: _said(value) for name, value in ids.items()} for ids in jobs]
        app.configure_task(task, priority=0).batch_defer(*said)


def _said(ids: UUID | Sequence[UUID]) -> JSONValue:
    return str(ids) if isinstance(ids, UUID) else [str(each) for each in ids]


def waiting(task: str) -> int:
    """Return how many jobs of a task wait, counting no further than the backlog limit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM procrastinate_jobs"
            " WHERE status = 'todo' AND task_name = %s LIMIT %s) AS waiting",
            [task, BACKLOG],
        )
        return int(cursor.fetchone()[0])


def delete_finished() -> int:
    """Delete finished jobs: they mean nothing, and the table stays small."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM procrastinate_jobs WHERE status IN ('succeeded', 'failed', 'cancelled')"
        )
        return int(cursor.rowcount)
