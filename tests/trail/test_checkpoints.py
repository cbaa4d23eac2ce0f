"""Checkpoints: written where only we read, and accepted from our key alone."""

import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tests.trail.growing import grow
from xiaohu.trail import checkpoints, keys
from xiaohu.trail.checkpoints import CheckpointRefused
from xiaohu.trail.models import Checkpoint, Event


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

    def test_are_not_accepted_from_another_key(self) -> None:
        stranger = Ed25519PrivateKey.generate().public_key()
        with pytest.raises(CheckpointRefused):
            checkpoints.verify_note(Checkpoint.objects.get(size=7).note, [stranger])

    def test_are_refused_with_any_changed_line(self) -> None:
        note = Checkpoint.objects.get(size=7).note
        known = keys.public_keys(keys.CHECKPOINTS)
        for place in range(note.index("\n\n")):
            changed = note[:place] + chr(ord(note[place]) ^ 1) + note[place + 1 :]
            with pytest.raises(CheckpointRefused):
                checkpoints.verify_note(changed, known)

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
