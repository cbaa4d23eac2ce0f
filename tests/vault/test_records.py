"""Sealed records: readable with the key, nowhere else, and never again once it is destroyed."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import OperationalError, connections
from django.db.models import Model
from hypothesis import given
from hypothesis import strategies as st

from xiaohu.core.retention import Category
from xiaohu.queue import bulk
from xiaohu.vault import files, keys, records, units
from xiaohu.vault.box import BoxRefused
from xiaohu.vault.keys import Erased, KeyMissing, KeystoreUnavailable
from xiaohu.vault.keystore.models import UnitKey
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.records import Ref

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

CANARY = "赵示例-7261"
IDENTITY = Category.REGISTRATION_IDENTITY


def sealed() -> units.Unit:
    """Seal the canary under a fresh holder."""
    unit = units.holder(uuid4())
    records.seal(operator="demo", unit=unit, category=IDENTITY, value={"name": CANARY})
    return unit


def test_opens_what_was_sealed() -> None:
    unit = sealed()
    assert records.open_one(operator="demo", unit=unit, category=IDENTITY) == {"name": CANARY}


def test_replaces_an_earlier_value() -> None:
    unit = sealed()
    records.seal(operator="demo", unit=unit, category=IDENTITY, value={"name": "改"})
    assert records.open_one(operator="demo", unit=unit, category=IDENTITY) == {"name": "改"}
    assert SealedRecord.objects.filter(unit=unit.id).count() == 1


def test_leaves_no_plain_text_in_any_table() -> None:
    unit = sealed()
    box = bytes(SealedRecord.objects.get(unit=unit.id).box)
    assert CANARY.encode() not in box
    assert len(box) > len(CANARY.encode())


def test_says_erased_once_the_key_is_destroyed() -> None:
    unit = sealed()
    assert keys.destroy("demo", [unit]) == 1
    assert keys.destroy("demo", [unit]) == 0
    with pytest.raises(Erased):
        records.open_one(operator="demo", unit=unit, category=IDENTITY)
    records.delete_records(operator="demo", units=[unit])
    with pytest.raises(Erased):
        records.open_one(operator="demo", unit=unit, category=IDENTITY)


def test_no_units_means_nothing_happens() -> None:
    unit = sealed()
    assert records.delete_records(operator="demo", units=[]) == {}
    assert keys.was_destroyed("demo", []) == frozenset()
    assert records.open_one(operator="demo", unit=unit, category=IDENTITY) == {"name": CANARY}


def test_an_erased_unit_can_hold_nothing_again() -> None:
    unit = sealed()
    keys.destroy("demo", [unit])
    with pytest.raises(Erased):
        records.seal(operator="demo", unit=unit, category=IDENTITY, value={"name": "x"})


def test_a_missing_key_is_unavailable_not_erased() -> None:
    unit = sealed()
    UnitKey.objects.filter(unit=unit.id).delete()
    with pytest.raises(KeystoreUnavailable):
        records.open_one(operator="demo", unit=unit, category=IDENTITY)


@pytest.mark.parametrize("column", ["unit", "category", "operator"])
def test_refuses_a_box_moved_elsewhere(column: str) -> None:
    here, there = sealed(), sealed()
    box = SealedRecord.objects.get(unit=here.id).box
    if column == "unit":
        SealedRecord.objects.filter(unit=there.id).update(box=box)
        with pytest.raises(BoxRefused):
            records.open_one(operator="demo", unit=there, category=IDENTITY)
    elif column == "category":
        SealedRecord.objects.filter(unit=here.id).update(category=Category.CONTACT.value)
        with pytest.raises(BoxRefused):
            records.open_one(operator="demo", unit=here, category=Category.CONTACT)
    else:
        SealedRecord.objects.filter(unit=here.id).update(operator="other")
        UnitKey.objects.filter(unit=here.id).update(operator="other")
        with pytest.raises(BoxRefused):
            records.open_one(operator="other", unit=here, category=IDENTITY)


def test_opens_many_with_two_queries() -> None:
    refs = [Ref(sealed(), IDENTITY) for _ in range(5)]
    connections["default"].force_debug_cursor = connections["keystore"].force_debug_cursor = True
    before = len(connections["default"].queries_log), len(connections["keystore"].queries_log)
    opened = records.open_many(operator="demo", refs=refs)
    after = len(connections["default"].queries_log), len(connections["keystore"].queries_log)
    connections["default"].force_debug_cursor = connections["keystore"].force_debug_cursor = False
    assert len(opened) == len(refs)
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1]


def test_a_batch_keeps_what_can_be_read() -> None:
    good, erased, lost, broken = (sealed() for _ in range(4))
    keys.destroy("demo", [erased])
    UnitKey.objects.filter(unit=lost.id).delete()
    SealedRecord.objects.filter(unit=broken.id).update(box=b"not a box")
    refs = [Ref(unit, IDENTITY) for unit in (good, erased, lost, broken, units.holder(uuid4()))]
    readable = records.readable(operator="demo", refs=refs)
    assert readable == {refs[0]: {"name": CANARY}}


def test_first_records_of_new_units_open_like_any_other() -> None:
    person, line = units.holder(uuid4()), units.line(uuid4())
    contact = {"to": "demo@example.com"}
    records.seal_new(
        operator="demo",
        values=[
            (person, [(IDENTITY, {"name": CANARY}), (Category.CONTACT, contact)]),
            (line, [(Category.SERVICE_NUMBER, {"number": '+86"\\\n', "iccid": ""})]),
        ],
    )
    refs = [
        Ref(person, IDENTITY),
        Ref(person, Category.CONTACT),
        Ref(line, Category.SERVICE_NUMBER),
    ]
    opened = records.open_many(operator="demo", refs=refs)
    assert [opened[ref] for ref in refs] == [
        {"name": CANARY},
        contact,
        {"number": '+86"\\\n', "iccid": ""},
    ]


def test_new_keys_are_committed_before_anything_is_sealed_under_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unit, stored = units.holder(uuid4()), list[int]()
    copy = bulk.copy

    def watched(model: type[Model], *arguments: Any, **more: Any) -> None:
        if model is SealedRecord:
            stored.append(UnitKey.objects.filter(unit=unit.id).count())
        copy(model, *arguments, **more)

    monkeypatch.setattr(bulk, "copy", watched)
    records.seal_new(operator="demo", values=[(unit, [(IDENTITY, {"name": CANARY})])])
    assert stored == [1]


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=4))
def test_texts_are_written_as_any_json_writer_would(value: dict[str, str]) -> None:
    expected = json.dumps(value, ensure_ascii=False, sort_keys=True)
    try:
        assert records._plain(value) == expected.encode()
    except UnicodeEncodeError:
        with pytest.raises(UnicodeEncodeError):
            expected.encode()


def test_what_a_unit_holds_is_counted_and_deleted_one_by_one() -> None:
    one, two, none = sealed(), sealed(), units.holder(uuid4())
    records.seal(operator="demo", unit=one, category=Category.CONTACT, value={"to": "a"})
    asked = [one, two, none]
    assert records.count_records(operator="demo", units=asked) == {one: 2, two: 1}
    assert records.count_records(operator="another", units=asked) == {}
    records.delete_one(operator="demo", unit=one, category=Category.CONTACT)
    assert records.count_records(operator="demo", units=asked) == {one: 1, two: 1}
    assert records.open_one(operator="demo", unit=one, category=IDENTITY) == {"name": CANARY}
    assert records.delete_records(operator="demo", units=asked) == {one: 1, two: 1}


def test_another_operator_deletes_nothing() -> None:
    unit = sealed()
    records.delete_one(operator="another", unit=unit, category=IDENTITY)
    assert records.delete_records(operator="another", units=[unit]) == {}
    assert records.open_one(operator="demo", unit=unit, category=IDENTITY) == {"name": CANARY}


def test_no_file_is_opened_without_asking_for_a_key() -> None:
    assert files.open_files(operator="demo", unit=units.case(uuid4()), sealed={}) == {}


def test_a_file_of_a_unit_whose_key_is_missing_is_not_called_erased() -> None:
    unit, file = units.case(uuid4()), uuid4()
    closed = files.seal(operator="demo", unit=unit, file_id=file, data=b"paper")
    same = {"operator": "demo", "unit": unit, "file_id": file, "sealed": closed}
    assert files.open_file(**same) == b"paper"  # type: ignore[arg-type]
    UnitKey.objects.filter(unit=unit.id).delete()
    with pytest.raises(KeyMissing):
        files.open_file(**same)  # type: ignore[arg-type]
    keys.destroy("demo", [unit])
    with pytest.raises(Erased):
        files.open_file(**same)  # type: ignore[arg-type]


def test_a_keystore_that_does_not_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = sealed()

    def away(**_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(keys._KEYS, "all", away)
    with pytest.raises(KeystoreUnavailable):
        records.open_one(operator="demo", unit=unit, category=IDENTITY)


def test_nothing_is_read_where_nothing_is_asked() -> None:
    assert records.open_many(operator="demo", refs=[]) == {}
