"""When an epoch ends, every living key goes on and every older backup of keys is dead."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connections, transaction
from django.db.models.functions import Now

from xiaohu.core.retention import Category
from xiaohu.vault import box, epoch_files, epochs, files, keys, records, units
from xiaohu.vault.epoch_files import EpochKeyDamaged, EpochKeyLost, EpochKeyTaken
from xiaohu.vault.keys import Erased, KeystoreUnavailable
from xiaohu.vault.keystore.models import DestroyedKey, EpochKey, UnitKey
from xiaohu.vault.router import KEYSTORE

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

CANARY = "钱示例-1184"
IDENTITY = Category.REGISTRATION_IDENTITY
Keyring = tuple[Path, Path]


def sealed() -> units.Unit:
    """Seal the canary under a fresh line."""
    unit = units.line(uuid4())
    records.seal(operator="demo", unit=unit, category=IDENTITY, value={"name": CANARY})
    return unit


def opened(unit: units.Unit) -> dict[str, str]:
    """Read it again."""
    return records.open_one(operator="demo", unit=unit, category=IDENTITY)


Rows = tuple[list[EpochKey], list[UnitKey]]


def backup() -> Rows:
    """Return the rows a backup of the keystore would hold."""
    return list(EpochKey.objects.order_by("pk")), list(UnitKey.objects.order_by("pk"))


def restored(rows: Rows) -> None:
    """Put those rows back in place of what is there."""
    for model in (UnitKey, EpochKey, DestroyedKey):
        model.objects.all().delete()
    EpochKey.objects.bulk_create(rows[0])
    UnitKey.objects.bulk_create(rows[1])


def test_the_key_of_an_epoch_is_in_both_places_and_in_no_table(keyring: Keyring) -> None:
    epoch = epochs.current()
    held = [(folder / f"{epoch}.key").read_bytes() for folder in keyring]
    assert held[0] == held[1]
    assert all((folder / f"{epoch}.key").stat().st_mode & 0o077 == 0 for folder in keyring)
    assert {field.name for field in EpochKey._meta.concrete_fields} == {"id", "made_at"}


def test_a_roll_goes_through_every_living_key(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "BATCH", 2)
    alive = [sealed() for _ in range(5)]
    before = epochs.current()
    assert epochs.roll() > before
    assert set(UnitKey.objects.values_list("epoch_id", flat=True)) == {epochs.current()}
    assert [opened(unit) for unit in alive] == [{"name": CANARY}] * 5
    assert epoch_files.kept() == {epochs.current()}


def test_an_older_backup_of_keys_opens_nothing(keyring: Keyring) -> None:
    unit = sealed()
    kept = backup()
    keys.destroy("demo", [unit])
    epochs.roll()
    restored(kept)
    with pytest.raises(KeystoreUnavailable):
        opened(unit)


def test_within_the_epoch_it_would_open_which_is_why_the_journal_exists(keyring: Keyring) -> None:
    unit = sealed()
    kept = backup()
    keys.destroy("demo", [unit])
    restored(kept)
    assert opened(unit) == {"name": CANARY}


def test_new_keys_belong_to_the_new_epoch_while_a_roll_goes_on(keyring: Keyring) -> None:
    old = sealed()
    epoch = epochs.begin()
    new = sealed()
    assert UnitKey.objects.get(unit=new.id).epoch_id == epoch
    assert UnitKey.objects.get(unit=old.id).epoch_id < epoch
    assert opened(old) == opened(new) == {"name": CANARY}
    assert epochs.begin() == epoch  # it goes on, another is not begun
    while epochs.roll_on():
        pass
    assert opened(old) == {"name": CANARY}


def test_what_a_roll_cut_short_left_behind_goes_with_the_next(keyring: Keyring) -> None:
    first = epochs.current()
    epochs.roll()
    left_behind = (keyring[0] / f"{first}.key", keyring[1] / f"{first}.key")
    for place in left_behind:
        place.write_bytes(b"left by a process that was killed")
    epochs.roll()
    assert not any(place.exists() for place in left_behind)


def test_a_key_that_does_not_open_stops_the_roll_with_nothing_destroyed(keyring: Keyring) -> None:
    unit, other = sealed(), sealed()
    UnitKey.objects.filter(unit=other.id).update(wrapped=b"\x01\x01 not a key of ours at all")
    before = epochs.current()
    epochs.begin()
    with pytest.raises(box.BoxRefused), transaction.atomic(using=KEYSTORE):
        epochs.roll_on()
    assert before in epoch_files.kept()
    assert opened(unit) == {"name": CANARY}


def test_one_copy_is_enough_to_go_on(keyring: Keyring) -> None:
    unit = sealed()
    epochs._key_of.cache_clear()
    (keyring[0] / f"{epochs.current()}.key").unlink()
    assert opened(unit) == {"name": CANARY}


def test_without_any_copy_it_is_unavailable_and_never_erased(keyring: Keyring) -> None:
    unit = sealed()
    file = uuid4()
    closed = files.seal(operator="demo", unit=unit, file_id=file, data=b"scan")
    epochs._key_of.cache_clear()
    for folder in keyring:
        (folder / f"{epochs.current()}.key").unlink()
    with pytest.raises(EpochKeyLost):
        epochs.key_of(epochs.current())
    with pytest.raises(KeystoreUnavailable):
        opened(unit)
    with pytest.raises(KeystoreUnavailable):
        keys.fetch_or_make("demo", [units.line(uuid4())])
    with pytest.raises(KeystoreUnavailable):
        keys.make("demo", [units.line(uuid4())])
    with pytest.raises(KeystoreUnavailable):
        files.open_file(operator="demo", unit=unit, file_id=file, sealed=closed)


def test_a_file_whose_key_is_missing_is_not_called_erased(keyring: Keyring) -> None:
    unit, file = sealed(), uuid4()
    closed = files.seal(operator="demo", unit=unit, file_id=file, data=b"scan")
    UnitKey.objects.filter(unit=unit.id).delete()
    with pytest.raises(KeystoreUnavailable):
        files.open_file(operator="demo", unit=unit, file_id=file, sealed=closed)
    keys.destroy("demo", [unit])
    with pytest.raises(Erased):
        files.open_file(operator="demo", unit=unit, file_id=file, sealed=closed)


@pytest.mark.parametrize(("days", "rolls"), [(6, False), (8, True)])
def test_an_epoch_ends_when_it_is_old_enough(keyring: Keyring, days: int, rolls: bool) -> None:
    first = epochs.current()
    EpochKey.objects.filter(pk=first).update(made_at=Now() - timedelta(days=days))
    asked = []
    epochs.keep_fresh(every=timedelta(days=7), first=lambda: asked.append(True))
    assert (epochs.current() > first) is rolls
    assert asked == [True] * rolls


def test_no_epoch_begins_where_the_keys_are_not_whole(keyring: Keyring) -> None:
    first = epochs.current()
    EpochKey.objects.filter(pk=first).update(made_at=Now() - timedelta(days=8))
    with pytest.raises(ZeroDivisionError):
        epochs.keep_fresh(every=timedelta(days=7), first=lambda: 1 // 0)  # type: ignore[arg-type]
    assert epochs.current() == first


def test_an_older_keystore_never_writes_over_the_key_of_today(keyring: Keyring) -> None:
    sealed()
    kept = backup()
    today = epochs.roll()
    held = [(folder / f"{today}.key").read_bytes() for folder in keyring]
    restored(kept)
    epochs._key_of.cache_clear()
    with pytest.raises(EpochKeyLost):
        epochs.roll()
    assert [(folder / f"{today}.key").read_bytes() for folder in keyring] == held
    with pytest.raises(EpochKeyTaken, match=rf"{today}\.key"):
        epoch_files.write(today, b"another")
    assert [(folder / f"{today}.key").read_bytes() for folder in keyring] == held


@pytest.mark.parametrize("copy", [0, 1])
def test_a_damaged_copy_is_passed_over_named_and_mended(keyring: Keyring, copy: int) -> None:
    unit, epoch = sealed(), epochs.current()
    place = keyring[copy] / f"{epoch}.key"
    whole = place.read_bytes()
    place.write_bytes(bytes([*whole[:-1], whole[-1] ^ 1]))
    epochs._key_of.cache_clear()
    assert opened(unit) == {"name": CANARY}
    assert epochs.broken_copies() == [place]
    assert epochs.mend() == [place]
    assert place.read_bytes() == whole
    assert place.stat().st_mode & 0o077 == 0
    assert epochs.mend() == epochs.broken_copies() == []


def test_two_damaged_copies_are_unavailable_and_left_as_they_are(keyring: Keyring) -> None:
    unit, epoch = sealed(), epochs.current()
    for folder in keyring:
        (folder / f"{epoch}.key").write_bytes(b"\x01\x01 no key of ours whatever it says")
    epochs._key_of.cache_clear()
    with pytest.raises(KeystoreUnavailable):
        opened(unit)
    with pytest.raises(EpochKeyDamaged):
        epochs.mend()


def test_who_died_before_the_files_were_gone_is_made_up_for(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, old = sealed(), epochs.current()
    with monkeypatch.context() as dying:
        dying.setattr(epochs, "_destroy_all_before", lambda _epoch: None)
        epochs.roll()
    assert epochs.left_behind() == {old}
    epochs.keep_fresh(every=timedelta(days=7), first=lambda: None)
    assert epochs.left_behind() == frozenset()
    assert epoch_files.kept() == {epochs.current()}
    assert opened(unit) == {"name": CANARY}


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
def test_who_wraps_by_an_epoch_that_just_ended_does_it_again(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = epochs.current()
    old_key = epochs.key_of(old)
    epochs.roll()
    real, stale = epochs.current, [old]
    monkeypatch.setattr(epochs, "current", lambda: stale.pop() if stale else real())
    monkeypatch.setattr(
        epochs, "key_of", lambda e, real=epochs.key_of: old_key if e == old else real(e)
    )
    line, holder = units.line(uuid4()), units.holder(uuid4())
    made = keys.fetch_or_make("demo", [line])
    stale.append(old)
    drawn = keys.make("demo", [holder])
    assert keys.fetch("demo", [line, holder]) == {line: made[line], holder: drawn[0]}
    assert not connections[KEYSTORE].in_atomic_block


def test_a_roll_cut_short_goes_on_and_no_other_begins(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "BATCH", 1)
    monkeypatch.setattr(epochs, "AT_A_TIME_SECONDS", 0)
    alive = [sealed() for _ in range(3)]
    first = epochs.current()
    following = epochs.begin()
    assert epochs.begin() == following == epochs.current()
    turns = 0
    while EpochKey.objects.filter(pk=first).exists():
        epochs.keep_fresh(every=timedelta(days=7), first=fails)
        turns += 1
    assert turns == len(alive) + 1
    assert [opened(unit) for unit in alive] == [{"name": CANARY}] * 3


def fails() -> None:
    """Stand in for what is called before an epoch begins."""
    raise AssertionError("an epoch begins")


def test_an_epoch_says_since_when_it_lasts(keyring: Keyring) -> None:
    first = epochs.current()
    made = epochs.begun_at()
    assert made == EpochKey.objects.get(pk=first).made_at
    epochs.roll()
    assert epochs.begun_at() == EpochKey.objects.get(pk=epochs.current()).made_at


def test_what_is_left_stays_while_the_key_of_today_is_not_whole(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed()
    old = epochs.current()
    with monkeypatch.context() as dying:
        dying.setattr(epochs, "_destroy_all_before", lambda _epoch: None)
        epochs.roll()
    for place in epoch_files.places(epochs.current()):
        place.unlink()
    epochs._remove_what_was_left()
    assert old in epoch_files.kept()


def test_a_key_that_cannot_be_read_again_is_not_relied_on(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epoch_files, "_write", lambda place, _wrapped: place.write_bytes(b"half"))
    with pytest.raises(EpochKeyLost), transaction.atomic(using=KEYSTORE):
        epochs.begin()
    assert not EpochKey.objects.exists()


def test_a_key_is_destroyed_once_and_strange_files_are_none(keyring: Keyring) -> None:
    epoch = epochs.current()
    for folder in keyring:
        (folder / "notes.key").write_bytes(b"no epoch")
    assert epoch_files.kept() == {epoch}
    keyring[0].joinpath(f"{epoch}.key").unlink()
    assert epoch_files.kept() == {epoch}
    for _ in range(2):
        epoch_files.destroy(epoch)
    assert epoch_files.kept() == frozenset()
    assert epoch_files.read(epoch) == {}


def test_a_little_is_long_enough_for_a_few_keys(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "BATCH", 1)
    alive = [sealed() for _ in range(3)]
    first = epochs.current()
    epochs.begin()
    epochs.keep_fresh(every=timedelta(days=7), first=fails)
    assert not EpochKey.objects.filter(pk=first).exists()
    assert [opened(unit) for unit in alive] == [{"name": CANARY}] * 3


def test_a_key_that_was_wrapped_wrongly_keeps_its_old_wrapping(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit, first = sealed(), epochs.current()
    epochs.begin()
    really = box.Lock.seal
    with monkeypatch.context() as wrong:
        wrong.setattr(box.Lock, "seal", lambda own, plain, to: really(own, bytes(len(plain)), to))
        with pytest.raises(box.BoxRefused):
            epochs.roll_on()
    assert UnitKey.objects.get(unit=unit.id).epoch_id == first
    assert opened(unit) == {"name": CANARY}
