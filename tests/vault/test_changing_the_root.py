"""Another root key wraps the keys of epochs; all that is derived for other purposes stays."""

from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from pydantic import SecretStr

from xiaohu.config.options import Options
from xiaohu.core.retention import Category
from xiaohu.vault import box, epoch_files, epochs, records, root, units
from xiaohu.vault.epoch_files import EpochKeyDamaged

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
Keyring = tuple[Path, Path]


@pytest.fixture
def root_file(keyring: Keyring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return the file of a root key of this test's own."""
    given = settings.XIAOHU.model_copy(update={"root_key": None, "data_dir": tmp_path})
    monkeypatch.setattr(settings, "XIAOHU", given)
    return tmp_path / "keys" / "root.key"


def sealed() -> units.Unit:
    """Seal something under a fresh line."""
    unit = units.line(uuid4())
    records.seal(operator="demo", unit=unit, category=Category.CONTACT, value={"to": "a"})
    return unit


def is_readable(unit: units.Unit) -> bool:
    """Say whether it can be read by whoever remembers nothing."""
    epochs._key_of.cache_clear()
    said = records.open_one(operator="demo", unit=unit, category=Category.CONTACT)
    return said == {"to": "a"}


def other_purpose(root_file: Path) -> bytes:
    """Return the key of a purpose that wraps nothing."""
    return root.derived(root_file.read_text(), "blind demo number")


def test_all_goes_on_under_another_key(root_file: Path, keyring: Keyring) -> None:
    unit = sealed()
    old, kept = root_file.read_text(), other_purpose(root_file)
    for _ in range(2):
        epochs.change_root()
        assert is_readable(unit)
        assert other_purpose(root_file) == kept
        assert old not in root_file.read_text().split()[0]
        assert len(root_file.read_text().split()) == 2
    assert root_file.stat().st_mode & 0o077 == 0
    assert not list(root_file.parent.glob("root.next*"))
    assert epochs.broken_copies() == []
    for folder in keyring:
        wrapped = (folder / f"{epochs.current()}.key").read_bytes()
        with pytest.raises(box.BoxRefused):
            box.open_box(
                root.derived(old, "epoch"), wrapped, belongs_to=("epoch", str(epochs.current()))
            )


@pytest.mark.parametrize("done", [0, 1, 2])
def test_whoever_dies_half_way_leaves_everything_readable(
    root_file: Path, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    unit, mended = sealed(), list[Path]()
    real = epoch_files.mend

    def dying(place: Path, wrapped: bytes) -> None:
        if len(mended) == done:
            raise KeyboardInterrupt
        real(place, wrapped)
        mended.append(place)

    with monkeypatch.context() as patched:
        patched.setattr(epoch_files, "mend", dying)
        if done == 2:
            patched.setattr(epochs, "accept_next", lambda: dying(root_file, b""))
        with pytest.raises(KeyboardInterrupt):
            epochs.change_root()
    assert is_readable(unit)
    assert epochs.broken_copies() == []
    assert len(root_file.read_text().split()) == 1
    drawn = root_file.with_name("root.next").read_text()
    epochs.change_root()
    assert root_file.read_text() == drawn
    assert is_readable(unit)


def test_a_key_nobody_can_open_keeps_the_root_as_it_is(root_file: Path, keyring: Keyring) -> None:
    sealed()
    before = root_file.read_text()
    for folder in keyring:
        (folder / f"{epochs.current()}.key").write_bytes(b"\x01\x01 no key of ours, whatever it is")
    with pytest.raises(EpochKeyDamaged):
        epochs.change_root()
    assert root_file.read_text() == before


def test_the_environment_takes_both_lines_of_a_root_key_that_was_changed(root_file: Path) -> None:
    sealed()
    epochs.change_root()
    both = " ".join(root_file.read_text().split())
    given = Options(root_key=SecretStr(both)).root_key
    assert given is not None
    assert root.derived(given.get_secret_value(), "epoch") == root.derived(both, "epoch")
    with pytest.raises(ValueError, match="64"):
        Options(root_key=SecretStr(f"{both} {both}"))


def test_a_key_that_was_wrapped_wrongly_keeps_the_root_as_it_is(
    root_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    epoch, before = epochs.current(), root_file.read_text()
    following, really = root.draw_next(), epoch_files.mend
    another = box.seal(following, bytes(32), belongs_to=("epoch", str(epoch)))
    monkeypatch.setattr(epoch_files, "mend", lambda place, _: really(place, another))
    with pytest.raises(box.BoxRefused):
        epochs.change_root()
    assert root_file.read_text() == before
