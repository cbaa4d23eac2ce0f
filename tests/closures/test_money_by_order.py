"""T11: whoever writes past every page and verb still sends no money alone."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.closures.states import officer
from tests.closures.test_repaying import came_back, finance, recorded
from tests.stories import World, closing_of
from xiaohu.closures import queries, repaying
from xiaohu.closures.models import AssistedPayment, Case
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, Paid
from xiaohu.core.ordering import Asked, Terms
from xiaohu.queue import effects
from xiaohu.settlement import ledger, orders
from xiaohu.settlement.models import RefundOrder, Transfer

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ANOTHER = b"another account"


def placed(world: World, case: Case, *, needed: int = 0, **differs: Any) -> RefundOrder:
    """Order the refund of a case past every verb, true but for what differs."""
    case.refresh_from_db()
    closing = closing_of(case)
    left_fen = ledger.left_of([closing.pk])[closing.pk]
    true = Asked(
        moved=False,
        by_staff=False,
        deciders=1,
        same_payee=False,
        amount_fen=left_fen,
        together_fen=left_fen or 0,
        limit_fen=queries.profile_of(case).refund.review_above_fen,
    )
    columns: dict[str, Any] = {
        "route": case.refund_route,
        "payee": case.payee_index,
        "prepared_by": case.prepared_by,
    }
    columns |= {name: differs.pop(name) for name in set(columns) & set(differs)}
    with transaction.atomic():
        return orders.place(
            operator=case.operator,
            closing_id=closing.pk,
            asked=replace(true, **differs),
            terms=Terms(needed=needed),
            now=world.now,
            **columns,
        )


def send(world: World, case: Case) -> None:
    """Send what stands ordered under a refund of its own, past every verb."""
    closing = closing_of(case)
    with transaction.atomic():
        effect = effects.new(
            operator=case.operator, subject_id=closing.pk, kind="refund", round_=7, now=world.now
        )
        effects.sending(effect, now=world.now)
        orders.send(closing.pk, effect_id=effect.pk, now=world.now)
        ledger.reserve_refund(closing_id=closing.pk, effect_id=effect.pk, now=world.now)


def set_aside(case: Case) -> int:
    """Return how often money of a case was set aside."""
    found = Transfer.objects.filter(closing_id=closing_of(case).pk, credit="refund_pending")
    return found.count()


def test_an_order_that_is_true_sends_its_money_once(world: World) -> None:
    case = came_back(world)
    before = set_aside(case)
    placed(world, case)
    send(world, case)
    assert set_aside(case) == before + 1
    with pytest.raises(IntegrityError):
        send(world, case)


@pytest.mark.parametrize(
    "differs",
    [
        {"limit_fen": 10_000_000},
        {"route": "bank_account"},
        {"payee": ANOTHER},
    ],
)
def test_an_order_says_what_is_true_of_its_case(world: World, differs: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="something else than its case"):
        placed(world, came_back(world), **differs)


def test_nobody_orders_alone_to_a_payee_nobody_decided_upon(world: World) -> None:
    case = came_back(world)
    Case.objects.filter(pk=case.pk).update(payee_index=ANOTHER)
    with pytest.raises(IntegrityError, match="something else than its case"):
        placed(world, case)
    assert placed(world, case, needed=1, moved=True, identity=uuid4()).missing == 1
    with pytest.raises(IntegrityError, match="not_agreed_to"):
        send(world, case)


def test_money_goes_nowhere_else_than_was_agreed(world: World) -> None:
    case = came_back(world)
    before = set_aside(case)
    placed(world, case)
    Case.objects.filter(pk=case.pk).update(payee_index=ANOTHER)
    with pytest.raises(IntegrityError, match="goes elsewhere"):
        send(world, case)
    assert set_aside(case) == before


TWO = sorted(
    kind.value
    for kind, rule in APPLICANTS.items()
    if rule.paid is Paid.APPLICANT and rule.deciders > 1
)


@pytest.mark.parametrize("applicant", TWO)
def test_whoever_stands_in_for_a_holder_is_paid_by_two(world: World, applicant: str) -> None:
    assert TWO == ["guardian", "heir", "liquidator"]
    case = came_back(world)
    Case.objects.filter(pk=case.pk).update(applicant=ApplicantKind(applicant).value)
    for alone in ({}, {"needed": 1}):
        with pytest.raises(IntegrityError, match="something else than its case"):
            placed(world, case, **alone)
    with pytest.raises(IntegrityError, match="needs_two"):
        placed(world, case, needed=1, deciders=2)
    assert placed(world, case, needed=2, deciders=2).missing == 2


def test_money_goes_only_under_a_refund_or_a_payment_by_hand(world: World) -> None:
    case = came_back(world)
    closing = closing_of(case)
    placed(world, case)
    stranger = uuid4()
    orders.send(closing.pk, effect_id=stranger, now=world.now)
    with pytest.raises(IntegrityError, match="goes elsewhere"), transaction.atomic():
        ledger.reserve_refund(closing_id=closing.pk, effect_id=stranger, now=world.now)


@pytest.mark.parametrize("lie", ["nobody confirmed", "another confirmed", "another recorded"])
def test_a_payment_by_hand_goes_by_the_two_it_names(world: World, lie: str) -> None:
    case = came_back(world)
    payment = recorded(world, case)
    sun, li = finance("sun"), officer("li")
    said = {"confirmed_by": li if lie == "another confirmed" else sun, "confirmed_at": world.now}
    if lie != "nobody confirmed":
        AssistedPayment.objects.filter(pk=payment.pk).update(**said)
    recorder = li if lie == "another recorded" else finance()
    order = placed(world, case, needed=1, by_staff=True, prepared_by=recorder.pk)
    orders.agree(order, by=sun.pk, now=world.now)
    orders.send(payment.closing_id, effect_id=payment.pk, now=world.now)
    with pytest.raises(IntegrityError, match="goes elsewhere"), transaction.atomic():
        ledger.reserve_refund(closing_id=payment.closing_id, effect_id=payment.pk, now=world.now)


def test_what_two_recorded_and_confirmed_is_kept_with_its_order(world: World) -> None:
    case = came_back(world)
    payment = recorded(world, case)
    repaying.confirm_payment(payment_id=payment.pk, officer=finance("sun"), now=world.now)
    order = orders.last(payment.closing_id)
    assert order is not None
    assert (order.prepared_by, order.first_by) == (finance().pk, finance("sun").pk)
    assert (order.effect_id, order.amount_fen) == (payment.pk, payment.amount_fen)
