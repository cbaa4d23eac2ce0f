"""A hold stops erasure wherever a closing stands, by whomever it was placed, and for as long as it stands."""

from typing import Any
from uuid import UUID

import pytest

from tests.erasure.archive import confirm, erased, rows, waits
from tests.stories import World, closing_of, document_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import clearing, holding, outside
from xiaohu.closures.models import Case, Closing, DocumentKind, HumanQueue
from xiaohu.closures.ordering import line_of
from xiaohu.core.actors import ActorKind
from xiaohu.core.kept import KeptAct
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope, Step
from xiaohu.erasure import engine, kept
from xiaohu.erasure.models import ErasureReceipt, KeptRequest
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.notices import outbox
from xiaohu.screening import facts

__all__ = ["waits"]
pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def two() -> tuple[StaffUser, StaffUser]:
    """Return two people of compliance, the same ones each time."""
    known = {each.username: each for each in StaffUser.objects.filter(username__in=("wei", "xu"))}
    one, other = (known.get(name) or staff(name, ActorKind.COMPLIANCE) for name in ("wei", "xu"))
    return one, other


def hold(world: World, *closings: Closing) -> KeptRequest:
    """Let two people hold what is kept of closings."""
    one, other = two()
    ids = [closing.pk for closing in closings]
    asked = kept.ask(
        act=KeptAct.HOLD, closings=ids, authority="SLFZ-2026-7", officer=one, now=world.now
    )
    return kept.agree(request_id=asked.pk, officer=other, now=world.now)


def release(world: World, placed: KeptRequest) -> None:
    """Let two people end a hold."""
    one, other = two()
    asked = kept.ask_to_release(
        hold_id=placed.pk, authority="SLFJ-2026-7", officer=one, now=world.now
    )
    kept.agree(request_id=asked.pk, officer=other, now=world.now)


def all_confirmed(world: World, closing: Closing) -> Closing:
    """Confirm all that people had to erase, and let the closing go on."""
    for row in rows(closing):
        confirm(world, row)
    world.work()
    return closing_of(closing.case)


def is_held(closing: Closing) -> bool:
    """Say whether a closing waits at the step that erases, for people who know why."""
    owned = (closing.owner, closing.trouble) == (HumanQueue.OPERATIONS, "legal_hold")
    assert not erased(closing)
    return closing.step == Step.ERASE and owned and closing.owner_due_at is not None


def test_one_placed_here_stops_what_waits_to_erase(world: World, waits: Closing) -> None:
    placed = hold(world, waits)
    assert is_held(all_confirmed(world, waits))
    assert document_of(waits.case, DocumentKind.CERTIFICATE) is not None
    world.clock.pass_(days=3)
    world.work()
    assert is_held(closing_of(waits.case))
    release(world, placed)
    world.clock.pass_(minutes=5)
    world.work()
    assert erased(waits)
    assert Case.objects.get(pk=waits.case_id).state == CaseState.DONE


def test_one_placed_at_the_operator_stops_it_as_well(world: World, waits: Closing) -> None:
    line = line_of(waits)
    world.outside.change(line, legal_hold=True, hold_review_on="2027-02-01")
    world.clock.pass_(minutes=2)
    assert is_held(all_confirmed(world, waits))
    world.clock.pass_(days=1)
    world.work()
    assert is_held(closing_of(waits.case))
    told = [each for each in outbox.of_case(waits.case_id) if each.notice == "held"]
    assert [each.params["date"] for each in told] == ["2027-02-01"]
    world.outside.change(line, legal_hold=False)
    world.clock.pass_(days=1)
    world.work()
    assert erased(waits)


def test_an_operator_that_does_not_answer_lets_nothing_go(
    world: World, waits: Closing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise GatewayUnavailable

    world.clock.pass_(minutes=2)
    with monkeypatch.context() as patch:
        patch.setattr(clearing, "said_now", away)
        all_confirmed(world, waits)
    assert not erased(waits)
    world.clock.pass_(minutes=30)
    world.work()
    assert erased(waits)


def test_one_agreed_on_at_the_last_moment_still_counts(
    world: World, waits: Closing, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, placed = outside.carry_out, list[KeptRequest]()

    def carry_out(*args: Any) -> Any:
        gone = really(*args)
        if gone and not placed:
            placed.append(hold(world, waits))
        return gone

    monkeypatch.setattr(outside, "carry_out", carry_out)
    assert is_held(all_confirmed(world, waits))


def test_what_a_worker_had_begun_to_destroy_is_finished(
    world: World, waits: Closing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A receipt without which nobody knew what became of it would help no authority."""

    def dies(**_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(engine, "finish", dies)
        all_confirmed(world, waits)
    hold(world, waits)
    world.clock.pass_(minutes=30)
    world.work()
    assert erased(waits)


def test_so_is_what_had_begun_of_an_account(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(**_: object) -> None:
        raise RuntimeError

    case = world.submitted(scope=Scope.ACCOUNT)
    world.clock.pass_(days=3, minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(engine, "finish", dies)
        world.work()
    hold(world, closing_of(case))
    world.clock.pass_(minutes=30)
    world.work()
    assert ErasureReceipt.objects.filter(pk=closing_of(case).pk).exists()


def free(world: World, closing: Closing) -> set[UUID]:
    """Return the closing where it may go with others."""
    return holding.free([closing], facts.last_of([closing.pk]), now=world.now)


def test_a_line_that_is_held_does_not_go_with_others(world: World, waits: Closing) -> None:
    assert free(world, waits) == {waits.pk}
    placed = hold(world, waits)
    assert free(world, waits) == set()
    release(world, placed)
    world.outside.change(line_of(waits), legal_hold=True)
    assert free(world, waits) == {waits.pk}  # said a moment ago
    world.clock.pass_(minutes=2)
    assert free(world, waits) == set()
