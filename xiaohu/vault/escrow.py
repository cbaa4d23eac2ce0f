"""Whether a folder kept elsewhere would bring the data back: root key and epoch keys, tried on every unit key."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xiaohu.vault import box, journal, journal_copies
from xiaohu.vault.epoch_files import SUFFIX
from xiaohu.vault.keystore.models import EpochKey, UnitKey
from xiaohu.vault.root import RootKeyRefused, derived

CHUNK = 5000


class Lack(StrEnum):
    """Why a folder would not do."""

    ROOT = "root"
    MISSING = "missing"
    OTHER_ROOT = "other_root"
    UNIT = "unit"
    JOURNAL = "journal"


class EscrowRefused(Exception):
    """The folder would not bring the data back; `what` names the file or unit key."""

    def __init__(self, lack: Lack, what: str) -> None:
        super().__init__(lack)
        self.lack = lack
        self.what = what


@dataclass(frozen=True, slots=True)
class Opened:
    """What a folder opens."""

    epochs: int
    keys: int


def opens(folder: Path) -> Opened:
    """Open every unit key with the keys in a folder; nothing in it is changed.

    Raises:
        EscrowRefused: a file is missing or damaged, or a unit key does not open.
    """
    _require_journal(folder / journal.NAME)
    root = _root(folder / "root.key")
    keys = {
        epoch: _epoch(folder, epoch, root)
        for epoch in EpochKey.objects.values_list("pk", flat=True)
    }
    opened = 0
    for row in UnitKey.objects.order_by("pk").iterator(chunk_size=CHUNK):
        try:
            box.open_box(
                keys[row.epoch_id],
                bytes(row.wrapped),
                belongs_to=(row.operator, row.kind, str(row.unit)),
            )
        except box.BoxRefused:
            raise EscrowRefused(Lack.UNIT, str(row.pk)) from None
        opened += 1
    return Opened(epochs=len(keys), keys=opened)


def _require_journal(copy: Path) -> None:
    """Want a copy of the journal that today's goes on from: it may have grown since, and never changed."""
    if not journal.length():
        return
    size = journal_copies.whole(copy)
    if not size or journal_copies.unfitting(journal.places(), [journal_copies.claim(copy, size)]):
        raise EscrowRefused(Lack.JOURNAL, str(copy))


def _root(place: Path) -> bytes:
    try:
        return derived(place.read_text(encoding="ascii"), "epoch")
    except (OSError, UnicodeDecodeError, RootKeyRefused):
        raise EscrowRefused(Lack.ROOT, str(place)) from None


def _epoch(folder: Path, epoch: int, root: bytes) -> bytes:
    place = folder / "epochs" / f"{epoch}{SUFFIX}"
    try:
        return box.open_box(root, place.read_bytes(), belongs_to=("epoch", str(epoch)))
    except OSError:
        raise EscrowRefused(Lack.MISSING, str(place)) from None
    except box.BoxRefused:
        raise EscrowRefused(Lack.OTHER_ROOT, str(place)) from None
