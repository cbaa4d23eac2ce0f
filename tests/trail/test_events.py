"""Events: in their transaction, append-only, numbered once, signed for, and tampering is found."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from xiaohu.core.actors import WORKER
from xiaohu.trail import checkpoints, events, keys, sequencer, tree
from xiaohu.trail.checkpoints import CheckpointRefused
from xiaohu.trail.models import Event, Leaf

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def record(count: int = 1) -> list[Event]:
    """Write some events."""
    return [
        events.record(
            operator="demo",
            actor=WORKER,
            action="test",
            case_id=uuid4(),
            evidence={"number": str(n)},
            now=NOON,
        )
        for n in range(count)
    ]


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
def test_an_event_outside_a_transaction_is_a_mistake() -> None:
    with pytest.raises(RuntimeError):
        record()


@pytest.mark.django_db
class TestTheTrail:
    """What can be done to the trail, and what cannot."""

    @pytest.mark.parametrize(
        "change", ["UPDATE trail_event SET action = 'x'", "DELETE FROM trail_event"]
    )
    def test_is_append_only(self, change: str) -> None:
        record()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(change)

    def test_numbers_each_event_once(self) -> None:
        record(5)
        assert sequencer.run_once() == 5
        assert sequencer.run_once() == 0
        record(3)
        assert sequencer.run_once() == 3
        assert list(Leaf.objects.order_by("index").values_list("index", flat=True)) == list(
            range(8)
        )

    @pytest.mark.parametrize("numbered", [0, 2, 8])
    def test_tells_of_one_moment_in_the_order_it_was_written(self, numbered: int) -> None:
        case_id = uuid4()
        told = [f"a{n}" for n in range(8)]
        for action in told:
            events.record(operator="demo", actor=WORKER, action=action, case_id=case_id, now=NOON)
        if numbered:
            sequencer.run_once(numbered)
        assert [event.action for event in events.of_case(case_id)] == told

    def test_stores_what_every_proof_needs(self) -> None:
        record(13)
        sequencer.run_once()
        leaves = [bytes(h) for h in Leaf.objects.order_by("index").values_list("hash", flat=True)]
        root = tree.root(sequencer.node_at, 13)
        assert root == tree.root(tree.stored(leaves), 13)
        proof = tree.inclusion_proof(sequencer.node_at, 6, 13)
        assert tree.verify_inclusion(leaf=leaves[6], index=6, size=13, proof=proof, root_hash=root)

    def test_a_checkpoint_is_signed_when_the_tree_has_grown(self) -> None:
        record(3)
        sequencer.run_once()
        signed = checkpoints.sign(now=NOON)
        assert signed is not None
        assert checkpoints.sign(now=NOON) is None
        known = keys.public_keys(keys.CHECKPOINTS)
        assert checkpoints.verify_note(signed.note, known) == (3, bytes(signed.root))
        with pytest.raises(CheckpointRefused):
            checkpoints.verify_note(signed.note.replace("\n3\n", "\n4\n"), known)


def test_an_event_has_one_form() -> None:
    event = Event(
        pk=uuid4(),
        at=NOON,
        operator="demo",
        actor_kind="worker",
        actor_id="w",
        action="a",
        evidence={"b": "2", "a": "1"},
    )
    assert b'"evidence":{"a":"1","b":"2"}' in events.canonical(event)
    assert b'"ts":"2026-11-23T04:00:00.000000Z"' in events.canonical(event)


@pytest.mark.django_db
def test_the_newest_events_are_told_oldest_first() -> None:
    made = record(5)
    sequencer.run_once()
    told = events.newest(2, events.EVERY)
    assert [index for index, _ in told] == [3, 4]
    assert [one.evidence["number"] for _, one in told] == ["3", "4"]
    assert events.newest(9, Q(event__case_id=made[1].case_id))[0][0] == 1
