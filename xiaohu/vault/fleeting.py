"""What lives for minutes and belongs to no unit yet: sealed under a key of the epoch, and gone with it.

A key derived from the root would open such a value in a backup for ever. The key of an epoch is
destroyed after days, so what was sealed cannot be read any more wherever a copy of it lies.
"""

from xiaohu.vault import box, epoch_files, epochs
from xiaohu.vault.root import derived


def seal(purpose: str, plain: bytes, *, belongs_to: tuple[str, ...]) -> bytes:
    """Return a box that opens until the epoch is over; asks no database once there is an epoch.

    Raises:
        EpochKeyLost: the key of the epoch cannot be read.
    """
    epoch = max(epoch_files.kept(), default=0) or epochs.current()
    return box.seal(_key(epoch, purpose), plain, belongs_to=belongs_to)


def open_box(purpose: str, sealed: bytes, *, belongs_to: tuple[str, ...]) -> bytes | None:
    """Return what is inside; None once its epoch is over, or where it is none of ours."""
    for epoch in sorted(epoch_files.kept(), reverse=True):
        try:
            return box.open_box(_key(epoch, purpose), sealed, belongs_to=belongs_to)
        except (box.BoxRefused, epoch_files.EpochKeyLost):
            continue
    return None


def _key(epoch: int, purpose: str) -> bytes:
    return derived(epochs.key_of(epoch).hex(), purpose)
