"""Many rows at once: new ones, and such as take the place of others."""

from uuid import UUID, uuid4

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


def stored(count: int) -> list[UUID]:
    """Return holders that are there."""
    rows = [holder(bytes([at])) for at in range(count)]
    bulk.copy(Holder, COLUMNS, rows)
    return [row[0] for row in rows if isinstance(row[0], UUID)]


def test_amends_each_with_its_own_value() -> None:
    one, other, third = stored(3)
    bulk.amend(Holder, "kind", {one: "a", other: "b"})
    kinds = dict(Holder.objects.values_list("pk", "kind"))
    assert kinds == {one: "a", other: "b", third: HolderKind.INDIVIDUAL}


def test_adds_only_what_is_not_there_yet() -> None:
    first, second = holder(b"one"), holder(b"two")
    bulk.add(Holder, COLUMNS, [first])
    bulk.add(Holder, COLUMNS, [(*first[:2], HolderKind.ORGANISATION, b"one"), second])
    kinds = dict(Holder.objects.values_list("pk", "kind"))
    assert kinds == {first[0]: HolderKind.INDIVIDUAL, second[0]: HolderKind.INDIVIDUAL}


def test_puts_the_same_into_some_or_into_those_that_have_something_alike() -> None:
    one, other, third = stored(3)
    bulk.put(Holder, {"kind": "a"}, column="id", ids=[one, other])
    bulk.put(Holder, {"kind": "b"}, column="id", ids=[other, third], where={"kind": "a"})
    kinds = dict(Holder.objects.values_list("pk", "kind"))
    assert kinds == {one: "a", other: "b", third: HolderKind.INDIVIDUAL}


def test_deletes_and_empties_and_counts_what_was_there() -> None:
    one, other, third = stored(3)
    assert bulk.delete(Holder, "id", [one, uuid4()]) == {one: 1}
    assert bulk.empty(Holder, ["document_index"], [other, uuid4()]) == {other: 1}
    left = dict(Holder.objects.values_list("pk", "document_index"))
    assert left == {other: None, third: b"\x02"}


def test_nothing_is_nothing() -> None:
    bulk.amend(Holder, "kind", {})
    assert bulk.delete(Holder, "id", []) == bulk.empty(Holder, ["document_index"], []) == {}
    bulk.copy(Holder, COLUMNS, [])
    bulk.add(Holder, COLUMNS, [])
    bulk.put(Holder, {"kind": "a"}, column="id", ids=[])
    bulk.merge(Holder, COLUMNS, [], unique=("id",), update=("kind",))
    assert not Holder.objects.exists()
