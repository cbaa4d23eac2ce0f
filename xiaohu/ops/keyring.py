"""What can be seen of the keys from outside, and what stops a start."""

from dataclasses import dataclass
from datetime import datetime

from xiaohu.ops.sentences import CannotStart
from xiaohu.vault import epoch_files, epochs, journal, keys
from xiaohu.vault.keystore.models import DestroyedKey, UnitKey


@dataclass(frozen=True, slots=True)
class Keyring:
    """The current epoch with its copies, how many keys there are, and what the journal lacks or has over."""

    epoch: int
    since: datetime
    copies: int
    keys: int
    destroyed: int
    unshipped: int
    brought_back: int

    @property
    def is_well(self) -> bool:
        """Say whether both copies are there, all is shipped and nothing came back."""
        whole = self.copies == len(epoch_files.folders())
        return whole and not self.unshipped and not self.brought_back

    def as_json(self) -> dict[str, str | int]:
        """Return it as plain values."""
        return {
            "epoch": self.epoch,
            "since": self.since.isoformat(timespec="seconds"),
            "copies": self.copies,
            "keys": self.keys,
            "destroyed": self.destroyed,
            "unshipped": self.unshipped,
            "brought_back": self.brought_back,
        }


def look() -> Keyring:
    """Look at the keys."""
    epoch = epochs.current()
    return Keyring(
        epoch=epoch,
        since=epochs.begun_at(),
        copies=epoch_files.copies(epoch),
        keys=UnitKey.objects.count(),
        destroyed=DestroyedKey.objects.count(),
        unshipped=DestroyedKey.objects.filter(shipped=False).count(),
        brought_back=keys.brought_back(),
    )


def require_whole() -> None:
    """Refuse to start where erased data could be read again, or where a key is lost.

    Raises:
        CannotStart: a keystore was restored without replaying the journal, the journal is damaged,
            or no copy of the current epoch's key can be read.
    """
    try:
        back = keys.brought_back()
    except journal.JournalDamaged as damaged:
        raise CannotStart(
            f"删除记录 {damaged} 已损坏，请从另一份副本恢复该文件。",
            f"The erasure journal is damaged at {damaged}; restore the file from its other copy.",
        ) from None
    if back:
        raise CannotStart(
            f"密钥库是从旧备份恢复的，有 {back} 个已销毁的密钥又出现了；请先运行：xiaohu keys replay",
            f"The keystore was restored from a backup older than {back} erasures; before anything"
            " can be read again, run: xiaohu keys replay",
        )
    try:
        epochs.key_of(epochs.current())
    except epoch_files.EpochKeyLost as lost:
        raise CannotStart(
            f"密钥文件缺失：{lost}；请从托管副本恢复，步骤见 docs/keys.md。",
            f"Key files are missing: {lost}; bring them back from escrow, see docs/keys.md.",
        ) from None
