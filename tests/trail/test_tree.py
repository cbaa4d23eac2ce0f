"""The tree of RFC 9162: every size proves every leaf and every growth."""

from typing import Any

import pytest

from xiaohu.trail import tree

LEAVES = [tree.leaf_hash(bytes([n % 256, n // 256])) for n in range(301)]
NODE = tree.stored(LEAVES)

# Known answers: the certificate transparency reference inputs (RFC 6962 test vectors).
REFERENCE = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "60" + "616263646566676869" + "6a6b6c6d6e6f",
    )
]
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    4: "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    7: "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize("size", ROOTS)
def test_gives_the_known_roots(size: int) -> None:
    node = tree.stored([tree.leaf_hash(data) for data in REFERENCE])
    assert tree.root(node, size).hex() == ROOTS[size]


@pytest.mark.parametrize("size", range(1, 301))
def test_proves_every_leaf(size: int) -> None:
    root = tree.root(NODE, size)
    for index in range(size):
        proof = tree.inclusion_proof(NODE, index, size)
        given: dict[str, Any] = {
            "leaf": LEAVES[index],
            "index": index,
            "size": size,
            "proof": proof,
        }
        assert tree.verify_inclusion(**given, root_hash=root)
        assert not tree.verify_inclusion(**{**given, "leaf": LEAVES[index + 1]}, root_hash=root)
        assert not tree.verify_inclusion(**{**given, "proof": [*proof, root]}, root_hash=root)


@pytest.mark.parametrize("second", range(1, 301))
def test_proves_every_growth(second: int) -> None:
    second_root = tree.root(NODE, second)
    for first in range(1, second + 1):
        first_root = tree.root(NODE, first)
        proof = tree.consistency_proof(NODE, first, second)
        given: dict[str, Any] = {"first": first, "second": second, "proof": proof}
        assert tree.verify_consistency(**given, first_root=first_root, second_root=second_root)
        other = tree.leaf_hash(b"another history")
        assert not tree.verify_consistency(**given, first_root=other, second_root=second_root)


def test_refuses_an_index_outside_the_tree() -> None:
    assert not tree.verify_inclusion(leaf=b"", index=1, size=1, proof=[], root_hash=b"")
    for proof in ([], [LEAVES[0]]):
        roots: dict[str, Any] = {"first_root": tree.EMPTY_ROOT, "second_root": LEAVES[0]}
        assert not tree.verify_consistency(first=0, second=1, proof=proof, **roots)


@pytest.mark.parametrize("second", range(2, 40))
def test_a_proof_of_growth_that_is_too_short_or_too_long_proves_nothing(second: int) -> None:
    for first in range(1, second):
        proof = tree.consistency_proof(NODE, first, second)
        roots = {"first_root": tree.root(NODE, first), "second_root": tree.root(NODE, second)}
        for other in ([], proof[:-1], [*proof, LEAVES[0]], [*proof, *proof]):
            assert not tree.verify_consistency(first=first, second=second, proof=other, **roots)


def test_a_tree_that_did_not_grow_needs_no_proof_and_takes_none() -> None:
    assert tree.consistency_proof(NODE, 3, 3) == tree.consistency_proof(NODE, 0, 3) == []
    root, other = tree.root(NODE, 3), tree.root(NODE, 4)
    same: dict[str, Any] = {"first": 3, "second": 3, "first_root": root}
    assert tree.verify_consistency(**same, second_root=root, proof=[])
    assert not tree.verify_consistency(**same, second_root=other, proof=[])
    assert not tree.verify_consistency(**same, second_root=root, proof=[root])


def test_a_tree_does_not_grow_smaller() -> None:
    roots = {"first_root": tree.root(NODE, 4), "second_root": tree.root(NODE, 3)}
    proof = tree.consistency_proof(NODE, 3, 4)
    assert not tree.verify_consistency(first=4, second=3, proof=proof, **roots)
