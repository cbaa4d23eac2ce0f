"""Verifying the whole log: what fits is said to fit, and whatever is changed is found and named."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.trail.growing import NOON, grow, record, unguarded
from xiaohu.trail import auditing, checkpoints, sequencer, tree
from xiaohu.trail.auditing import LATE_AFTER, Broken, Wrong
from xiaohu.trail.models import Checkpoint, Event, Leaf, Node, Pending

TAMPERINGS = 500


def found() -> set[tuple[str, str]]:
    """Return what does not fit."""
    return {(broken.wrong.value, broken.where) for broken in auditing.verify().broken}


def sql(statement: str, *given: str | int | bytes) -> None:
    """Write past every model."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def note(size: int) -> Path:
    """Return the file of a checkpoint."""
    return Path(settings.XIAOHU.checkpoints) / checkpoints.file_name(size)


@pytest.mark.django_db
class TestTheLog:
    """Eleven events, signed at three and at eleven."""

    @pytest.fixture(autouse=True)
    def _signed_twice(self) -> None:
        grow(3)
        grow(8)

    def test_fits(self) -> None:
        report = auditing.verify()
        assert (report.events, report.checkpoints, report.notes) == (11, 2, 2)
        assert (report.broken, report.found) == ((), 0)
        assert report.root == bytes(Checkpoint.objects.get(size=11).root)

    def test_fits_with_events_nobody_numbered_yet(self) -> None:
        record(2)
        assert auditing.verify().broken == ()

    @pytest.mark.parametrize("place", ["written", "newest"])
    def test_fits_with_what_is_signed_meanwhile(
        self, monkeypatch: pytest.MonkeyPatch, place: str
    ) -> None:
        really = getattr(checkpoints, place)

        def meanwhile() -> object:
            seen = really()
            with monkeypatch.context() as patch:
                patch.setattr(checkpoints, place, really)
                grow(2)
            return seen

        monkeypatch.setattr(checkpoints, place, meanwhile)
        assert auditing.verify().broken == ()

    @pytest.mark.parametrize(
        ("statement", "named"),
        [
            ("UPDATE trail_event SET action = 'x' WHERE id = {4}", ("event_changed", "4")),
            ("UPDATE trail_leaf SET hash = sha256('x') WHERE index = 4", ("event_changed", "4")),
            ("DELETE FROM trail_event WHERE id = {4}", ("event_missing", "4")),
            ("DELETE FROM trail_leaf WHERE index = 4", ("event_missing", "4")),
            ("DELETE FROM trail_leaf WHERE index = 10", ("shrunk", "11")),
            ("UPDATE trail_node SET hash = sha256('x') WHERE level = 2", ("node", "2/0")),
            ("DELETE FROM trail_node WHERE level = 1 AND index = 3", ("node", "1/3")),
            ("INSERT INTO trail_node (level, index, hash) VALUES (5, -1, '')", ("node", "5/-1")),
            ("UPDATE trail_checkpoint SET root = sha256('x') WHERE size = 3", ("row", "3")),
            (
                "UPDATE trail_checkpoint SET note = note || ' ' WHERE size = 3",
                ("note_differs", "3"),
            ),
            ("UPDATE trail_checkpoint SET note = 'x' WHERE size = 3", ("signature", "3")),
            ("DELETE FROM trail_checkpoint WHERE size = 3", ("row_missing", "000000000003.note")),
        ],
    )
    def test_names_what_was_changed(self, statement: str, named: tuple[str, str]) -> None:
        event = Leaf.objects.get(index=4).event_id
        with unguarded():
            sql(statement.replace("{4}", f"'{event}'"))
            assert named in found()
        assert found() == set()

    def test_betrays_a_note_nobody_signed_over_a_tree_there_never_was(self) -> None:
        strange = note(99)
        strange.write_text("no note of ours", encoding="utf-8")
        assert found() == {("row_missing", strange.name), ("signature", strange.name)}
        strange.unlink()

    def test_names_only_the_stored_root_that_is_one_too_many(self) -> None:
        with unguarded():
            sql("INSERT INTO trail_node (level, index, hash) VALUES (5, -1, '')")
            assert found() == {("node", "5/-1")}

    def test_names_every_event_that_is_gone_from_the_end(self) -> None:
        gone = Leaf.objects.filter(index__gte=9).values_list("event_id", flat=True)
        with unguarded():
            sql("DELETE FROM trail_event WHERE id = ANY(%s)", list(gone))  # type: ignore[arg-type]
            missing = {each for each in found() if each[0] == "event_missing"}
            assert missing == {("event_missing", "9"), ("event_missing", "10")}

    def test_names_every_stored_root_that_is_gone(self) -> None:
        with unguarded():
            sql("DELETE FROM trail_node WHERE index << level >= 8")
            assert found() == {("node", "0/8"), ("node", "0/9"), ("node", "1/4"), ("node", "0/10")}

    def test_betrays_a_note_put_in_the_place_of_another(self) -> None:
        with unguarded():
            older = Checkpoint.objects.get(size=3).note
            Checkpoint.objects.filter(size=11).update(note=older)
            assert ("row", "11") in found()

    def test_betrays_what_became_of_the_notes_elsewhere(self) -> None:
        kept = note(3).read_text(encoding="utf-8")
        note(3).unlink()
        assert found() == {("note_missing", "3")}
        note(3).write_text(note(11).read_text(encoding="utf-8"), encoding="utf-8")
        assert found() == {("note_differs", "3")}
        note(3).write_text(kept, encoding="utf-8")
        assert found() == set()

    def test_betrays_a_history_written_anew(self) -> None:
        with unguarded():
            for table in (Leaf, Node, Checkpoint):
                table.objects.all()._raw_delete("default")
            changed = Event.objects.order_by("pk")[0]
            Event.objects.filter(pk=changed.pk).update(action="x")
            Pending.objects.bulk_create(Pending(event=event) for event in Event.objects.all())
            sequencer.run_once()
            assert ("root", "000000000011.note") in found()
            assert not [each for each in found() if each[0].startswith(("event", "node"))]

    def test_betrays_a_backup_from_before_the_last_checkpoint(self) -> None:
        with unguarded():
            sql("DELETE FROM trail_node WHERE (index + 1) << level > 3")
            sql("DELETE FROM trail_event USING trail_leaf WHERE event_id = id AND index >= 3")
            sql("DELETE FROM trail_leaf WHERE index >= 3")
            sql("DELETE FROM trail_checkpoint WHERE size > 3")
            newer = checkpoints.file_name(11)
            assert found() == {("row_missing", newer), ("shrunk", newer)}

    def test_betrays_an_event_that_will_never_be_numbered(self) -> None:
        (kept_out,) = record(1)
        Pending.objects.filter(event=kept_out).delete()
        assert found() == {("event_unplaced", str(kept_out.pk))}

    def test_counts_what_it_does_not_name(self) -> None:
        with unguarded():
            sql("UPDATE trail_node SET hash = ''")
            sql("UPDATE trail_event SET action = 'x'")
            report = auditing.verify()
            assert len(report.broken) == auditing.NAMED
            assert report.found > auditing.NAMED

    def test_writes_a_note_its_signer_could_not(self) -> None:
        kept = note(11).read_text(encoding="utf-8")
        note(11).unlink()
        assert checkpoints.sign(now=NOON) is None
        assert note(11).read_text(encoding="utf-8") == kept

    def test_says_when_events_wait_too_long(self) -> None:
        after = NOON + 2 * LATE_AFTER
        assert list(auditing.late(now=after)) == []
        record(1)
        assert list(auditing.late(now=NOON)) == []
        assert list(auditing.late(now=after)) == [Broken(Wrong.LATE, "11")]
        sequencer.run_once()
        assert list(auditing.late(now=after)) == [Broken(Wrong.LATE, "11")]
        checkpoints.sign(now=NOON)
        assert list(auditing.late(now=after)) == []


