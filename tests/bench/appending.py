"""Business transactions with one event each while the sequencer numbers them, beside the same without.

Both go through the same code: what is measured is what the log costs. Ours counts until the last
event stands in the tree.
"""

import os
import signal
import time
from collections.abc import Callable
from unittest import mock
from uuid import uuid4

from django.db import connection, connections, transaction

from tests.bench.world import BenchWorld
from xiaohu.closures.models import Case
from xiaohu.core.actors import CLOCK
from xiaohu.queue import clock
from xiaohu.trail import auditing, events, sequencer
from xiaohu.trail.models import Event, Leaf, Pending

TIMES = 1500
BEAT = 1.0  # seconds between two looks of the sequencer, as in a worker


def round_of(world: BenchWorld) -> tuple[float, float]:
    """Return transactions a second of ours and of the floor, one after the other."""
    case = world.world.draft(world.take(1)[0])
    while sequencer.run_once():
        pass
    before = Leaf.objects.count()
    ours = _ours(case)
    if Leaf.objects.count() - before != TIMES or auditing.verify().broken:
        raise RuntimeError("not every event stands in a sound tree")
    return ours, _floor(case)


def _ours(case: Case) -> float:
    connections.close_all()
    beat = os.fork()
    if beat == 0:
        _number_until_killed()
    try:
        began = time.perf_counter()
        _times(case, _with_event)
        while Pending.objects.exists():
            sequencer.run_once()
        return TIMES / (time.perf_counter() - began)
    finally:
        os.kill(beat, signal.SIGKILL)
        os.waitpid(beat, 0)


def _floor(case: Case) -> float:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS floor_event")
        cursor.execute("CREATE TABLE floor_event (LIKE trail_event INCLUDING ALL)")
    with mock.patch.object(Event._meta, "db_table", "floor_event"):
        began = time.perf_counter()
        _times(case, _with_row)
        return TIMES / (time.perf_counter() - began)


def _times(case: Case, leave: Callable[[Case], None]) -> None:
    for number in range(TIMES):
        with transaction.atomic(durable=True):
            Case.objects.filter(pk=case.pk).update(size=number % 7 + 1)
            leave(case)


def _with_event(case: Case) -> None:
    events.record(
        operator=case.operator,
        actor=CLOCK,
        action="bench",
        case_id=case.pk,
        evidence={"one": "two"},
        now=clock.now(),
    )


def _with_row(case: Case) -> None:
    """Write the same row into a table nobody numbers."""
    Event.objects.create(
        id=uuid4(),
        at=clock.now(),
        operator="floor",
        actor_kind=CLOCK.kind.value,
        actor_id=CLOCK.id,
        action="bench",
        case_id=case.pk,
        evidence={"one": "two"},
    )


def _number_until_killed() -> None:
    while True:
        sequencer.run_once()
        time.sleep(BEAT)
