"""What can be seen of the keys from outside, and what stops a start."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from xiaohu.ops.sentences import CannotStart
from xiaohu.trail import auditing
from xiaohu.vault import epoch_files, epochs, journal, keys
from xiaohu.vault.box import BoxRefused
from xiaohu.vault.keystore.models import DestroyedKey, UnitKey
from xiaohu.vault.root import RootKeyRefused


@dataclass(frozen=True, slots=True)
class Keyring:
    """The current epoch with its whole copies, how many keys there are, and how it stands with the journal.

    `journal` is how many copies have all that was written, `cut` the checkpoint it does not go on
    from, `broken` the key files that are gone or do not open, `left` those of epochs that are over.
    """

    epoch: int
    since: datetime
    copies: int
    keys: int
    destroyed: int
    unshipped: int
    brought_back: int
    journal: int
    cut: int | None
    broken: tuple[str, ...]
    left: int

    @property
    def is_well(self) -> bool:
        """Say whether both copies of everything are whole, all is shipped and nothing came back or is left."""
        both = len(epoch_files.folders())
        whole = self.copies == self.journal == both and not self.broken and self.cut is None
        return whole and not self.unshipped and not self.brought_back and not self.left

    def as_json(self) -> dict[str, str | int | list[str] | None]:
        """Return it as plain values."""
        return {
            "epoch": self.epoch,
            "since": self.since.isoformat(timespec="seconds"),
            "copies": self.copies,
            "keys": self.keys,
            "destroyed": self.destroyed,
            "unshipped": self.unshipped,
            "brought_back": self.brought_back,
            "journal": self.journal,
            "cut": self.cut,
            "broken": list(self.broken),
            "left": self.left,
        }


def look() -> Keyring:
    """Look at the keys.

    Raises:
        JournalDamaged: no copy of the journal can be read.
    """
    epoch = epochs.current()
    return Keyring(
        epoch=epoch,
        since=epochs.begun_at(),
        copies=len(epochs.whole_copies(epoch)),
        keys=UnitKey.objects.count(),
        destroyed=DestroyedKey.objects.count(),
        unshipped=DestroyedKey.objects.filter(shipped=False).count(),
        brought_back=keys.brought_back(),
        journal=journal.copies(),
        cut=auditing.journal_cut(),
        broken=tuple(str(place) for place in epochs.broken_copies()),
        left=len(epochs.left_behind()),
    )


def require_whole() -> None:
    """Refuse to go on where erased data could be read again, or where a key is lost.

    Raises:
        CannotStart: a keystore was restored without replaying the journal, the journal is damaged,
            gone or shorter than what was signed of it, or no copy of the current epoch's key opens.
    """
    with told():
        if journal.is_lost():
            raise journal.JournalLost(_journals())
        _require_uncut()
        back = keys.brought_back()
        if back:
            raise CannotStart(
                f"密钥库是从旧备份恢复的，有 {back} 个已销毁的密钥又出现了；请先运行：xiaohu keys replay",
                f"The keystore was restored from a backup older than {back} erasures; before anything"
                " can be read again, run: xiaohu keys replay",
            )
        epochs.key_of(epochs.current())


def _require_uncut() -> None:
    cut = auditing.journal_cut()
    if cut is not None:
        raise CannotStart(
            f"删除记录短于检查点 {cut} 所记（{_journals()}）：请找回副本，"
            "若无则运行 xiaohu keys replay --from-receipts",
            f"The erasure journal ({_journals()}) is not the one checkpoint {cut} names; bring a"
            " copy back, or, where there is none, run: xiaohu keys replay --from-receipts",
        )


@contextmanager
def told() -> Iterator[None]:
    """Turn what is wrong with keys into one sentence with a way out.

    Raises:
        CannotStart: something is.
    """
    try:
        yield
    except journal.JournalLost as lost:
        raise CannotStart(
            f"删除记录的两份副本都不在（{lost}）：请找回副本，"
            "若无则运行 xiaohu keys replay --from-receipts",
            f"Both copies of the erasure journal are gone ({lost}); bring one back, or, where there"
            " is none, run: xiaohu keys replay --from-receipts",
        ) from None
    except journal.JournalDamaged as damaged:
        raise CannotStart(
            f"删除记录已损坏（{damaged}）：请找回副本，"
            "若无则运行 xiaohu keys replay --from-receipts",
            f"The erasure journal is damaged at {damaged}; bring a copy back, or, where there is"
            " none, run: xiaohu keys replay --from-receipts",
        ) from None
    except epoch_files.EpochKeyDamaged as damaged:
        raise CannotStart(
            f"密钥文件打不开（{damaged}）：根密钥不对或文件已损坏，请从托管副本恢复（docs/keys.md）",
            f"No copy of a key file opens ({damaged}): the root key is another, or the files are"
            " damaged; bring root key and files back from escrow, see docs/keys.md",
        ) from None
    except epoch_files.EpochKeyLost as lost:
        raise CannotStart(
            f"密钥文件缺失：{lost}；请从托管副本恢复，步骤见 docs/keys.md。",
            f"Key files are missing: {lost}; bring them back from escrow, see docs/keys.md.",
        ) from None
    except epoch_files.EpochKeyTaken as taken:
        raise CannotStart(
            f"密钥文件 {taken} 已存在，不会覆盖；请核对密钥库是否为最新，再重试。",
            f"The key file {taken} is there already and is never written over; see whether the"
            " keystore is the newest, then try again.",
        ) from None
    except RootKeyRefused as refused:
        raise CannotStart(refused.chinese, refused.english) from None
    except BoxRefused:
        raise CannotStart(
            "有数据密钥打不开，未改动任何密钥；请恢复密钥库备份（docs/keys.md）",
            "A unit key does not open, and no key was changed; restore the keystore from a backup,"
            " see docs/keys.md",
        ) from None


def _journals() -> str:
    return ", ".join(str(place) for place in journal.places())
