"""What was destroyed is written where a restored keystore cannot forget it."""

import hashlib
import json
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from xiaohu.core.retention import Category
from xiaohu.vault import journal, keys, records, units
from xiaohu.vault.journal import JournalDamaged, JournalLost
from xiaohu.vault.keys import Erased
from xiaohu.vault.keystore.models import DestroyedKey, UnitKey

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

IDENTITY = Category.REGISTRATION_IDENTITY
Keyring = tuple[Path, Path]


def erased() -> units.Unit:
    """Seal something under a line and destroy its key."""
    unit = units.line(uuid4())
    records.seal(operator="demo", unit=unit, category=IDENTITY, value={"name": "孙示例"})
    keys.destroy("demo", [unit])
    return unit


def brought_back(row: UnitKey) -> None:
    """Let a restore bring a key back and forget that it was destroyed."""
    DestroyedKey.objects.filter(unit=row.unit).delete()
    UnitKey.objects.bulk_create([row])


def test_both_files_name_the_key_and_nothing_of_the_person(keyring: Keyring) -> None:
    unit = erased()
    assert journal.ship() == 1
    for place in journal.places():
        said = json.loads(place.read_text())
        assert said.pop("at")
        assert said == {"operator": "demo", "kind": "line", "unit": str(unit.id)}
        assert place.stat().st_mode & 0o077 == 0


def test_each_is_written_once(keyring: Keyring) -> None:
    units_ = [erased() for _ in range(3)]
    assert (journal.ship(), journal.ship()) == (3, 0)
    assert [entry.unit for entry in journal.entries()] == units_


