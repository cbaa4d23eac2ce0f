"""`xiaohu keys`, and a service that does not start over keys that came back or are lost."""

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from typer.testing import CliRunner, Result

from xiaohu.core.retention import Category
from xiaohu.ops.cli import app
from xiaohu.ops.keyring import require_whole
from xiaohu.ops.sentences import CannotStart
from xiaohu.vault import epoch_files, epochs, journal, keys, records, units
from xiaohu.vault.keystore.models import DestroyedKey, UnitKey

pytestmark = [
    pytest.mark.django_db(databases=["default", "keystore"]),
    pytest.mark.usefixtures("keyring"),
]
OK, FAILED, NOT_FOUND, PARTLY = 0, 1, 3, 6


def run(*arguments: object) -> Result:
    """Run a command in English."""
    return CliRunner().invoke(app, ["keys", *map(str, arguments), "--lang", "en"])


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
    assert (answer.exit_code, answer.stdout) == (OK, "Keys destroyed again: 1\n")
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
