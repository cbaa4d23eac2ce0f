"""What a file has said so far, in a few bytes a row: which ids came, and whose a user name is.

A million ids in a Python set are a hundred megabytes; here they are 64-bit hashes in flat
arrays. Two different ids meet by chance once in millions of files; the row is then reported,
never lost, and taken by the next import, whose hashes are others.
"""

from array import array
from collections.abc import Hashable

_FIRST_SLOTS = 1 << 10
_NO_HASH = (1 << 64) - 1  # Python never hashes anything to -1, and 0 is an empty slot
_KEY, _OWNER = (1 << 64) - 1, (1 << 32) - 1


class Claims:
    """Who named something first; open addressing, doubled when half full."""

    def __init__(self) -> None:
        self._slots = _FIRST_SLOTS
        self._keys, self._owners = _empty(self._slots)
        self._count = 0

    def claim(self, what: Hashable, *, by: Hashable) -> bool:
        """Claim something, and say whether it is theirs: the first to name it keeps it."""
        key, owner = hash(what) & _KEY or _NO_HASH, hash(by) & _OWNER
        slot = self._slot(key)
        if self._keys[slot]:
            return self._owners[slot] == owner
        self._keys[slot], self._owners[slot] = key, owner
        self._count += 1
        if self._count * 2 > self._slots:
            self._grow()
        return True

    def _slot(self, key: int) -> int:
        """Return where a key is, or the empty slot where it belongs."""
        keys, last = self._keys, self._slots - 1
        slot = key & last
        while keys[slot] and keys[slot] != key:
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        earlier = zip(self._keys, self._owners, strict=True)
        self._slots *= 2
        self._keys, self._owners = _empty(self._slots)
        for key, owner in earlier:
            if key:
                slot = self._slot(key)
                self._keys[slot], self._owners[slot] = key, owner


def _empty(slots: int) -> tuple["array[int]", "array[int]"]:
    return array("Q", bytes(8 * slots)), array("I", bytes(4 * slots))
