"""`xiaohu keys`, and a service that does not start over keys that came back or are lost."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from typer.testing import CliRunner, Result

from tests.trail.growing import NOON, grow
from xiaohu.core.retention import Category
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.ops.cli import app
from xiaohu.ops.keyring import require_whole
from xiaohu.ops.sentences import CannotStart
from xiaohu.trail import auditing
from xiaohu.trail.models import Event
from xiaohu.vault import epoch_files, epochs, journal, keys, records, units
from xiaohu.vault.keys import Erased
from xiaohu.vault.keystore.models import DestroyedKey, UnitKey

pytestmark = [
    pytest.mark.django_db(databases=["default", "keystore"]),
    pytest.mark.usefixtures("keyring"),
]
OK, FAILED, NOT_FOUND, PARTLY = 0, 1, 3, 6


def run(*arguments: object) -> Result:
    """Run a command in English."""
    return CliRunner().invoke(app, ["keys", *map(str, arguments), "--lang", "en"])


def run_through(*arguments: object) -> None:
    """Run a command and let through what it says of a start."""
    refused = run(*arguments).exception
    assert refused is not None
    raise refused


def no_root_key_given(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let the root key be a file in a data folder of its own."""
    given = settings.XIAOHU.model_copy(update={"root_key": None, "data_dir": folder})
    monkeypatch.setattr(settings, "XIAOHU", given)


def receipt(unit: units.Unit) -> None:
    """Let a closing have had its erasure receipted."""
    ErasureReceipt.objects.create(
        closing_id=uuid4(),
        operator="demo",
        units=[f"{unit.kind}:{unit.id}"],
        counts={},
        erased_at=NOON,
    )


def sealed() -> units.Unit:
    """Seal something under a fresh line."""
    unit = units.line(uuid4())
    records.seal(operator="demo", unit=unit, category=Category.CONTACT, value={"to": "a"})
    return unit


def brought_back() -> None:
    """Destroy a key, and restore a keystore that still has it."""
    unit = sealed()
    row = UnitKey.objects.get(unit=unit.id)
    keys.destroy("demo", [unit])
    journal.ship()
    DestroyedKey.objects.filter(unit=unit.id).delete()
    UnitKey.objects.bulk_create([row])


def test_says_what_there_is() -> None:
    sealed()
    answer = run("status", "--json")
    said = json.loads(answer.stdout)
    assert answer.exit_code == OK
    assert (said["copies"], said["keys"], said["brought_back"]) == (2, 1, 0)
    assert "copies 2 of 2" in run("status").stdout


def test_a_missing_copy_is_amiss() -> None:
    (epoch_files.folders()[1] / f"{epochs.current()}.key").unlink()
    assert run("status").exit_code == PARTLY


def test_rolls_at_once() -> None:
    before = epochs.current()
    answer = run("roll")
    assert answer.exit_code == OK
    assert f"Epoch {epochs.current()} has begun" in answer.stdout
    assert epochs.current() > before


def test_keys_that_came_back_stop_the_start_until_the_journal_is_replayed() -> None:
    brought_back()
    with pytest.raises(CannotStart, match="run: xiaohu keys replay"):
        require_whole()
    assert run("status").exit_code == PARTLY
    answer = run("replay")
    assert answer.exit_code == OK
    assert answer.stdout.splitlines() == [
        "Keys destroyed again: 1",
        "Erased before, back after a restore, forgotten again: 1",
    ]
    require_whole()


def test_a_damaged_journal_stops_the_start_and_names_the_line() -> None:
    brought_back()
    for place in journal.places():
        place.write_text("?\n")
    with pytest.raises(CannotStart, match=r"damaged at .*erasures\.jsonl:1"):
        require_whole()


def test_lost_keys_stop_the_start_and_name_both_places() -> None:
    epoch = epochs.current()
    epochs._key_of.cache_clear()
    for folder in epoch_files.folders():
        (folder / f"{epoch}.key").unlink()
    with pytest.raises(CannotStart, match=r"(?s)epochs.*epochs.*docs/keys\.md"):
        require_whole()


def test_a_keystore_of_before_an_erasure_does_not_start_without_the_journal() -> None:
    unit = sealed()
    row = UnitKey.objects.get(unit=unit.id)
    keys.destroy("demo", [unit])
    journal.ship()
    grow(1)
    receipt(unit)
    DestroyedKey.objects.all().delete()
    UnitKey.objects.bulk_create([row])
    for place in journal.places():
        place.unlink()
    with pytest.raises(CannotStart, match=r"erasures\.jsonl.*checkpoint 1.*replay --from-receipts"):
        require_whole()
    answer = run("status", "--json")
    assert (answer.exit_code, json.loads(answer.stdout)["cut"]) == (PARTLY, 1)
    with pytest.raises(CannotStart):
        run_through("roll")
    answer = run("replay", "--from-receipts")
    assert (answer.exit_code, "entries: 1, keys destroyed again: 1" in answer.stdout) == (OK, True)
    require_whole()
    with pytest.raises(Erased):
        records.open_one(operator="demo", unit=unit, category=Category.CONTACT)
    assert not auditing.verify().broken
    assert run("status").exit_code == OK
    told = Event.objects.get(action=auditing.JOURNAL_MADE_ANEW)
    assert told.evidence["length"] == str(journal.length())


def test_a_journal_that_is_gone_stops_the_start_though_nothing_was_signed() -> None:
    keys.destroy("demo", [sealed()])
    journal.ship()
    for place in journal.places():
        place.unlink()
    with pytest.raises(CannotStart, match="Both copies of the erasure journal are gone"):
        require_whole()
    answer = run("status", "--json")
    assert (answer.exit_code, json.loads(answer.stdout)["journal"]) == (PARTLY, 0)
    assert run("replay", "--from-receipts").exit_code == OK
    require_whole()
    assert len(list(journal.entries())) == 1


