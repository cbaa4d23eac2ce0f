"""A log that grows, and the owner of a database who changes what was written."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import connection, transaction

from xiaohu.core.actors import WORKER
from xiaohu.trail import checkpoints, events, sequencer
from xiaohu.trail.models import Checkpoint, Event

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def record(count: int, *, action: str = "test") -> list[Event]:
    """Write some events."""
    with transaction.atomic():
        return [
            events.record(
                operator="demo",
                actor=WORKER,
                action=action,
                case_id=None,
                evidence={"number": str(n)},
                now=NOON,
            )
            for n in range(count)
        ]


def grow(count: int) -> Checkpoint:
    """Add events and sign the tree."""
    record(count)
    while sequencer.run_once():
        pass
    signed = checkpoints.sign(now=NOON)
    assert signed is not None
    return signed


@contextmanager
def unguarded() -> Iterator[None]:
    """Do what only the owner of the database could, and take it back."""
    connection.check_constraints()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")
        transaction.set_rollback(True)
