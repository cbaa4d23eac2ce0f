"""What follows a decision about money: booked once, never beside what was paid, and nothing is stuck."""

import pytest

from tests.closures.test_matching import (
    FEN,
    D,
    K,
    decide,
    done,
    effect,
    finance,
    found,
    hear,
    stands,
    waiting,
)
from tests.closures.test_repaying import came_back
from tests.stories import OPERATOR, World, closing_of
from xiaohu.closures import reconciling, repaying
from xiaohu.closures.models import Case
from xiaohu.core.findings import (
    FINDINGS,
    DecisionNotPossible,
    FindingDecision,
    FindingKind,
    FindingSource,
)
from xiaohu.core.states import CaseState
from xiaohu.settlement import findings, ledger
from xiaohu.settlement.models import Account

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
