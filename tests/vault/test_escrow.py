"""The escrow of the runbook, followed: a copy of the keys folder opens every key, or says why not."""

import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from xiaohu.core.retention import Category
from xiaohu.vault import epochs, escrow, journal, keys, records, units
from xiaohu.vault.escrow import EscrowRefused, Lack, Opened
from xiaohu.vault.keystore.models import UnitKey

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
Keyring = tuple[Path, Path]


@pytest.fixture
def folder(keyring: Keyring, tmp_path: Path) -> Path:
    """What the runbook puts in escrow, with three units to open."""
    for _ in range(3):
        records.seal(
            operator="demo",
            unit=units.holder(uuid4()),
            category=Category.CONTACT,
            value={"to": "someone@example.com"},
        )
    made = tmp_path / "escrow"
    shutil.copytree(keyring[0], made / "epochs")
    assert settings.XIAOHU.root_key is not None
    (made / "root.key").write_text(settings.XIAOHU.root_key.get_secret_value())
    return made


def test_a_whole_copy_opens_everything(folder: Path) -> None:
    assert escrow.opens(folder) == Opened(epochs=1, keys=3)


def test_a_copy_older_than_the_epoch_names_what_is_missing(folder: Path) -> None:
    epochs.roll()
    with pytest.raises(EscrowRefused) as refused:
        escrow.opens(folder)
    assert (refused.value.lack, Path(refused.value.what).name) == (
        Lack.MISSING,
        f"{epochs.current()}.key",
    )


@pytest.mark.parametrize(
    ("text", "lack"), [("00" * 32, Lack.OTHER_ROOT), ("not a key", Lack.ROOT), (None, Lack.ROOT)]
)
def test_another_root_key_is_named(folder: Path, text: str | None, lack: Lack) -> None:
    place = folder / "root.key"
    place.unlink() if text is None else place.write_text(text)
    with pytest.raises(EscrowRefused) as refused:
        escrow.opens(folder)
    assert refused.value.lack == lack


def test_a_unit_key_that_does_not_open_is_named(folder: Path) -> None:
    row = UnitKey.objects.order_by("pk")[1]
    UnitKey.objects.filter(pk=row.pk).update(wrapped=bytes(reversed(row.wrapped)))
    with pytest.raises(EscrowRefused) as refused:
        escrow.opens(folder)
    assert (refused.value.lack, refused.value.what) == (Lack.UNIT, str(row.pk))


def test_a_copy_of_the_journal_may_be_older_but_never_another(
    folder: Path, keyring: Keyring
) -> None:
    copy = folder / journal.NAME
    keys.destroy("demo", [units.line(uuid4())])
    journal.ship()
    with pytest.raises(EscrowRefused) as refused:
        escrow.opens(folder)
    assert (refused.value.lack, refused.value.what) == (Lack.JOURNAL, str(copy))
    shutil.copyfile(journal.places()[0], copy)
    keys.destroy("demo", [units.line(uuid4())])
    journal.ship()
    assert escrow.opens(folder).keys == 3
    copy.write_bytes(copy.read_bytes().replace(b"line", b"lime"))
    with pytest.raises(EscrowRefused) as changed:
        escrow.opens(folder)
    assert changed.value.lack == Lack.JOURNAL
