"""Checkpoints: written where only we read, and accepted from our key alone."""

import base64
import hashlib
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from tests.trail.growing import NOON, grow, record, unguarded
from tests.vault.conftest import keyring
from xiaohu.trail import auditing, checkpoints, keys, monitoring
from xiaohu.trail.auditing import Wrong
from xiaohu.trail.checkpoints import CheckpointRefused
from xiaohu.trail.models import Checkpoint, Event
from xiaohu.vault import journal

__all__ = ["keyring"]


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

    @pytest.mark.parametrize(
        "lines",
        [
            ["7", "no base64!"],
            ["seven", "AAAA"],
            ["7"],
            ["7", "AAAA", "something else"],
            ["7", "AAAA", f"erasures 0 {'A' * 43}=", "more"],
        ],
    )
    def test_are_refused_in_any_other_form_though_we_signed_them(self, lines: list[str]) -> None:
        note = Checkpoint.objects.get(size=7).note
        origin = note.split("\n")[0]
        text = "\n".join([origin, *lines])
        head = base64.b64decode(note.rpartition(" ")[2])[:4]
        signed = keys.private_key(keys.CHECKPOINTS).sign(f"{text}\n".encode())
        mark = base64.b64encode(head + signed).decode()
        with pytest.raises(CheckpointRefused):
            checkpoints.verify_note(
                f"{text}\n\n\u2014 {origin} {mark}\n", keys.public_keys(keys.CHECKPOINTS)
            )

    @pytest.mark.usefixtures("keyring")
    def test_name_the_first_that_a_cut_journal_does_not_go_on_from(self) -> None:
        self._journal(b"one\n")
        grow(1)
        self._journal(b"one\ntwo\n")
        grow(1)
        assert auditing.journal_cut() is None
        self._journal(b"one\n")
        assert auditing.journal_cut() == 9
        self._journal(b"")
        assert auditing.journal_cut() == 8

    @pytest.mark.usefixtures("keyring")
    def test_name_the_erasure_journal(self) -> None:
        for place in journal.places():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(b"one\ntwo\nhalf")
        grow(1)
        note = Checkpoint.objects.get(size=8).note
        whole = hashlib.sha256(b"one\ntwo\n").digest()
        assert checkpoints.erasures(note) == (8, whole)
        assert not auditing.verify().broken
        for place in journal.places():
            place.write_bytes(b"one\ntwo\nand on\n")
        assert not auditing.verify().broken
        for forged in (b"one\n", b"ONE\ntwo\nand on\n", b""):
            for place in journal.places():
                place.write_bytes(forged)
            assert [one.wrong for one in auditing.verify().broken] == [Wrong.JOURNAL]

    @pytest.mark.usefixtures("keyring")
    def test_go_on_telling_of_a_journal_that_was_cut(self) -> None:
        self._journal(b"one\ntwo\n")
        grow(1)
        assert not monitoring.look(now=NOON).broken
        for place in journal.places():
            place.unlink()
        assert [one["wrong"] for one in monitoring.look(now=NOON).broken] == ["journal"]
        self._journal(b"three\n")
        for size in (9, 10):
            grow(1)
            assert checkpoints.erasures(Checkpoint.objects.get(size=size).note)
            assert [(one.wrong, one.where) for one in auditing.verify().broken] == [
                (Wrong.JOURNAL, "8")
            ]
            assert [one["where"] for one in monitoring.look(now=NOON).broken] == ["8"]
        self._journal(b"three\nmore than\nthere was\n")
        grow(1)
        assert [one.where for one in auditing.verify().broken] == ["8"]

    @pytest.mark.usefixtures("keyring")
    def test_from_before_the_journal_was_made_anew_say_nothing_of_it(self) -> None:
        self._journal(b"one\ntwo\n")
        grow(1)
        self._journal(b"two\n")
        assert auditing.journal_cut() == 8
        record(1, action=auditing.JOURNAL_MADE_ANEW)
        grow(1)
        assert auditing.journal_cut() is None
        assert not monitoring.look(now=NOON).broken
        self._journal(b"")
        assert auditing.journal_cut() == 10

    def _journal(self, text: bytes) -> None:
        for place in journal.places():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text)

    @pytest.mark.usefixtures("keyring")
    def test_in_the_folder_speak_of_the_journal_where_the_database_is_older(self) -> None:
        self._journal(b"one\n")
        grow(1)
        with unguarded():
            Checkpoint.objects.filter(size=8)._raw_delete("default")
            self._journal(b"")
            assert auditing.journal_cut() == 8

    @pytest.mark.parametrize(
        "more", ["erasures 01 " + "A" * 43 + "=", "erasures 1 x", "", "erasures 1 " + "A" * 44]
    )
    def test_take_no_other_line(self, more: str) -> None:
        note = Checkpoint.objects.get(size=7).note
        head = note.partition("\n\n")[0].rpartition("\n")[0]
        key = keys.private_key(keys.CHECKPOINTS)
        origin, text = head.split("\n")[0], f"{head}\n{more}\n"
        raw = checkpoints._key_hash(origin, key.public_key()) + key.sign(text.encode())
        forged = f"{text}\n— {origin} {base64.b64encode(raw).decode()}\n"
        with pytest.raises(CheckpointRefused):
            checkpoints.verify_note(forged, keys.public_keys(keys.CHECKPOINTS))

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


@pytest.mark.django_db
@pytest.mark.usefixtures("keyring")
def test_a_journal_is_held_against_a_checkpoint_of_a_single_event() -> None:
    for place in journal.places():
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"one\n")
    grow(1)
    assert auditing.journal_cut() is None
    for place in journal.places():
        place.write_bytes(b"")
    assert auditing.journal_cut() == 1
