"""Numbering: each event once, in batches, by one process at a time, and cheaply when idle."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from xiaohu.core.actors import WORKER
from xiaohu.trail import events, sequencer, tree
from xiaohu.trail.models import Leaf, Node, Pending

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def record(count: int) -> None:
    """Write some events and commit them."""
    with transaction.atomic():
        for _ in range(count):
            events.record(operator="demo", actor=WORKER, action="test", case_id=None, now=NOON)


def elsewhere() -> int:
    """Run once on a connection of its own."""
    try:
        return sequencer.run_once()
    finally:
        connections.close_all()


@pytest.mark.django_db
class TestTheSequencer:
    """One process at work."""

    def test_takes_no_more_than_the_limit(self) -> None:
        record(5)
        assert [sequencer.run_once(limit=2) for _ in range(4)] == [2, 2, 1, 0]
        assert sequencer.size() == 5
        assert not Pending.objects.exists()

    def test_stores_the_same_nodes_whatever_the_batches(self) -> None:
        record(21)
        while sequencer.run_once(limit=4):
            pass
        node = tree.stored([bytes(leaf.hash) for leaf in Leaf.objects.order_by("index")])
        stored = Node.objects.all()
        assert len(stored) == 21 + 10 + 5 + 2 + 1
        assert all(bytes(kept.hash) == node(kept.level, kept.index) for kept in stored)

    def test_asks_one_question_when_idle(self) -> None:
        record(3)
        sequencer.run_once()
        with CaptureQueriesContext(connection) as queries:
            assert sequencer.run_once() == 0
        assert len(queries) == 1
        assert "trail_pending" in queries[0]["sql"]
        assert "trail_event" not in queries[0]["sql"]


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
class TestTwoSequencers:
    """Two connections, real commits."""

    def test_leaves_the_work_to_the_one_that_holds_the_lock(self) -> None:
        record(3)
        with sequencer._alone() as alone, ThreadPoolExecutor(1) as thread:
            assert alone
            assert thread.submit(elsewhere).result() == 0
        assert sequencer.run_once() == 3

    def test_numbers_each_event_once_between_them(self) -> None:
        record(40)
        with ThreadPoolExecutor(4) as threads:
            done = sum(threads.map(lambda _: elsewhere(), range(4)))
        done += sequencer.run_once()
        assert done == 40
        assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(
            range(40)
        )

    def test_does_not_see_what_is_not_committed(self) -> None:
        with transaction.atomic():
            events.record(operator="demo", actor=WORKER, action="test", case_id=None, now=NOON)
            with ThreadPoolExecutor(1) as thread:
                assert thread.submit(elsewhere).result() == 0
        assert elsewhere_in_a_thread() == 1


def elsewhere_in_a_thread() -> int:
    """Run once beside this connection."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(elsewhere).result()
