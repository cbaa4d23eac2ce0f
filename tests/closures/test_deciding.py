"""What follows a decision about money: booked once, never beside what was paid, and nothing is stuck."""

from datetime import datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.closures.test_matching import (
    FEN,
    NEITHER,
    D,
    K,
    decide,
    done,
    effect,
    finance,
    found,
    hear,
    stands,
    told,
    unsure,
    waiting,
)
from tests.closures.test_repaying import came_back
from tests.stories import NOON, OPERATOR, World, closing_of
from xiaohu.access.models import StaffUser
from xiaohu.closures import handing_out, matching, moves, reconciling, repaying, standing
from xiaohu.closures.models import AssistedPayment, Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import (
    FINDINGS,
    DecisionNotPossible,
    FindingDecision,
    FindingKind,
    FindingSource,
)
from xiaohu.core.identity import DocumentKind
from xiaohu.core.matching import Heard
from xiaohu.core.moves import Action
from xiaohu.core.states import CaseState
from xiaohu.gateways.models import InboxEvent
from xiaohu.notices import outbox
from xiaohu.queue import effects
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import findings, ledger
from xiaohu.settlement.models import Account, Finding
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def note(world: World, case: Case, kind: FindingKind) -> None:
    """Note what a statement says of the first refund."""
    findings.note(
        operator=OPERATOR,
        kind=kind,
        source=FindingSource.STATEMENT,
        reference="PAY-1",
        closing_id=closing_of(case).pk,
        effect_id=effect().pk,
        ours_fen=FEN,
        theirs_fen=FEN,
        now=world.now,
    )


def refused(world: World) -> tuple[Case, int]:
    """Return a case whose refund was refused, and what stands on its balance."""
    case = came_back(world)
    return case, stands(case)[Account.BALANCE]


def test_a_refused_refund_stays_unpaid_where_our_record_stands(world: World) -> None:
    case, fen = refused(world)
    hear(world, effect().pk, type="payout.paid", amount_fen=fen - 100)
    decide(world, D.OURS_STANDS, kind=K.WRONG_AMOUNT)
    world.work()
    assert stands(case) == {Account.BALANCE: fen}


def test_a_part_paid_of_a_refused_refund_is_booked_and_the_rest_is_left(world: World) -> None:
    case, fen = refused(world)
    hear(world, effect().pk, type="payout.paid", amount_fen=fen - 100)
    decide(world, D.THEIRS_STANDS, kind=K.WRONG_AMOUNT)
    world.work()
    assert stands(case) == {Account.REFUNDED: fen - 100, Account.BALANCE: 100}
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    assert (settled.refunded_fen, settled.left_fen) == (fen - 100, 100)
    case.refresh_from_db()
    assert case.state == CaseState.REFUND_ATTENTION  # The holder still says where the rest goes.


def test_what_officers_decide_is_written_down_as_theirs(world: World) -> None:
    case, _ = refused(world)
    note(world, case, K.EFFECT_UNRESOLVED)
    decide(world, D.WAS_DONE, kind=K.EFFECT_UNRESOLVED, role=ActorKind.OFFICER)
    resumed = Event.objects.get(case_id=case.pk, action=Action.RESUME_REFUND.value)
    assert resumed.actor_kind == ActorKind.OFFICER


def test_a_payment_that_is_not_there_is_owed_again(world: World) -> None:
    case = done(world)
    note(world, case, K.MISSING_AT_PROVIDER)
    decide(world, D.THEIRS_STANDS, kind=K.MISSING_AT_PROVIDER)
    assert stands(case) == {Account.UNCLAIMED: FEN}


def test_no_decision_is_offered_that_nothing_follows() -> None:
    asks = {K.BILL_DIFFERS, K.LINE_NOT_CLOSED, K.BOOKS_DISAGREE, K.UNKNOWN_TO_US}
    assert {FINDINGS[kind].decisions for kind in asks} == {(D.NO_MATTER,)}
    assert all(FINDINGS[kind].two_people for kind in asks)