def test_it_is_written_as_soon_as_the_key_is_gone(
    keyring: Keyring, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(using="keystore", execute=True):
        unit = erased()
    assert [entry.unit for entry in journal.entries()] == [unit]


def test_a_restored_key_is_found_and_destroyed_again(keyring: Keyring) -> None:
    unit = units.line(uuid4())
    records.seal(operator="demo", unit=unit, category=IDENTITY, value={"name": "孙示例"})
    row = UnitKey.objects.get(unit=unit.id)
    keys.destroy("demo", [unit])
    journal.ship()
    assert keys.brought_back() == 0
    brought_back(row)
    assert keys.brought_back() == 1
    assert (keys.replay(), keys.replay()) == (1, 0)
    assert keys.brought_back() == 0
    with pytest.raises(Erased):
        records.open_one(operator="demo", unit=unit, category=IDENTITY)
    assert journal.ship() == 0  # what is replayed is not written again


def test_a_keystore_that_forgot_without_the_key_is_found_as_well(keyring: Keyring) -> None:
    unit = erased()
    journal.ship()
    DestroyedKey.objects.filter(unit=unit.id).delete()
    assert keys.brought_back() == 1


def test_the_longer_copy_counts(keyring: Keyring) -> None:
    erased()
    journal.ship()
    first, second = journal.places()
    first.unlink()
    assert len(list(journal.entries())) == 1
    erased()
    journal.ship()
    assert len(second.read_text().splitlines()) == 2
    assert first.read_bytes() == second.read_bytes()


def test_a_copy_that_is_gone_or_behind_is_made_whole_before_anything_is_added(
    keyring: Keyring,
) -> None:
    erased()
    erased()
    journal.ship()
    first, second = journal.places()
    whole = first.read_bytes()
    second.unlink()
    assert journal.copies() == 1
    journal.ship()
    assert (second.read_bytes(), journal.copies()) == (whole, 2)
    first.write_bytes(whole.splitlines(keepends=True)[0])
    assert journal.copies() == 1
    journal.ship()
    assert first.read_bytes() == second.read_bytes() == whole


def test_copies_that_differ_are_left_as_they_are(keyring: Keyring) -> None:
    erased()
    journal.ship()
    second = journal.places()[1]
    second.write_bytes(b'{"other": 1}\n')
    erased()
    with pytest.raises(JournalDamaged, match="copies"):
        journal.ship()
    assert DestroyedKey.objects.filter(shipped=False).count() == 1
    assert len(list(journal.entries())) == 1


def test_a_journal_that_is_gone_does_not_begin_anew(keyring: Keyring) -> None:
    assert journal.copies() == 2
    erased()
    journal.ship()
    for place in journal.places():
        place.unlink()
    assert journal.copies() == 0
    erased()
    with pytest.raises(JournalLost):
        journal.ship()
    assert not any(place.exists() for place in journal.places())


def test_a_damaged_line_in_one_copy_is_read_from_the_other(keyring: Keyring) -> None:
    unit = erased()
    journal.ship()
    first, _ = journal.places()
    first.write_text(f"?{first.read_text()}")
    assert journal.copies() == 1
    assert [entry.unit for entry in journal.entries()] == [unit]


def test_one_damaged_copy_alone_is_not_an_empty_journal(keyring: Keyring) -> None:
    erased()
    journal.ship()
    first, second = journal.places()
    first.write_text("?\n")
    second.unlink()
    with pytest.raises(JournalDamaged, match=r"erasures\.jsonl:1"):
        list(journal.entries())
    with pytest.raises(JournalDamaged):
        journal.mend()


@pytest.mark.parametrize("copy", [0, 1])
def test_a_damaged_copy_is_mended_from_the_other_and_set_aside(keyring: Keyring, copy: int) -> None:
    erased()
    journal.ship()
    place, other = journal.places()[copy], journal.places()[1 - copy]
    place.write_text(f"?{place.read_text()}")
    assert journal.mend() == [place]
    assert place.read_bytes() == other.read_bytes()
    assert len(list(place.parent.glob("*.aside-*"))) == 1
    assert journal.mend() == []


def test_what_the_files_lack_is_written_again(keyring: Keyring) -> None:
    unit = erased()
    journal.ship()
    for place in journal.places():
        place.write_text("?\n")
    journal.restate()
    assert journal.ship() == 1
    assert [entry.unit for entry in journal.entries()] == [unit]
    journal.restate()
    assert (journal.ship(), journal.copies()) == (0, 2)


def test_its_hash_grows_with_it_and_does_not_follow_what_is_rewritten(keyring: Keyring) -> None:
    erased()
    journal.ship()
    whole = journal.places()[0].read_bytes()
    assert journal.digest() == (len(whole), hashlib.sha256(whole).digest())
    erased()
    journal.ship()
    grown = journal.places()[0].read_bytes()
    for place in journal.places():
        place.write_bytes(grown + b'{"cut')  # by a crash: no part of it is counted
    assert journal.digest() == (len(grown), hashlib.sha256(grown).digest())
    for place in journal.places():
        place.write_bytes(b"x" + grown[1:])
    claim = journal.digest()
    assert journal.unfitting([claim]) == {claim}
    for place in journal.places():
        place.write_bytes(whole)
    assert journal.digest() == (len(whole), hashlib.sha256(whole).digest())


def test_a_line_cut_short_is_passed_over_and_written_again(keyring: Keyring) -> None:
    units_ = [erased(), erased()]
    journal.ship()
    for place in journal.places():
        whole = place.read_bytes()
        place.write_bytes(whole[:-20])
    assert [entry.unit for entry in journal.entries()] == units_[:1]
    DestroyedKey.objects.filter(unit=units_[1].id).update(shipped=False)
    journal.ship()
    assert [entry.unit for entry in journal.entries()] == units_


@pytest.mark.parametrize("line", ["not json", "[]", '{"operator": "demo", "kind": "line"}'])
def test_a_damaged_line_is_named(keyring: Keyring, line: str) -> None:
    erased()
    journal.ship()
    for place in journal.places():
        place.write_text(f"{place.read_text()}{line}\n")
    with pytest.raises(JournalDamaged, match=r"erasures\.jsonl:2"):
        keys.brought_back()


def test_nothing_is_mended_where_both_copies_are_whole(keyring: Keyring) -> None:
    erased()
    journal.ship()
    assert journal.mend() == []
    assert journal.copies() == 2


def test_nothing_is_mended_from_nothing(keyring: Keyring) -> None:
    erased()
    journal.ship()
    for place in journal.places():
        place.write_bytes(b"no line of ours\n")
    with pytest.raises(JournalDamaged):
        journal.mend()
    for place in journal.places():
        place.unlink()
    with pytest.raises(JournalLost):
        journal.mend()


def test_a_copy_that_is_gone_is_mended_without_setting_anything_aside(keyring: Keyring) -> None:
    erased()
    journal.ship()
    first, second = journal.places()
    first.unlink()
    assert journal.mend() == [first]
    assert first.read_bytes() == second.read_bytes()
    assert not list(first.parent.glob("*.aside-*"))


def test_the_keys_destroyed_last_are_told_by_operator(keyring: Keyring) -> None:
    one, two, three = (erased() for _ in range(3))
    other = units.holder(uuid4())
    keys.destroy("another", [other, units.case(uuid4())])
    assert keys.last_destroyed(3) == [("another", {other}), ("demo", {two, three})]
    assert keys.last_destroyed(99) == [("another", {other}), ("demo", {one, two, three})]


def test_all_destroyed_keys_are_gone_through_in_parts(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [erased() for _ in range(5)]
    monkeypatch.setattr(journal, "BATCH", 2)
    parts = list(keys.all_destroyed())
    assert [operator for operator, _ in parts] == ["demo"] * 3
    assert [len(part) for _, part in parts] == [2, 2, 1]
    assert set().union(*(part for _, part in parts)) == set(gone)
    journal.ship()
    DestroyedKey.objects.all().delete()
    assert keys.replay() == 0
    assert {entry.unit for entry in journal.entries()} == set(gone)
    assert DestroyedKey.objects.count() == 5


def test_nothing_was_destroyed_of_nothing(keyring: Keyring) -> None:
    unit = erased()
    assert keys.was_destroyed("demo", []) == frozenset()
    assert keys.was_destroyed("demo", [unit, units.line(uuid4())]) == {unit}
    assert keys.was_destroyed("another", [unit]) == frozenset()


def test_of_two_copies_the_longer_is_read_whichever_it_is(keyring: Keyring) -> None:
    erased()
    erased()
    journal.ship()
    for place in journal.places():
        whole = place.read_bytes()
        place.write_bytes(whole.splitlines(keepends=True)[0])
        assert len(list(journal.entries())) == 2
        place.write_bytes(whole)


def test_nothing_is_destroyed_of_nothing(keyring: Keyring) -> None:
    assert keys.destroy("demo", []) == 0
    assert journal.ship() == 0


def test_where_nothing_was_ever_written_nothing_is_mended(keyring: Keyring) -> None:
    assert journal.mend() == []
    assert list(journal.entries()) == []
