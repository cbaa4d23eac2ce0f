"""A charge after the last bill goes into suspense and to people, never to the settled account."""

import json
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client

from tests.closures.test_billing import closed
from tests.gateways.test_callbacks import headers
from tests.stories import World, closing_of
from xiaohu.closures import late_charges, waking
from xiaohu.closures.models import Case
from xiaohu.core.choices import Choice
from xiaohu.core.findings import FindingKind
from xiaohu.core.states import CaseState
from xiaohu.gateways.callbacks import WAKE
from xiaohu.queue import engine
from xiaohu.queue.models import Effect
from xiaohu.settlement import ledger, suspense
from xiaohu.settlement.models import Account, Finding, SettledClosing

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def key_of(case: Case) -> UUID:
    """Return the key under which the bill of a case was asked for."""
    return Effect.objects.get(subject_id=closing_of(case).pk, kind="collect_bill", round=0).pk


def hear(world: World, key: UUID, **said: Any) -> None:
    """Hear of a charge."""
    body = {"type": "bill.late_charge", "reference": "LATE-000001", "amount_fen": 730, **said}
    with transaction.atomic():
        late_charges.hear(key, body, world.now)


def test_goes_into_suspense_once_and_to_people(world: World) -> None:
    case = world.close()
    before = SettledClosing.objects.values().get()
    for _ in range(3):
        hear(world, key_of(case))
    found = Finding.objects.get()
    assert (found.kind, found.theirs_fen, found.reference) == (
        FindingKind.LATE_CHARGE,
        730,
        "LATE-000001",
    )
    assert ledger.balances(closing_of(case).pk)[Account.SUSPENSE] == 730
    assert SettledClosing.objects.values().get() == before
    assert ledger.left_of([closing_of(case).pk])[closing_of(case).pk] == 0


@pytest.mark.parametrize(
    ("end", "account", "column"),
    [
        (suspense.absorb, Account.OPERATOR_COST, "operator_cost_fen"),
        (suspense.claim, Account.CLAIM, "debt_fen"),
    ],
)
def test_is_borne_or_claimed_as_people_decide(
    world: World, end: Any, account: Account, column: str
) -> None:
    case = world.close()
    hear(world, key_of(case))
    closing_id, charge_id = closing_of(case).pk, Finding.objects.get().pk
    assert end(closing_id=closing_id, charge_id=charge_id, now=world.now) == 730
    standing = ledger.balances(closing_id)
    assert (standing[Account.SUSPENSE], standing[account]) == (0, 730)
    assert SettledClosing.objects.values_list(column, flat=True).get() == 730
    with pytest.raises(ledger.LedgerBroken):
        end(closing_id=closing_id, charge_id=charge_id, now=world.now)


@pytest.mark.parametrize(
    "said",
    [
        {"amount_fen": 0},
        {"amount_fen": -5},
        {"amount_fen": 1.5},
        {"amount_fen": True},
        {"amount_fen": "730"},
        {"amount_fen": 10**13},
        {"amount_fen": None},
        {"currency": "USD"},
        {"currency": None},
        {"reference": None},
        {"reference": ""},
        {"reference": "李某"},
        {"reference": ["x"]},
    ],
)
def test_what_cannot_be_read_is_left_to_people_unbooked(world: World, said: Any) -> None:
    case = world.close()
    hear(world, key_of(case), **said)
    assert Finding.objects.get().kind == FindingKind.BILL_UNREADABLE
    assert ledger.balances(closing_of(case).pk)[Account.SUSPENSE] == 0


def test_a_second_charge_nobody_can_read_is_told_from_the_first(world: World) -> None:
    case = world.close()
    for amount in ("x", "x", -4):
        hear(world, key_of(case), amount_fen=amount)
        hear(world, key_of(case), amount_fen=amount, reference=None)
    assert Finding.objects.filter(kind=FindingKind.BILL_UNREADABLE).count() == 4


def test_a_charge_on_no_bill_of_ours_is_left_to_people(world: World) -> None:
    hear(world, uuid4())
    found = Finding.objects.get()
    assert (found.kind, found.closing_id) == (FindingKind.UNKNOWN_REFERENCE, None)


def test_nothing_is_decided_before_the_account_is_settled(world: World) -> None:
    world.outside.change(world.line(), roaming_pending=True, roaming_fen=2300)
    case = closed(world, ROAMING_PENDING=Choice.SETTLE_LATER)
    hear(world, key_of(case))
    closing_id, charge_id = closing_of(case).pk, Finding.objects.get().pk
    with pytest.raises(suspense.NotSettledYet), transaction.atomic():
        suspense.absorb(closing_id=closing_id, charge_id=charge_id, now=world.now)
    world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
    suspense.absorb(closing_id=closing_id, charge_id=charge_id, now=world.now)
    assert ledger.balances(closing_id)[Account.OPERATOR_COST] == 730


def test_anything_else_only_says_when_to_look(world: World) -> None:
    waiting = engine.waiting(WAKE)
    hear(world, uuid4(), type="bill.ready")
    assert engine.waiting(WAKE) == waiting + 1
    assert not Finding.objects.exists()


def test_news_of_a_bill_bring_the_next_part_forward(world: World) -> None:
    world.outside.change(world.line(), roaming_pending=True, roaming_fen=2300)
    case = closed(world, ROAMING_PENDING=Choice.SETTLE_LATER)
    waking.wake(effect_id=key_of(case), now=world.now)
    world.work()
    case.refresh_from_db()
    assert case.state == CaseState.DONE


def test_news_of_a_bill_that_is_settled_change_nothing(world: World) -> None:
    case = world.close()
    waking.wake(effect_id=key_of(case), now=world.now)
    assert closing_of(case).next_action_at is None


def post(client: Client, body: bytes, event_id: str) -> int:
    """Send a signed callback of the operator and return how it was answered."""
    given = headers(body, event_id=event_id)
    path = "/callbacks/operator"
    answer = client.post(path, data=body, content_type="application/json", headers=given)
    return answer.status_code


def test_comes_in_by_a_signed_callback(world: World, client: Client) -> None:
    case = world.close()
    said = {"type": "bill.late_charge", "key": str(key_of(case)), "reference": "L-1"}
    body = json.dumps({**said, "amount_fen": 730}).encode()
    for event_id in ("evt-1", "evt-1", "evt-2"):
        assert post(client, body, event_id) == 204
    assert ledger.balances(closing_of(case).pk)[Account.SUSPENSE] == 730
    assert Finding.objects.get().reference == "L-1"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[]", b"{}", b'{"key": "?", "amount_fen": 1}'])
def test_what_names_no_bill_at_all_is_left_to_people(
    world: World, client: Client, body: bytes
) -> None:
    for _ in range(2):
        assert post(client, body, "evt-1") == 204
    found = Finding.objects.get()
    assert (found.kind, found.reference) == (FindingKind.UNREADABLE, "evt-1")