def test_one_copy_of_the_journal_is_amiss_until_it_is_mended() -> None:
    keys.destroy("demo", [sealed()])
    journal.ship()
    gone = journal.places()[1]
    gone.unlink()
    require_whole()
    assert run("status").exit_code == PARTLY
    assert f"Mended from the other copy: {gone}" in run("mend").stdout
    assert run("status").exit_code == OK
    assert "nothing to mend" in run("mend").stdout


@pytest.mark.parametrize("command", ["status", "replay"])
def test_a_journal_nobody_can_read_is_one_sentence(command: str) -> None:
    brought_back()
    for place in journal.places():
        place.write_text("?\n")
    with pytest.raises(CannotStart, match=r"damaged at .*erasures\.jsonl:1.*from-receipts"):
        run_through(command)
    assert run("replay", "--from-receipts").exit_code == OK


def test_a_damaged_key_file_is_named_and_mended() -> None:
    sealed()
    place = epoch_files.folders()[0] / f"{epochs.current()}.key"
    place.write_bytes(b"damaged")
    epochs._key_of.cache_clear()
    answer = run("status")
    assert answer.exit_code == PARTLY
    assert f"Key file {place} is gone or damaged; run: xiaohu keys mend" in answer.stdout
    require_whole()
    assert run("mend").exit_code == run("status").exit_code == OK


def test_another_root_key_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed()
    epochs._key_of.cache_clear()
    monkeypatch.setattr(epochs, "wrapping_keys", lambda: [bytes(32)])
    with pytest.raises(CannotStart, match=r"No copy of a key file opens .*root key is another"):
        require_whole()
    with pytest.raises(CannotStart, match="root key is another"):
        run_through("roll")
    assert run("status").exit_code == PARTLY


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (b"nothing of the kind", 0o600, "is not 64 hex digits; bring it back from escrow"),
        (b"\xff\xfe", 0o600, "is not 64 hex digits"),
        (b"00" * 32, 0o644, "run: chmod 600"),
    ],
)
def test_a_root_key_that_is_none_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: bytes, mode: int, said: str
) -> None:
    sealed()
    place = tmp_path / "keys" / "root.key"
    place.write_bytes(text)
    place.chmod(mode)
    no_root_key_given(monkeypatch, tmp_path)
    epochs._key_of.cache_clear()
    with pytest.raises(CannotStart, match=rf"root\.key.*{said}"):
        require_whole()


def test_a_root_key_that_is_gone_is_not_drawn_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sealed()
    no_root_key_given(monkeypatch, tmp_path)
    epochs._key_of.cache_clear()
    with pytest.raises(CannotStart, match="is gone while there are key files"):
        require_whole()
    assert not (tmp_path / "keys" / "root.key").exists()


def test_the_root_key_is_changed_and_a_new_epoch_begins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    no_root_key_given(monkeypatch, tmp_path)
    unit, before = sealed(), epochs.current()
    answer = run("rotate-root")
    assert answer.exit_code == OK
    assert "The root key was changed" in answer.stdout
    assert epochs.current() > before
    assert records.open_one(operator="demo", unit=unit, category=Category.CONTACT) == {"to": "a"}
    assert run("check", tmp_path / "keys").exit_code == OK


def test_a_root_key_of_the_environment_is_changed_by_its_owner() -> None:
    with pytest.raises(CannotStart, match="XIAOHU_ROOT_KEY gives the root key"):
        run_through("rotate-root")


def test_a_unit_key_that_does_not_open_stops_a_roll_with_one_sentence() -> None:
    unit = sealed()
    UnitKey.objects.filter(unit=unit.id).update(wrapped=b"\x01\x01 no key of ours at all")
    with pytest.raises(CannotStart, match="A unit key does not open"):
        run_through("roll")


def test_keys_of_an_epoch_that_is_over_are_amiss() -> None:
    before = epochs.current()
    epochs.roll()
    for folder in epoch_files.folders():
        (folder / f"{before}.key").write_bytes(b"left")
    answer = run("status")
    assert answer.exit_code == PARTLY
    assert "Keys of ended epochs still there: 1" in answer.stdout


def test_an_escrow_without_the_journal_would_not_do(tmp_path: Path) -> None:
    keys.destroy("demo", [sealed()])
    journal.ship()
    folder = tmp_path / "escrow"
    shutil.copytree(epoch_files.folders()[0], folder / "epochs")
    assert settings.XIAOHU.root_key is not None
    (folder / "root.key").write_text(settings.XIAOHU.root_key.get_secret_value())
    answer = run("check", folder)
    assert answer.exit_code == FAILED
    assert "not a copy of the erasure journal" in answer.stderr
    shutil.copy(journal.places()[0], folder)
    keys.destroy("demo", [sealed()])
    journal.ship()
    assert run("check", folder).exit_code == OK


def test_an_escrow_is_tried_before_it_is_needed(tmp_path: Path) -> None:
    sealed()
    folder = tmp_path / "escrow"
    assert run("check", folder).exit_code == NOT_FOUND
    shutil.copytree(epoch_files.folders()[0], folder / "epochs")
    assert "is no root key" in run("check", folder).stderr
    assert settings.XIAOHU.root_key is not None
    (folder / "root.key").write_text(settings.XIAOHU.root_key.get_secret_value())
    answer = run("check", folder)
    assert (answer.exit_code, answer.stdout) == (
        OK,
        "It would do: epochs 1, unit keys opened 1 (all)\n",
    )
    epochs.roll()
    answer = run("check", folder)
    assert answer.exit_code == FAILED
    assert "older than this epoch" in answer.stderr
