"""A main database older than an erasure, and than its request: nobody is found in it again."""

from typing import Any

import pytest

from tests.closures.conftest import world
from tests.erasure.archive import confirm, rows, waits
from tests.erasure.ended import destroy, sign_in, units_of
from tests.stories import CLEAN, OPERATOR, World, closing_of
from xiaohu.access.models import SubscriberAccount
from xiaohu.closures.models import Closing
from xiaohu.core.states import CaseState
from xiaohu.erasure import engine
from xiaohu.ops import restored
from xiaohu.registry import lines
from xiaohu.registry.models import Holder, Line
from xiaohu.trail.models import Event
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.units import Unit

__all__ = ["waits", "world"]
pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def number_of(world: World) -> str:
    """Return the number of a line as it is looked for."""
    return lines.number(world.line(CLEAN))


@pytest.fixture
def back(world: World) -> list[Unit]:
    """Units that were erased after the backup that is back now, which knows of no request."""
    sign_in(world)
    ended = units_of(world)
    destroy(ended)
    return ended


def test_whoever_asked_after_the_backup_is_forgotten_again(world: World) -> None:
    number = number_of(world)
    sign_in(world)
    line = world.line(CLEAN)
    ended = units_of(world)
    destroy(ended)
    assert lines.find(OPERATOR, number) == line  # as a backup brings it back
    assert restored.forget_if_restored(now=world.now) == 3
    assert lines.find(OPERATOR, number) is None
    line.refresh_from_db()
    assert (line.status, line.closed_at) == ("closed", world.now)
    assert Holder.objects.get(pk=line.holder_id).document_index is None
    account = SubscriberAccount.objects.get(holder_id=line.holder_id)
    assert (account.closed_at, account.username_index, account.password) == (world.now, None, "")
    assert not SealedRecord.objects.filter(unit__in=[unit.id for unit in ended]).exists()
    assert not any(sum(of.values()) for of in planned(ended).values())
    assert Event.objects.get(action="forget_restored").evidence == {"units": "3"}


def planned(ended: list[Unit]) -> dict[str, Any]:
    """Return what would be forgotten of units now."""
    return dict(engine.planned(operator=OPERATOR, units=ended))


def test_it_is_harmless_to_repeat_and_costs_little_where_nothing_came_back(
    world: World, back: list[Unit], django_assert_max_num_queries: Any
) -> None:
    assert [restored.forget_erased(now=world.now) for _ in range(2)] == [3, 0]
    with django_assert_max_num_queries(2):
        assert restored.forget_if_restored(now=world.now) == 0


def test_who_lives_stays(world: World, back: list[Unit]) -> None:
    others = Line.objects.exclude(pk=world.line(CLEAN).pk)
    before = list(others.order_by("pk").values())
    restored.forget_if_restored(now=world.now)
    assert list(others.order_by("pk").values()) == before


def test_so_is_whoever_has_a_request_that_the_backup_knows(world: World) -> None:
    number, case = number_of(world), world.submitted()
    assert case.state == CaseState.SCHEDULED
    destroy(units_of(world))
    assert restored.forget_if_restored(now=world.now) == 3
    assert lines.find(OPERATOR, number) is None


def test_what_a_worker_had_begun_to_erase_is_left_to_it(
    world: World, waits: Closing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(**_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(engine, "finish", dies)
        for row in rows(waits):
            confirm(world, row)
        world.work()
    assert closing_of(waits.case).trouble == "RuntimeError"
    assert restored.forget_if_restored(now=world.now) == 0
    world.clock.pass_(minutes=30)
    world.work()
    assert engine.receipt_of(waits.pk).counts["indexes"] == 1
