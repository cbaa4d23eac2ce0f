"""Many rows at once: new ones, and such as take the place of others."""

from uuid import uuid4

import pytest

from xiaohu.core.applicants import HolderKind
from xiaohu.queue import bulk
from xiaohu.registry.models import Holder

pytestmark = pytest.mark.django_db
COLUMNS = ("id", "operator", "kind", "document_index")


def holder(index: bytes | None, kind: str = HolderKind.INDIVIDUAL) -> tuple[object, ...]:
    """Return a row."""
    return uuid4(), "demo", str(kind), index


def test_copies_new_rows() -> None:
    rows = [holder(b"\x00\xff'\\"), holder(None)]
    bulk.copy(Holder, COLUMNS, iter(rows))
    stored = Holder.objects.values_list(*COLUMNS)
    assert {(pk, o, k, i and bytes(i)) for pk, o, k, i in stored} == set(rows)


def test_merges_by_what_is_unique_and_leaves_the_rest() -> None:
    first, other = holder(b"one"), holder(b"two")
    bulk.copy(Holder, COLUMNS, [first, other])
    again, new = holder(b"one", HolderKind.ORGANISATION), holder(b"three")
    bulk.merge(
        Holder, COLUMNS, [again, new], unique=("document_index", "operator"), update=("kind",)
    )
    kinds = {bytes(h.document_index or b""): (h.pk, h.kind) for h in Holder.objects.all()}
    assert kinds == {
        b"one": (first[0], HolderKind.ORGANISATION),
        b"two": (other[0], HolderKind.INDIVIDUAL),
        b"three": (new[0], HolderKind.INDIVIDUAL),
    }


def test_nothing_is_nothing() -> None:
    bulk.copy(Holder, COLUMNS, [])
    bulk.merge(Holder, COLUMNS, [], unique=("id",), update=("kind",))
    assert not Holder.objects.exists()
