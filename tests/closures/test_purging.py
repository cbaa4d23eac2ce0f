"""The folder goes thirty days after the end: the key first, then what it could open."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.closures.states import case_in, fails, in_review, officer, traces
from tests.closures.test_holding import hold, release
from tests.stories import OPERATOR, World, closing_of, document_of, staff
from xiaohu.closures import drafting, paying, purging, queries, reviewing
from xiaohu.closures.models import Case, DocumentKind
from xiaohu.core.actors import ActorKind
from xiaohu.core.kept import KeptAct
from xiaohu.core.states import TERMINAL, CaseState
from xiaohu.erasure import kept
from xiaohu.notices import outbox
from xiaohu.settlement.models import RefundOrder
from xiaohu.trail import auditing, events, sequencer
from xiaohu.trail.models import Event
from xiaohu.vault import keys, units
from xiaohu.vault.keys import Erased
from xiaohu.vault.models import SealedRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
OPEN = sorted(set(CaseState) - TERMINAL)


def after_its_time(world: World) -> int:
    """Let thirty days pass and purge."""
    world.clock.pass_(days=30, seconds=1)
    return purging.purge(now=world.now)


def remains(case: Case) -> tuple[int, int, bool]:
    """Return how many records and messages of a case are left, and whether its key is gone."""
    unit = units.case(case.pk)
    return (
        SealedRecord.objects.filter(unit=case.pk).count(),
        len(outbox.of_case(case.pk)),
        unit in keys.was_destroyed(OPERATOR, [unit]),
    )


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_leaves_nothing_of_a_folder_that_ended(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    assert after_its_time(world) == 1
    assert remains(case) == (0, 0, True)
    for read in (drafting.contact, paying.payee):
        with pytest.raises(Erased):
            read(case)
    case.refresh_from_db()
    assert case.purged_at == world.now


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_touches_nothing_before_its_time(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before, left = traces(case), remains(case)
    world.clock.pass_(days=30)
    assert purging.purge(now=world.now) == 0
    assert (traces(case), remains(case)) == (before, left)
    assert drafting.contact(case) == "subscriber@example.com"


@pytest.mark.parametrize("state", OPEN)
def test_touches_nothing_that_is_open(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = traces(case)
    world.clock.pass_(days=400)
    assert purging.purge(now=world.now) == 0
    assert traces(case) == before


def test_is_harmless_twice(world: World) -> None:
    case = case_in(world, CaseState.WITHDRAWN)
    after_its_time(world)
    before = traces(case)
    assert purging.purge(now=world.now) == 0
    assert traces(case) == before


@pytest.mark.parametrize("last", [(events, "record"), (outbox, "forget_case")])
def test_begins_again_when_its_last_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, last: tuple[object, str]
) -> None:
    case = case_in(world, CaseState.WITHDRAWN)
    records, messages, _ = remains(case)
    with monkeypatch.context() as patch:
        patch.setattr(*last, fails)
        with pytest.raises(RuntimeError):
            after_its_time(world)
    # The key goes first, and for good; the rest went back as one.
    assert remains(case) == (records, messages, True)
    assert Case.objects.get(pk=case.pk).purged_at is None
    assert purging.purge(now=world.now) == 1
    assert remains(case) == (0, 0, True)


def test_leaves_a_folder_that_an_authority_holds_until_it_is_freed(world: World) -> None:
    case = world.close()
    one, other = (staff(name, ActorKind.COMPLIANCE) for name in ("wei", "xu"))
    hold = kept.ask(
        act=KeptAct.HOLD,
        closings=[closing_of(case).pk],
        authority="示例法执〔2026〕7号",
        officer=one,
        now=world.now,
    )
    kept.agree(request_id=hold.pk, officer=other, now=world.now)
    assert after_its_time(world) == 0
    freed = kept.ask_to_release(
        hold_id=hold.pk, authority="示例法解〔2026〕7号", officer=one, now=world.now
    )
    kept.agree(request_id=freed.pk, officer=other, now=world.now)
    assert purging.purge(now=world.now) == 1


def test_looks_again_before_a_folder_goes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.close()
    world.clock.pass_(days=30, seconds=1)
    seen = purging._due(world.now)
    assert seen == [case.pk]
    placed = hold(world, closing_of(case))
    before = remains(case)
    monkeypatch.setattr(purging, "_due", lambda _now: seen)
    assert (purging.purge(now=world.now), remains(case)) == (0, before)
    release(world, placed)
    assert [purging.purge(now=world.now) for _ in range(2)] == [1, 0]
    assert Event.objects.filter(case_id=case.pk, action="purge_folder").count() == 1


def test_goes_on_after_a_full_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        case_in(world, CaseState.WITHDRAWN)
    monkeypatch.setattr(purging, "BATCH", 2)
    world.clock.pass_(days=31)
    assert [purging.purge(now=world.now) for _ in range(3)] == [2, 1, 0]


def test_shows_a_purged_case_to_nobody(world: World) -> None:
    subscriber = world.subscriber()
    case = case_in(world, CaseState.WITHDRAWN)
    after_its_time(world)
    with pytest.raises(queries.CaseNotFound):
        queries.of_subscriber(case.pk, subscriber)
    assert queries.cases_of(subscriber) == []
    assert queries.by_reference(OPERATOR, case.reference) is None


def test_leaves_documents_and_trail(world: World) -> None:
    case = case_in(world, CaseState.DONE)
    after_its_time(world)
    assert document_of(case, DocumentKind.CERTIFICATE) is not None
    assert Event.objects.filter(case_id=case.pk).latest("at").action == "purge_folder"
    sequencer.run_once()
    assert auditing.verify().broken == ()


def test_counts_from_the_end_and_not_from_the_request(world: World) -> None:
    case = world.close()
    assert case.ended_at is not None
    assert purging.purge(now=case.opened_at + timedelta(days=31)) == 0
    assert purging.purge(now=case.ended_at + timedelta(days=31)) == 1


def test_forgets_whom_money_went_to_once_the_folder_is_gone(world: World) -> None:
    case = in_review(world)
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    world.skip_until(case, lambda: not closing_of(case).is_open)
    orders = RefundOrder.objects.filter(closing_id=closing_of(case).pk)
    assert orders.exclude(payee=None).exists()
    assert purging.forget_fingerprints(now=world.now + timedelta(days=31)) == 0
    after_its_time(world)
    before = orders.values().get()
    assert purging.forget_fingerprints(now=world.now) == 1
    assert orders.values().get() == {**before, "payee": None}
    assert purging.forget_fingerprints(now=world.now) == 0


def test_an_order_that_stands_forgets_nothing_and_one_that_ended_nothing_else(
    world: World,
) -> None:
    case = case_in(world, CaseState.DONE)
    mine = RefundOrder.objects.filter(closing_id=closing_of(case).pk)
    for change in ({"payee": b"another"}, {"payee": None, "amount_fen": 1}, {"amount_fen": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            mine.update(**change)