@pytest.mark.parametrize(
    ("decision", "account"),
    [(D.ABSORB, Account.OPERATOR_COST), (D.CLAIM, Account.CLAIM)],
)
def test_people_say_who_bears_what_was_paid_twice(
    world: World, decision: FindingDecision, account: Account
) -> None:
    case = done(world)
    note(world, case, K.PAID_TWICE)
    decide(world, decision, kind=K.PAID_TWICE)
    standing = ledger.balances(closing_of(case).pk)
    assert (standing[Account.SUSPENSE], standing[account]) == (0, FEN)
    assert reconciling.compare(operator=OPERATOR).differences == []


def test_a_true_repeat_of_a_part_says_nothing_new(world: World) -> None:
    case, part = waiting(world), FEN - 5000
    hear(world, effect().pk, amount_fen=part)
    world.work()
    decide(world, D.THEIRS_STANDS, kind=K.WRONG_AMOUNT)
    world.outside.fault("payout")
    world.skip_until(case, lambda: not closing_of(case).is_open)
    hear(world, effect().pk, amount_fen=part)
    assert found() == []
    assert stands(case) == {Account.REFUNDED: FEN}


def test_nothing_paid_where_theirs_stands_is_not_paid(world: World) -> None:
    case = waiting(world)
    hear(world, effect().pk, amount_fen=0)
    world.work()
    decide(world, D.THEIRS_STANDS, kind=K.WRONG_AMOUNT)
    world.work()
    case.refresh_from_db()
    assert (found(), case.state) == ([], CaseState.REFUND_ATTENTION)
    assert stands(case) == {Account.BALANCE: FEN}


@pytest.mark.parametrize("kind", [K.NOT_BOOKED, K.PAID_TWICE])
def test_what_waited_for_a_decision_goes_on_after_it(world: World, kind: FindingKind) -> None:
    case, fen = refused(world)
    note(world, case, kind)
    repaying.retry(closing_id=closing_of(case).pk, officer=finance("re"), now=world.now)
    world.work()
    assert closing_of(case).next_action_at is None
    decide(world, D.OURS_STANDS, kind=kind)
    world.skip_until(case, lambda: not closing_of(case).is_open)
    assert stands(case) == {Account.REFUNDED: fen}


def test_nothing_is_said_to_be_paid_while_its_money_is_on_its_way_again(world: World) -> None:
    case, fen = refused(world)
    world.outside.fault("payout", asynchronous=True)
    repaying.retry(closing_id=closing_of(case).pk, officer=finance("re"), now=world.now)
    world.work()
    hear(world, effect().pk, type="payout.paid", amount_fen=fen)
    with pytest.raises(DecisionNotPossible):
        decide(world, D.WAS_DONE, kind=K.CONTRADICTORY)
    world.outside.fault("payout")
    world.skip_until(case, lambda: not closing_of(case).is_open)
    assert found() == [K.CONTRADICTORY]


def test_what_was_paid_beside_a_second_payment_is_left_to_people(world: World) -> None:
    case, fen = refused(world)
    world.outside.fault("payout")
    repaying.retry(closing_id=closing_of(case).pk, officer=finance("re"), now=world.now)
    world.skip_until(case, lambda: not closing_of(case).is_open)
    hear(world, effect().pk, type="payout.paid", amount_fen=fen)
    decide(world, D.WAS_DONE, kind=K.CONTRADICTORY)
    assert (found(), stands(case)) == ([K.PAID_TWICE], {Account.REFUNDED: fen})
    decide(world, D.ABSORB, kind=K.PAID_TWICE)
    assert ledger.balances(closing_of(case).pk)[Account.OPERATOR_COST] == fen


def test_what_came_back_in_part_is_charged_back_as_booked_and_stops_nothing(world: World) -> None:
    case, part = waiting(world), FEN - 5000
    hear(world, effect().pk, amount_fen=part)
    world.work()
    decide(world, D.THEIRS_STANDS, kind=K.WRONG_AMOUNT)
    world.outside.fault("payout")
    world.skip_until(case, lambda: not closing_of(case).is_open)
    for fen in (part, None):
        hear(world, effect().pk, type="payout.returned", amount_fen=fen)
    assert (found(), stands(case)) == (
        [K.CHARGEBACK],
        {Account.BALANCE: part, Account.REFUNDED: 5000},
    )
    assert not InboxEvent.objects.filter(matched_at=None).exists()
    decide(world, D.PAY_AGAIN, kind=K.CHARGEBACK)
    assert stands(case) == {Account.UNCLAIMED: part, Account.REFUNDED: 5000}


