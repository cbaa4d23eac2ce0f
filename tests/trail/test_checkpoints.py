"""Checkpoints: written where only we read, and every kind of tampering is found."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from xiaohu.core.actors import WORKER
from xiaohu.trail import checkpoints, events, keys, sequencer
from xiaohu.trail.checkpoints import CheckpointRefused
from xiaohu.trail.models import Checkpoint, Event, Pending

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def grow(count: int) -> Checkpoint:
    """Add events and sign the tree."""
    for _ in range(count):
        events.record(operator="demo", actor=WORKER, action="test", case_id=None, now=NOON)
    sequencer.run_once()
    signed = checkpoints.sign(now=NOON)
    assert signed is not None
    return signed


@contextmanager
def unguarded(table: str) -> Iterator[None]:
    """Do what only the owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")


@pytest.mark.django_db
class TestCheckpoints:
    """A tree of seven leaves signed at three and at seven."""

    @pytest.fixture(autouse=True)
    def _signed_twice(self) -> None:
        grow(3)
        grow(4)

    def test_are_files_closed_to_others(self) -> None:
        file = settings.XIAOHU.checkpoints / "000000000007.note"
        assert file.read_text(encoding="utf-8") == Checkpoint.objects.get(size=7).note
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert not list(file.parent.glob(".draft-*"))

    def test_fit_the_tree(self) -> None:
        report = checkpoints.verify_all()
        assert (report.events, report.checkpoints, report.broken) == (7, 2, ())

    def test_are_not_accepted_from_another_key(self) -> None:
        stranger = Ed25519PrivateKey.generate().public_key()
        with pytest.raises(CheckpointRefused):
            checkpoints.verify_note(Checkpoint.objects.get(size=7).note, stranger)

    def test_are_refused_with_any_changed_line(self) -> None:
        note = Checkpoint.objects.get(size=7).note
        key = keys.public_key(keys.CHECKPOINTS)
        for place in range(note.index("\n\n")):
            changed = note[:place] + chr(ord(note[place]) ^ 1) + note[place + 1 :]
            with pytest.raises(CheckpointRefused):
                checkpoints.verify_note(changed, key)

    def test_betray_a_note_put_in_the_place_of_another(self) -> None:
        with unguarded("trail_checkpoint"):
            older = Checkpoint.objects.get(size=3).note
            Checkpoint.objects.filter(size=7).update(note=older)
        assert checkpoints.verify_all().broken == ("checkpoint 7",)

    def test_betray_a_changed_root(self) -> None:
        with unguarded("trail_checkpoint"):
            Checkpoint.objects.filter(size=3).update(root=bytes(32))
        assert checkpoints.verify_all().broken == ("checkpoint 3",)

    def test_betray_leaves_cut_off_at_the_end(self) -> None:
        with unguarded("trail_leaf"), connection.cursor() as cursor:
            cursor.execute("DELETE FROM trail_leaf WHERE index = 6")
        broken = checkpoints.verify_all().broken
        assert "checkpoint 7" in broken
        assert "checkpoint 3" not in broken

    def test_betray_an_event_that_will_never_be_numbered(self) -> None:
        kept_out = events.record(
            operator="demo", actor=WORKER, action="test", case_id=None, now=NOON
        )
        assert checkpoints.verify_all().broken == ()
        Pending.objects.filter(event=kept_out).delete()
        assert checkpoints.verify_all().broken == (f"event {kept_out.pk} outside the tree",)

    @pytest.mark.parametrize("table", ["trail_event", "trail_leaf", "trail_checkpoint"])
    @pytest.mark.parametrize("change", ["DELETE FROM {}", "UPDATE {} SET {}"])
    def test_and_all_below_them_are_append_only(self, table: str, change: str) -> None:
        column = {"trail_event": "action", "trail_leaf": "hash", "trail_checkpoint": "note"}[table]
        statement = change.format(table, f"{column} = {column}")
        with (
            pytest.raises(DatabaseError, match="the trail is append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
        assert Event.objects.count() == 7
