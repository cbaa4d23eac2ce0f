"""The Merkle tree of RFC 9162: pure functions over the hashes of complete subtrees.

`node(level, index)` gives the root of the complete subtree of 2^level leaves that starts at
leaf index * 2^level. Where such hashes are stored, every root and proof takes logarithmic work.
"""

import hashlib
from collections.abc import Callable, Sequence

NodeAt = Callable[[int, int], bytes]
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (section 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (section 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def stored(leaves: Sequence[bytes]) -> NodeAt:
    """Return `node` over leaf hashes held in memory; every subtree is hashed once."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = zip(below[::2], below[1::2], strict=False)  # A last odd one completes nothing.
        levels.append([node_hash(left, right) for left, right in pairs])

    def node(level: int, index: int) -> bytes:
        return levels[level][index]

    return node


class Frontier:
    """A tree that grows leaf by leaf, remembered by the roots of its complete subtrees alone."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, leaf: bytes) -> list[bytes]:
        """Add a leaf; return the roots of the subtrees it completes, itself the first."""
        made, index = [leaf], self.size
        while index & 1:
            made.append(node_hash(self._peaks.pop(), made[-1]))
            index >>= 1
        self._peaks.append(made[-1])
        self.size += 1
        return made

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        if not self._peaks:
            return EMPTY_ROOT
        *left, root = self._peaks
        for peak in reversed(left):
            root = node_hash(peak, root)
        return root


def root(node: NodeAt, size: int) -> bytes:
    """Return the root over the first `size` leaves."""
    return _range(node, 0, size) if size else EMPTY_ROOT


def inclusion_proof(node: NodeAt, index: int, size: int) -> list[bytes]:
    """Return the path from a leaf to the root (section 2.1.3.1)."""
    return _path(node, index, 0, size)


def consistency_proof(node: NodeAt, first: int, second: int) -> list[bytes]:
    """Return what shows that one tree grew into another (section 2.1.4.1)."""
    return _subproof(node, first, 0, second, whole=True) if 0 < first < second else []


def verify_inclusion(
    *, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root_hash: bytes
) -> bool:
    """Say whether a leaf is in the tree of a root (section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    fn, sn, hashed = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            hashed = node_hash(step, hashed)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            hashed = node_hash(hashed, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and hashed == root_hash


def verify_consistency(
    *, first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Say whether the second tree only adds to the first (section 2.1.4.2)."""
    if first == second:
        return not proof and first_root == second_root
    if not 0 < first < second or not proof:
        return False
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    was = becomes = path[0]
    for step in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            was, becomes = node_hash(step, was), node_hash(step, becomes)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            becomes = node_hash(becomes, step)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and was == first_root and becomes == second_root


def _range(node: NodeAt, start: int, end: int) -> bytes:
    size = end - start
    level = size.bit_length() - 1
    if size == 1 << level and start % size == 0:
        return node(level, start >> level)
    split = start + _largest_power_below(size)
    return node_hash(_range(node, start, split), _range(node, split, end))


def _path(node: NodeAt, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    split = start + _largest_power_below(end - start)
    if index < split:
        return [*_path(node, index, start, split), _range(node, split, end)]
    return [*_path(node, index, split, end), _range(node, start, split)]


def _subproof(node: NodeAt, first: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    if first == end:
        return [] if whole else [_range(node, start, end)]
    split = start + _largest_power_below(end - start)
    if first <= split:
        return [*_subproof(node, first, start, split, whole=whole), _range(node, split, end)]
    return [*_subproof(node, first, split, end, whole=False), _range(node, start, split)]


def _largest_power_below(size: int) -> int:
    return int(1 << ((size - 1).bit_length() - 1))
