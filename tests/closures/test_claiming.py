"""Money nobody could be paid stays owed, and is claimed by the entitled: by its folder, or at the counter."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from tests.closures import rulings
from tests.closures.states import BANK, fails, officer
from tests.closures.test_repaying import came_back, finance, maybe_paid
from tests.stories import World, closing_of, document_of, holder_of
from xiaohu.closures import (
    agreeing,
    alarms,
    claiming,
    documents,
    handing_out,
    payee_identity,
    paying,
    purging,
    refunding,
    retrying,
    standing,
    submitting,
    unanswered,
)
from xiaohu.closures.clearing import MoneyHeld, MoneyUncertain
from xiaohu.closures.handing_out import IdentityNotSeen
from xiaohu.closures.models import AssistedPayment, Case, Claim, Closing, DocumentKind
from xiaohu.closures.ordering import line_of
from xiaohu.closures.repaying import NotYoursToPay
from xiaohu.closures.reviewing import SamePerson
from xiaohu.core import identity
from xiaohu.core.profile import RefundRoute
from xiaohu.core.repaying import TRIES, PaymentPending, SumMismatch
from xiaohu.core.states import CaseState
from xiaohu.core.unclaimed import ClaimElsewhere, ClaimTooLate, NothingToClaim, claim_until
from xiaohu.notices.models import QueuedNotice
from xiaohu.settlement import ledger, orders
from xiaohu.settlement.models import Account, SettledClosing, UnclaimedMoney
from xiaohu.trail import events

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def at_counter(world: World) -> Case:
    """Return a case that is done, with its money waiting at the counter."""
    case = world.ready()
    paying.set_refund(case_id=case.pk, route=RefundRoute.COUNTER)
    world.submit(case)
    world.clock.pass_(days=3, minutes=1)
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE, hours=2)
    return Case.objects.get(pk=case.pk)


def claimed(world: World, case: Case) -> Case:
    """Claim what waits to a bank account."""
    if not payee_identity.fresh(case) and payee_identity.waits_for_payee(case):
        world.show_identity(case)
    return claiming.claim(
        case_id=case.pk,
        route=RefundRoute.BANK_ACCOUNT,
        **BANK,
        actor=holder_of(case),
        now=world.now,
    )


def agreed(world: World, case: Case) -> None:
    """Have a claim agreed to and its time pass."""
    world.work()
    agreeing.agree(closing_id=closing_of(case).pk, officer=finance(), now=world.now)
    world.clock.pass_(days=1, minutes=1)


def settled(case: Case) -> SettledClosing:
    """Return the settlement of a case."""
    found = ledger.of_closing(closing_of(case).pk)
    assert found is not None
    return found


def kept(case: Case) -> UnclaimedMoney:
    """Return what is kept of unclaimed money."""
    return UnclaimedMoney.objects.get(pk=closing_of(case).pk)


@pytest.mark.parametrize(
    ("booked", "until"), [("2026-11-26", "2029-11-26"), ("2028-02-29", "2031-02-28")]
)
def test_a_claim_lasts_three_years(booked: str, until: str) -> None:
    assert claim_until(date.fromisoformat(booked), years=3) == date.fromisoformat(until)


def test_money_at_the_counter_says_why_and_until_when(world: World) -> None:
    case = at_counter(world)
    row = kept(case)
    assert (row.reason, row.claim_until) == ("counter", date(2029, 11, 26))
    told = QueuedNotice.objects.filter(notice="unclaimed")
    assert told.get().params["day"] == "2029-11-26"
    statement = document_of(case, DocumentKind.STATEMENT)
    assert statement is not None
    said = documents.read(statement)["claim"]
    assert (said["until"], said["at"][-6:]) == ("2029-11-26", "/claim")


def test_a_claim_waits_and_is_paid_exactly_once(world: World) -> None:
    case = at_counter(world)
    owed = settled(case).unclaimed_fen
    claimed(world, case)
    with pytest.raises(NothingToClaim):
        claimed(world, case)
    agreed(world, case)
    world.work()
    world.clock.pass_(days=1)
    world.work()
    row = settled(case)
    assert (row.refunded_fen, row.unclaimed_fen) == (owed, 0)
    assert row.completed_at is not None
    assert [p["amount_fen"] for p in world.outside.truth("payout")] == [owed]
    assert ledger.balances(row.closing_id)[Account.UNCLAIMED] == 0
    assert claiming.open_of(row.closing_id) is None
    with pytest.raises(NothingToClaim):
        claimed(world, case)


def test_a_claim_the_bank_sends_back_is_unclaimed_again(world: World) -> None:
    case = at_counter(world)
    owed = settled(case).unclaimed_fen
    world.outside.fault("payout", refuse=["bank_account"])
    claimed(world, case)
    agreed(world, case)
    world.work()
    assert settled(case).unclaimed_fen == owed
    assert settled(case).completed_at is not None
    world.outside.fault("payout")
    claimed(world, case)
    agreed(world, case)
    world.work()
    assert settled(case).refunded_fen == owed


def test_a_claim_is_stopped_from_an_earlier_contact(world: World) -> None:
    case = at_counter(world)
    claimed(world, case)
    order = orders.last(closing_of(case).pk)
    assert order is not None
    assert agreeing.stop(operator=case.operator, code=order.stop_code, now=world.now)
    world.clock.pass_(days=3)
    world.work()
    assert world.outside.truth("payout") == []
    assert claiming.claimable(case)


def test_an_open_request_has_nothing_to_claim(world: World) -> None:
    case = world.ready()
    with pytest.raises(NothingToClaim):
        claimed(world, case)


def test_what_nobody_answers_for_is_reminded_of_and_then_kept(world: World) -> None:
    case = came_back(world)
    told = QueuedNotice.objects.filter(notice="refund_failed")
    before = told.count()
    world.clock.pass_(days=3, minutes=1)
    for _ in range(2):
        unanswered.remind(now=world.now)
    assert told.count() > before
    again = told.count()
    unanswered.remind(now=world.now)
    assert told.count() == again
    assert unanswered.give_up(now=world.now) == 0
    world.clock.pass_(days=12)
    assert unanswered.give_up(now=world.now) == 1
    assert unanswered.give_up(now=world.now) == 0
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE, hours=2)
    assert kept(case).reason == "not_answered"
    assert settled(case).unclaimed_fen == settled(case).refundable_fen
    assert world.outside.truth("payout") == []


def handed_out(world: World, case: Case, *, seen: bool = True) -> AssistedPayment:
    """Record that money was handed out at the counter."""
    return handing_out.record(
        closing_id=closing_of(case).pk,
        slip="SJ-2026-1",
        identity_seen=seen,
        document_kind=identity.DocumentKind.PASSPORT,
        document_number="E00000001",
        officer=finance(),
        now=world.now,
    )


def test_what_was_seen_of_a_document_is_forgotten_thirty_days_later(world: World) -> None:
    case = at_counter(world)
    payment = handed_out(world, case)
    Case.objects.filter(pk=case.pk).update(purged_at=world.now)
    world.clock.pass_(days=31)
    assert purging.forget_fingerprints(now=world.now) == 0  # nobody has confirmed it yet
    handing_out.confirm(payment_id=payment.pk, officer=finance("zhou"), now=world.now)
    world.clock.pass_(days=30, seconds=-1)
    assert purging.forget_fingerprints(now=world.now) == 0
    world.clock.pass_(seconds=2)
    assert purging.forget_fingerprints(now=world.now) >= 1
    payment.refresh_from_db()
    assert (payment.document_index, payment.document_kind) == (None, "passport")


def test_two_people_hand_money_out_to_somebody_they_saw(world: World) -> None:
    case = at_counter(world)
    owed = settled(case).unclaimed_fen
    with pytest.raises(IdentityNotSeen):
        handed_out(world, case, seen=False)
    payment = handed_out(world, case)
    with pytest.raises(PaymentPending):
        handed_out(world, case)
    with pytest.raises(SamePerson):
        handing_out.confirm(payment_id=payment.pk, officer=finance(), now=world.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        AssistedPayment.objects.filter(pk=payment.pk).update(
            confirmed_by=finance(), confirmed_at=world.now
        )
    for _ in range(2):
        handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)
    row = settled(case)
    assert (row.refunded_fen, row.unclaimed_fen) == (owed, 0)
    with pytest.raises(NothingToClaim):
        claimed(world, case)


def test_a_record_taken_back_pays_nothing(world: World) -> None:
    case = at_counter(world)
    payment = handed_out(world, case)
    for _ in range(2):
        handing_out.drop(payment_id=payment.pk, officer=finance(), now=world.now)
    with pytest.raises(SumMismatch):
        handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)
    assert settled(case).unclaimed_fen > 0


def test_while_it_is_claimed_nothing_is_handed_out(world: World) -> None:
    case = at_counter(world)
    claimed(world, case)
    with pytest.raises(NothingToClaim):
        handed_out(world, case)


def test_while_it_is_handed_out_nothing_is_claimed(world: World) -> None:
    case = at_counter(world)
    payment = handed_out(world, case)
    assert claiming.claimable(case) == []
    with pytest.raises(PaymentPending):
        claimed(world, case)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.create(operator=case.operator, closing=closing_of(case), made_at=world.now)
    handing_out.drop(payment_id=payment.pk, officer=finance(), now=world.now)
    assert claimed(world, case).pk == case.pk


def test_what_may_have_been_paid_is_neither_given_up_nor_kept_at_the_counter(world: World) -> None:
    case = came_back(world)
    maybe_paid(world, case)
    world.clock.pass_(days=16)
    assert unanswered.give_up(now=world.now) == 0
    refunding.choose_another_way(
        case_id=case.pk, route=RefundRoute.COUNTER, actor=holder_of(case), now=world.now
    )
    world.work()
    closing = closing_of(case)
    assert (closing.owner, closing.trouble) == ("operations", "refund_unresolved")
    assert settled(case).unclaimed_fen == 0


def test_what_may_have_been_paid_is_not_handed_out(world: World) -> None:
    case = at_counter(world)
    maybe_paid(world, case)
    with pytest.raises(MoneyUncertain):
        handed_out(world, case)


def test_what_the_law_holds_is_neither_handed_out_nor_paid_as_claimed(world: World) -> None:
    case = at_counter(world)
    payment = handed_out(world, case)
    world.outside.change(line_of(closing_of(case)), legal_hold=True)
    with pytest.raises(MoneyHeld):
        handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)
    handing_out.drop(payment_id=payment.pk, officer=finance(), now=world.now)
    with pytest.raises(MoneyHeld):
        handed_out(world, case)
    claimed(world, case)
    agreed(world, case)
    world.work()
    assert (closing_of(case).trouble, world.outside.truth("payout")) == ("legal_hold", [])
    world.outside.change(line_of(closing_of(case)), legal_hold=False)
    world.clock.pass_(days=1, minutes=1)
    world.work()
    assert len(world.outside.truth("payout")) == 1


def test_one_that_fails_keeps_nobody_else_from_being_looked_after(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = came_back(world)
    world.clock.pass_(days=16)
    with monkeypatch.context() as broken:
        broken.setattr(claiming, "book", fails)
        assert unanswered.give_up(now=world.now) == 0
        broken.setattr(submitting, "tell", fails)
        assert unanswered.remind(now=world.now) == 0
    assert closing_of(case).state == CaseState.REFUND_ATTENTION
    assert unanswered.give_up(now=world.now) == 1


def test_what_our_people_must_pay_is_not_booked_as_unanswered(world: World) -> None:
    case = came_back(world)
    Closing.objects.filter(case=case).update(refund_round=TRIES)
    world.clock.pass_(days=30)
    assert unanswered.give_up(now=world.now) == 0
    assert unanswered.remind(now=world.now) == 0


def test_a_large_sum_is_confirmed_by_finance(world: World) -> None:
    case = world.ready()
    paying.set_refund(case_id=case.pk, route=RefundRoute.COUNTER)
    world.submit(case)
    world.outside.change(world.line(), cash_fen=150_000)
    world.clock.pass_(days=3, minutes=1)
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE, hours=2)
    payment = handed_out(world, case)
    with pytest.raises(NotYoursToPay):
        handing_out.confirm(payment_id=payment.pk, officer=officer(), now=world.now)
    handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)
    assert settled(case).unclaimed_fen == 0


def test_the_database_hands_nothing_out_to_somebody_nobody_saw(world: World) -> None:
    case = at_counter(world)
    payment = handed_out(world, case)
    AssistedPayment.objects.filter(pk=payment.pk).update(identity_seen=False)
    with pytest.raises(IntegrityError, match="nobody saw"):
        handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)


def test_what_was_recorded_without_a_document_is_not_confirmed(world: World) -> None:
    payment = handed_out(world, at_counter(world))
    AssistedPayment.objects.filter(pk=payment.pk).update(document_index=None)
    with pytest.raises(IdentityNotSeen):
        handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)


def test_a_claim_that_waits_for_people_is_late_and_tried_again(world: World) -> None:
    case = at_counter(world)
    claimed(world, case)
    world.work()
    closing = closing_of(case)
    assert (closing.is_open, closing.trouble) == (False, "refund_to_confirm")
    found = standing.waiting(case.operator, now=world.now)
    assert {one.place: one.count for one in found}["people"] == 1
    world.clock.pass_(days=2)
    assert alarms.forgotten(now=world.now) == 1
    retrying.try_again(case_id=case.pk, closing_id=closing.pk, officer=officer(), now=world.now)
    assert standing.run(clock=world.clock) == 1


def test_only_accounts_of_the_entitled_are_taken(world: World) -> None:
    case = at_counter(world)
    with pytest.raises(ClaimElsewhere):
        claiming.claim(
            case_id=case.pk,
            route=RefundRoute.COUNTER,
            bank="",
            account="",
            actor=holder_of(case),
            now=world.now,
        )


def test_after_the_folder_is_gone_the_counter_remains(world: World) -> None:
    case = at_counter(world)
    world.clock.pass_(days=31)
    purging.purge(now=world.now)
    case.refresh_from_db()
    assert claiming.ways(case) == ()
    payment = handed_out(world, case)
    handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)
    assert settled(case).unclaimed_fen == 0


def test_after_its_last_day_money_is_still_handed_out_and_that_it_is_late_is_recorded(
    world: World,
) -> None:
    case = at_counter(world)
    assert claiming.note_late(now=world.now) == 0
    world.clock.at = datetime(2029, 11, 26, 12, tzinfo=UTC)
    assert claiming.note_late(now=world.now) == 0
    world.clock.pass_(days=1)
    assert [claiming.note_late(now=world.now) for _ in range(2)] == [1, 0]
    told = [event for event in events.of_case(case.pk) if event.action == "pass_claim_limit"]
    assert [event.evidence["claim_until"] for event in told] == ["2029-11-26"]
    assert kept(case).late_since == world.now
    assert ledger.balances(closing_of(case).pk)[Account.UNCLAIMED] == settled(case).unclaimed_fen
    payment = handed_out(world, case)
    handing_out.confirm(payment_id=payment.pk, officer=finance("sun"), now=world.now)
    assert settled(case).unclaimed_fen == 0


def test_where_the_rules_pay_nothing_late_it_stays_owed_and_apart(world: World) -> None:
    world.clock.pass_(minutes=5)
    rulings.publish("2026.12", '[refund]\nclaimed_late = "not_paid"', "", now=world.now)
    case = at_counter(world)
    world.clock.at = datetime(2029, 11, 27, 12, tzinfo=UTC)
    claiming.note_late(now=world.now)
    for late in (handed_out, claimed):
        with pytest.raises(ClaimTooLate):
            late(world, case)
    assert ledger.balances(closing_of(case).pk)[Account.UNCLAIMED] == settled(case).unclaimed_fen