def _overwrite(index: int, column: str, value: str) -> None:
    """Write something else into a column of an event."""
    Event.objects.filter(leaf__index=index).update(**{column: value})


def _changes(dice: random.Random) -> Callable[[], None]:
    """Return one of the ways in which the owner of database and folder changes the log."""
    index, size = dice.randrange(11), dice.choice([3, 11])
    junk = dice.randbytes(32)
    column = dice.choice(["operator", "actor_kind", "actor_id", "action", "reason", "to_state"])
    node = dice.randrange(Node.objects.count())

    def of_event(change: str, *given: str | bytes) -> Callable[[], None]:
        event = "(SELECT event_id FROM trail_leaf WHERE index = %s)"
        return lambda: sql(f"{change} WHERE id = {event}", *given, index)

    def of_node(change: str, *given: str | bytes) -> Callable[[], None]:
        one = "(SELECT id FROM trail_node ORDER BY level, index OFFSET %s LIMIT 1)"
        return lambda: sql(f"{change} WHERE id = {one}", *given, node)

    def swap() -> None:
        other = (index + 1 + dice.randrange(10)) % 11
        sql("UPDATE trail_leaf SET index = -1 WHERE index = %s", index)
        sql("UPDATE trail_leaf SET index = %s WHERE index = %s", index, other)
        sql("UPDATE trail_leaf SET index = %s WHERE index = -1", other)

    ways = [
        lambda: _overwrite(index, column, junk.hex()[:8]),
        of_event("UPDATE trail_event SET at = at + interval '1 microsecond'"),
        of_event("UPDATE trail_event SET case_id = gen_random_uuid()"),
        of_event("UPDATE trail_event SET evidence = '{}'"),
        of_event('UPDATE trail_event SET evidence = evidence || \'{"a": "b"}\''),
        of_event("UPDATE trail_event SET id = gen_random_uuid()"),
        of_event("DELETE FROM trail_event"),
        of_node("UPDATE trail_node SET hash = %s", junk),
        of_node("UPDATE trail_node SET index = index + 1000"),
        of_node("DELETE FROM trail_node"),
        swap,
        lambda: sql("UPDATE trail_leaf SET hash = %s WHERE index = %s", junk, index),
        lambda: sql("UPDATE trail_leaf SET index = index + 100 WHERE index = %s", index),
        lambda: sql("DELETE FROM trail_leaf WHERE index = %s", index),
        lambda: sql("DELETE FROM trail_leaf WHERE index >= %s", index),
        lambda: sql("UPDATE trail_checkpoint SET root = %s WHERE size = %s", junk, size),
        lambda: sql("UPDATE trail_checkpoint SET size = size + 1 WHERE size = %s", size),
        lambda: sql("UPDATE trail_checkpoint SET note = %s WHERE size = %s", junk.hex(), size),
        lambda: sql("DELETE FROM trail_checkpoint WHERE size = %s", size),
    ]
    return dice.choice(ways)


