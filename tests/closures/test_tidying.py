"""Clearing what would be left behind at the operator."""

import pytest

from tests.stories import World, holder_of
from xiaohu.closures import tidying
from xiaohu.closures.drafting import NotEditable
from xiaohu.closures.models import Case
from xiaohu.core.bindings import LeftBehind
from xiaohu.core.proofs import IdentityUnverified
from xiaohu.queue.models import Effect
from xiaohu.trail import events

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def clear(world: World, case: Case, *kinds: LeftBehind) -> tuple[LeftBehind, ...]:
    """Clear as the holder."""
    return tidying.clear(case_id=case.pk, kinds=kinds, actor=holder_of(case), now=world.now)


def ordered(world: World) -> list[str]:
    """Return what the operator really cleared."""
    orders = world.outside.truth("operator", "clear")
    return [record["detail"] for record in orders]


def test_only_what_was_chosen_is_cleared(world: World) -> None:
    case = world.ready()
    assert all(tidying.left_behind(case).values())
    assert clear(world, case, LeftBehind.PAYEES) == ()
    left = tidying.left_behind(case)
    assert left[LeftBehind.PAYEES] == 0
    assert left[LeftBehind.CONTACTS] > 0
    told = [e.evidence["cleared"] for e in events.of_case(case.pk) if e.action == "clear"]
    assert told == ["payees"]


def test_twice_is_ordered_once(world: World) -> None:
    case = world.ready()
    for _ in range(2):
        clear(world, case, LeftBehind.PAYEES)
    assert ordered(world) == ["payees"]


def test_what_was_not_confirmed_is_looked_up_before_it_is_sent_again(world: World) -> None:
    case = world.ready()
    world.outside.fault("operator", error=True)
    assert clear(world, case, LeftBehind.RECORDINGS) == (LeftBehind.RECORDINGS,)
    key = Effect.objects.get(kind="clear_recordings").pk
    world.outside.fault("operator")
    for _ in range(3):  # too soon, and twice not found
        assert clear(world, case, LeftBehind.RECORDINGS) == (LeftBehind.RECORDINGS,)
        assert ordered(world) == []
        world.clock.pass_(minutes=2)
    assert clear(world, case, LeftBehind.RECORDINGS) == ()
    assert [record["key"] for record in world.outside.truth("operator", "clear")] == [str(key)]


def test_an_order_whose_answer_was_lost_is_found_and_not_given_twice(world: World) -> None:
    case = world.ready()
    world.outside.fault("operator", lost_answer=True)
    assert clear(world, case, LeftBehind.RECORDINGS) == (LeftBehind.RECORDINGS,)
    world.outside.fault("operator")
    world.clock.pass_(minutes=2)
    assert clear(world, case, LeftBehind.RECORDINGS) == ()
    assert ordered(world) == ["recordings"]
    told = [e.evidence["cleared"] for e in events.of_case(case.pk) if e.action == "clear"]
    assert told == ["recordings"]


def test_nothing_is_cleared_for_somebody_who_only_signed_in(world: World) -> None:
    with pytest.raises(IdentityUnverified):
        clear(world, world.draft(), LeftBehind.PAYEES)
    assert ordered(world) == []


def test_a_submitted_request_is_left_alone(world: World) -> None:
    case = world.submitted()
    with pytest.raises(NotEditable):
        clear(world, case, LeftBehind.PAYEES)
    assert ordered(world) == []