def by_hand_and_back(world: World) -> tuple[Case, int]:
    """Return a case partly paid by hand whose other part came back, and that part."""
    case, part = waiting(world), FEN - 5000
    hear(world, effect().pk, amount_fen=part)
    world.work()
    world.outside.fault("payout", refuse=["original"])
    decide(world, D.THEIRS_STANDS, kind=K.WRONG_AMOUNT)
    world.skip_until(case, lambda: closing_of(case).state == CaseState.REFUND_ATTENTION)
    paid = repaying.record_payment(
        closing_id=closing_of(case).pk, slip="HD-1", officer=finance("yi"), now=world.now
    )
    repaying.confirm_payment(payment_id=paid.pk, officer=finance("er"), now=world.now)
    world.skip_until(case, lambda: not closing_of(case).is_open)
    hear(world, effect().pk, type="payout.returned", amount_fen=part)
    decide(world, D.PAY_AGAIN, kind=K.CHARGEBACK)
    assert stands(case) == {Account.UNCLAIMED: part, Account.REFUNDED: 5000}
    return case, part


def test_what_came_back_after_a_payment_by_hand_is_handed_out_once_more(world: World) -> None:
    case, part = by_hand_and_back(world)
    yi, er = StaffUser.objects.get(username="yi"), StaffUser.objects.get(username="er")
    paid = handing_out.record(
        closing_id=closing_of(case).pk,
        slip="SJ-1",
        identity_seen=True,
        document_kind=DocumentKind.PASSPORT,
        document_number="E00000001",
        officer=yi,
        now=world.now,
    )
    assert (paid.amount_fen, paid.charge_backs) == (part, 1)
    handing_out.confirm(payment_id=paid.pk, officer=er, now=world.now)
    assert stands(case) == {Account.REFUNDED: FEN}
    assert [row.slip for row in standing.refunds(OPERATOR, since=NOON, until=world.now)] == ["SJ-1"]


def test_the_database_lets_one_payment_by_hand_follow_each_charge_back(world: World) -> None:
    case, part = by_hand_and_back(world)
    columns = {
        "operator": OPERATOR,
        "closing": closing_of(case),
        "amount_fen": part,
        "slip": "SJ-1",
        "recorded_by": StaffUser.objects.get(username="yi"),
        "recorded_at": world.now,
        "confirmed_by": StaffUser.objects.get(username="er"),
        "confirmed_at": world.now,
    }
    for wrong in (0, 2):
        with pytest.raises(IntegrityError, match="not come back so often"), transaction.atomic():
            AssistedPayment.objects.create(**columns, charge_backs=wrong)
    once = AssistedPayment.objects.create(**columns, charge_backs=1)
    with pytest.raises(IntegrityError, match="for_each_charge_back"), transaction.atomic():
        AssistedPayment.objects.create(**columns, charge_backs=1)
    with pytest.raises(IntegrityError, match="not come back so often"), transaction.atomic():
        AssistedPayment.objects.filter(pk=once.pk).update(charge_backs=2)


def test_whoever_was_paid_is_told_that_it_came_back_and_what_becomes_of_it(world: World) -> None:
    case = done(world)
    hear(world, effect().pk, type="payout.returned", reference="R1")
    hear(world, effect().pk, type="payout.returned", reference="R1")
    notices = [row.notice for row in outbox.of_case(case.pk)]
    assert notices.count("charged_back") == 1
    before = notices.count("refunded")
    decide(world, D.OURS_STANDS, kind=K.CHARGEBACK)
    assert [row.notice for row in outbox.of_case(case.pk)].count("refunded") == before + 1
    hear(world, effect().pk, type="payout.returned", reference="R2")
    decide(world, D.PAY_AGAIN, kind=K.CHARGEBACK)
    notices = [row.notice for row in outbox.of_case(case.pk)]
    assert (notices.count("charged_back"), notices.count("unclaimed")) == (2, 1)


