"""Erasing: the keys first, then what they could open; a receipt counts it, and others stay."""

from collections import Counter
from collections.abc import Callable

import pytest

from tests.closures.states import fails
from tests.erasure.ended import HALF_DONE, destroy, finish, refs, sign_in, units_of
from tests.stories import CLEAN, LARGE, OPERATOR, World
from xiaohu.access.models import SubscriberSession
from xiaohu.config import registration
from xiaohu.core.retention import Category
from xiaohu.erasure import engine
from xiaohu.erasure.engine import NotErased
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.registry import lines
from xiaohu.registry.models import Holder
from xiaohu.vault import records
from xiaohu.vault.keys import Erased
from xiaohu.vault.units import Unit

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_the_receipt_says_what_was_counted(world: World) -> None:
    sign_in(world)
    ended = units_of(world)
    sealed = len(refs(ended))
    assert destroy(ended) == 2
    receipt = finish(world, ended)
    assert receipt.counts == {
        "records": sealed,
        "sessions": 2,
        "indexes": 2,
        "asked": 0,
        "restrictions": 0,
        "copies": 0,
    }
    assert receipt.units == sorted(f"{unit.kind}:{unit.id}" for unit in ended)
    assert (receipt.operator, receipt.erased_at) == (OPERATOR, world.now)
    assert sealed == 3


@pytest.mark.parametrize("finished", [False, True], ids=["keys destroyed", "finished"])
def test_nothing_of_a_unit_can_be_opened_again(world: World, *, finished: bool) -> None:
    ended = units_of(world)
    sealed = refs(ended)
    destroy(ended)
    if finished:
        finish(world, ended)
    for unit, category in sealed:
        with pytest.raises(Erased):
            records.open_one(operator=OPERATOR, unit=unit, category=category)
    assert records.open_many(operator=OPERATOR, refs=sealed) == {}
    assert bool(refs(ended)) is not finished


def test_a_line_and_its_holder_are_found_no_more(world: World) -> None:
    line = world.line()
    sign_in(world)
    ended = units_of(world)
    destroy(ended)
    finish(world, ended)
    assert lines.find(OPERATOR, CLEAN) is None
    line.refresh_from_db()
    assert (line.number_index, line.row_index) == (None, None)
    assert Holder.objects.get(pk=line.holder_id).document_index is None
    assert not SubscriberSession.objects.exists()


def test_others_stay_readable(world: World) -> None:
    sign_in(world, LARGE)
    others = refs(units_of(world, LARGE))
    before = records.open_many(operator=OPERATOR, refs=others)
    ended = units_of(world)
    destroy(ended)
    finish(world, ended)
    assert records.open_many(operator=OPERATOR, refs=others) == before
    assert len(before) == len(others) > 0
    assert lines.number(world.line(LARGE)) == LARGE
    assert SubscriberSession.objects.count() == 2


def test_a_holder_outlives_one_of_their_lines(world: World) -> None:
    holder, line, _ = units_of(world)
    destroy([line])
    finish(world, [line])
    opened = records.open_one(
        operator=OPERATOR, unit=holder, category=Category.REGISTRATION_IDENTITY
    )
    assert "例" in opened["name"]


@pytest.mark.parametrize("destroyed", HALF_DONE)
def test_nothing_is_finished_before_every_key_was_destroyed(
    world: World, destroyed: Callable[[list[Unit]], None]
) -> None:
    sign_in(world)
    ended = units_of(world)
    destroyed(ended)
    sealed = refs(ended)
    with pytest.raises(NotErased):
        finish(world, ended)
    assert refs(ended) == sealed
    assert SubscriberSession.objects.count() == 2
    assert not ErasureReceipt.objects.exists()


def test_every_registered_room_takes_part(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_FORGET", {})
    monkeypatch.setattr(engine, "_COUNT", {})
    registration.register()
    engine.register("one more", Counter, Counter)
    ended = units_of(world)
    destroy(ended)
    counts = finish(world, ended).counts
    rooms = {"sessions", "indexes", "asked", "restrictions", "copies"}
    assert set(counts) == {"records", *rooms, "one more"}
    assert counts["one more"] == len(ended)


def test_what_is_planned_is_what_is_erased_and_counting_changes_nothing(world: World) -> None:
    sign_in(world)
    ended = units_of(world)
    planned = engine.planned(operator=OPERATOR, units=ended)
    assert engine.planned(operator=OPERATOR, units=ended) == planned
    destroy(ended)
    assert {name: sum(of.values()) for name, of in planned.items()} == finish(world, ended).counts
    assert not any(
        sum(of.values()) for of in engine.planned(operator=OPERATOR, units=ended).values()
    )


def test_a_room_that_fails_leaves_the_rest_for_the_next_try(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = units_of(world)
    destroy(ended)
    with monkeypatch.context() as patched:
        patched.setitem(engine._FORGET, "indexes", fails)
        with pytest.raises(RuntimeError):
            finish(world, ended)
    assert len(refs(ended)) == 3
    assert not ErasureReceipt.objects.exists()
    assert finish(world, ended).counts["records"] == 3


def test_both_halves_are_harmless_to_repeat(world: World) -> None:
    ended = units_of(world)
    assert [destroy(ended), destroy(ended)] == [2, 0]
    first = ErasureReceipt.objects.filter(pk=finish(world, ended).pk).values().get()
    world.clock.pass_(days=1)
    assert destroy(ended) == 0
    assert finish(world, ended).counts == first["counts"]
    assert ErasureReceipt.objects.values().get() == first
