"""Numbers committed events and adds them to the tree; one process at a time does it.

A session lock keeps it single. Business transactions never wait for it: an event counts from
its commit, and stands in the tree within a second.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from xiaohu.trail import tree
from xiaohu.trail.events import canonical
from xiaohu.trail.models import Leaf, Node, Pending

BATCH = 1000
_LOCK = 0x7869616F6875  # "xiaohu"


def run_once(limit: int = BATCH) -> int:
    """Number what is waiting and return how many; 0 also where another process is at it."""
    if not Pending.objects.exists():
        return 0
    with _alone() as alone:
        return _number_a_batch(limit) if alone else 0


def size() -> int:
    """Return how many leaves the tree has."""
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def node_at(level: int, index: int) -> bytes:
    """Return the stored root of a complete subtree."""
    return bytes(Node.objects.values_list("hash", flat=True).get(level=level, index=index))


@contextmanager
def _alone() -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


@transaction.atomic
def _number_a_batch(limit: int) -> int:
    pending = Pending.objects.select_related("event").order_by("pk")[:limit]
    waiting = [row.event for row in pending]
    start = size()
    leaves = [
        Leaf(index=start + place, event=event, hash=tree.leaf_hash(canonical(event)))
        for place, event in enumerate(waiting)
    ]
    Leaf.objects.bulk_create(leaves)
    Node.objects.bulk_create(_completed(leaves))
    Pending.objects.filter(event__in=waiting).delete()
    return len(leaves)


def _completed(leaves: list[Leaf]) -> list[Node]:
    """Return every subtree these leaves complete, themselves included."""
    made: dict[tuple[int, int], bytes] = {}

    def known(level: int, index: int) -> bytes:
        found = made.get((level, index))
        return found if found is not None else node_at(level, index)

    for leaf in leaves:
        level, index = 0, leaf.index
        made[level, index] = bytes(leaf.hash)
        while index & 1:
            above = tree.node_hash(known(level, index - 1), known(level, index))
            level, index = level + 1, index >> 1
            made[level, index] = above
    return [Node(level=level, index=index, hash=hash_) for (level, index), hash_ in made.items()]