def test_a_callback_nothing_can_follow_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = done(world)
    really = matching._weigh_ended

    def broken(effect: Effect, heard: Heard, now: datetime) -> None:
        if heard.reference == "BAD":
            raise ledger.LedgerBroken
        really(effect, heard, now)

    monkeypatch.setattr(matching, "_weigh_ended", broken)
    hear(world, effect().pk, reference="BAD")
    hear(world, effect().pk, type="payout.returned", reference="PAY-1")
    assert found() == [K.CHARGEBACK, K.UNREADABLE]
    assert stands(case) == {Account.BALANCE: FEN}


def test_one_chargeback_is_one_finding_whoever_says_so(world: World) -> None:
    case = done(world)
    note(world, case, K.CHARGEBACK)
    hear(world, effect().pk, type="payout.returned", reference="PAY-9")
    assert (found(), stands(case)) == ([K.CHARGEBACK], {Account.BALANCE: FEN})
    decide(world, D.PAY_AGAIN, kind=K.CHARGEBACK)
    hear(world, effect().pk, type="payout.returned", reference="PAY-9")
    assert (found(), stands(case)) == ([], {Account.UNCLAIMED: FEN})


def test_what_was_not_back_the_first_time_can_come_back_after(world: World) -> None:
    case = done(world)
    hear(world, effect().pk, type="payout.returned", reference="R1")
    decide(world, D.OURS_STANDS, kind=K.CHARGEBACK)
    hear(world, effect().pk, type="payout.returned", reference="R1")
    assert (found(), stands(case)) == ([], {Account.REFUNDED: FEN})
    hear(world, effect().pk, type="payout.returned", reference="R2")
    assert (found(), stands(case)) == ([K.CHARGEBACK], {Account.BALANCE: FEN})
    decide(world, D.PAY_AGAIN, kind=K.CHARGEBACK)
    assert stands(case) == {Account.UNCLAIMED: FEN}


def test_what_is_unresolved_again_is_left_to_people_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure(world, monkeypatch, "/orders", **NEITHER)
    decide(world, D.WAS_NOT_DONE, kind=K.EFFECT_UNRESOLVED)
    for _ in range(5):
        world.clock.pass_(hours=7)
        world.work()
    assert found() == [K.EFFECT_UNRESOLVED]
    assert Finding.objects.count() == 2


def test_a_callback_that_comes_while_a_payment_is_booked_is_weighed_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = waiting(world)
    really = moves.lock

    def once_the_worker_has_ended(case_id: UUID) -> Case:
        closing_id = closing_of(case).pk
        if effect().state == EffectState.UNKNOWN:
            effects.record(effect().pk, state=EffectState.DONE)
            ledger.post_refund(closing_id=closing_id, effect_id=effect().pk, now=world.now)
        return really(case_id)

    monkeypatch.setattr(moves, "lock", once_the_worker_has_ended)
    hear(world, effect().pk, amount_fen=FEN - 1)
    assert found() == [K.WRONG_AMOUNT]


def test_what_does_not_say_how_much_was_paid_proves_nothing_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = unsure(world, monkeypatch, "/payouts", **NEITHER)
    hear(world, effect().pk, amount_fen=None)
    hear(world, effect().pk, currency="")
    world.work()
    assert Account.REFUNDED not in stands(case)
    hear(world, effect().pk)
    world.skip_until(case, lambda: not closing_of(case).is_open)
    assert stands(case) == {Account.REFUNDED: FEN}


def test_whoever_is_owed_again_is_told_how_to_claim_it(world: World) -> None:
    case = done(world)
    hear(world, effect().pk, type="payout.returned")
    assert "unclaimed" not in told(case)
    decide(world, D.PAY_AGAIN, kind=K.CHARGEBACK)
    assert "unclaimed" in told(case)