@pytest.mark.django_db
def test_finds_every_tampering() -> None:
    grow(3)
    grow(8)
    dice = random.Random(20261123)
    for number in range(TAMPERINGS):
        with unguarded():
            _changes(dice)()
            assert auditing.verify().found, f"tampering {number} went unseen"
    assert auditing.verify().found == 0


@pytest.mark.django_db
def test_a_changed_character_of_a_note_is_found() -> None:
    grow(3)
    whole = note(3).read_text(encoding="utf-8")
    for place, character in enumerate(whole):
        changed = whole[:place] + chr(ord(character) ^ 1) + whole[place + 1 :]
        note(3).write_text(changed, encoding="utf-8", newline="")
        assert ("note_differs", "3") in found()


def test_the_frontier_has_every_root() -> None:
    leaves = [tree.leaf_hash(bytes([n % 256, n // 256])) for n in range(300)]
    node, growing = tree.stored(leaves), tree.Frontier()
    assert growing.root() == tree.EMPTY_ROOT
    for index, leaf in enumerate(leaves):
        made = growing.add(leaf)
        assert made == [node(level, index >> level) for level in range(len(made))]
        assert growing.root() == tree.root(node, index + 1)


@pytest.mark.django_db
def test_an_empty_log_has_no_stored_roots() -> None:
    assert found() == set()
    with unguarded():
        sql("INSERT INTO trail_node (level, index, hash) VALUES (5, -1, '')")
        assert found() == {("node", "5/-1")}
