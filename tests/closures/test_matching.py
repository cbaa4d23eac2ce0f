"""What a provider says of a payment, in any order: one outcome, money conserved, nothing lost."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from tests.gateways.test_callbacks import headers
from tests.stories import OPERATOR, World, closing_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import late_charges, matching, reconciling, repaying, resolving, waking
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.actors import ActorKind
from xiaohu.core.findings import (
    DecisionNotPossible,
    DecisionReason,
    FindingDecision,
    FindingKind,
)
from xiaohu.core.states import CaseState
from xiaohu.gateways import http
from xiaohu.gateways.callbacks import receive
from xiaohu.gateways.http import Reply
from xiaohu.gateways.http_operator import HttpOperator
from xiaohu.gateways.http_payout import HttpPayout
from xiaohu.gateways.models import InboxEvent
from xiaohu.notices import outbox
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import ledger, unclaimed
from xiaohu.settlement.models import Account, Finding

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
FEN = 12640
D, K = FindingDecision, FindingKind


def hear(world: World, key: UUID | None, body: bytes | None = None, **said: Any) -> None:
    """Let a callback come in and be matched, and a few seconds go by."""
    told = {"type": "payout.paid", "key": str(key), "amount_fen": FEN, "currency": "CNY"} | said
    body = json.dumps(told).encode() if body is None else body
    given = headers(body, event_id=f"evt-{uuid4()}", sent=str(int(time.time())))
    receive(source="payout", headers=given, body=body, now=datetime.now(UTC))
    matching.take_in(now=world.now)
    world.clock.pass_(seconds=5)


def stands(case: Case) -> dict[Account, int]:
    """Return where the holder's money stands."""
    where = (Account.BALANCE, Account.REFUND_PENDING, Account.REFUNDED, Account.UNCLAIMED)
    standing = ledger.balances(closing_of(case).pk)
    return {account: standing[account] for account in where if standing[account]}


def effect() -> Effect:
    """Return the first refund."""
    return Effect.objects.get(kind="refund", round=0)


def found() -> list[str]:
    """Return what people must decide."""
    return sorted(Finding.objects.filter(decided_at=None).values_list("kind", flat=True))


def waiting(world: World) -> Case:
    """Return a case whose refund was accepted and is still to come."""
    world.outside.fault("payout", asynchronous=True)
    case = world.close()
    assert effect().state == EffectState.UNKNOWN
    return case


def done(world: World) -> Case:
    """Return a case whose refund was paid."""
    case = world.close()
    world.skip_until(case, lambda: not closing_of(case).is_open)
    return case


def told(case: Case) -> set[str]:
    """Return which messages were queued."""
    return {notice.notice for notice in outbox.of_case(case.pk)}


def finance(name: str) -> StaffUser:
    """Return somebody of finance."""
    return staff(name, ActorKind.FINANCE)


def decide(
    world: World,
    decision: FindingDecision,
    *,
    kind: FindingKind,
    role: ActorKind = ActorKind.FINANCE,
) -> None:
    """Decide the one finding of a kind, by two people."""
    finding = Finding.objects.get(kind=kind.value, decided_at=None)
    one, two = (staff(f"{name}-{uuid4().hex[:6]}", role) for name in ("one", "two"))
    resolving.propose(
        finding_id=finding.pk,
        decision=decision,
        why=DecisionReason.PROVIDER_CONFIRMED,
        proof="SLIP-1",
        officer=one,
        now=world.now,
    )
    resolving.agree(finding_id=finding.pk, officer=two, now=world.now)


WRONG: dict[str, tuple[dict[str, Any], FindingKind]] = {
    "another amount": ({"amount_fen": FEN - 1}, K.WRONG_AMOUNT),
    "more": ({"amount_fen": FEN + 1}, K.WRONG_AMOUNT),
    "another currency": ({"currency": "USD"}, K.WRONG_CURRENCY),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_callback_parks_the_payment_and_keeps_the_money(world: World, wrong: str) -> None:
    said, kind = WRONG[wrong]
    case = waiting(world)
    hear(world, effect().pk, **said)
    world.work()
    closing = closing_of(case)
    assert found() == [kind]
    assert (closing.owner, closing.next_action_at) == (HumanQueue.OPERATIONS, None)
    assert stands(case) == {Account.REFUND_PENDING: FEN}
    assert "refunded" not in told(case)
    world.clock.pass_(days=1)
    world.work()
    assert found() == [kind]


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_callback_after_the_end_is_left_to_people(world: World, wrong: str) -> None:
    said, kind = WRONG[wrong]
    case = done(world)
    for _ in range(2):
        hear(world, effect().pk, **said)
    assert found() == [kind]
    assert stands(case) == {Account.REFUNDED: FEN}


def test_an_answer_with_another_amount_parks_the_payment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = http.call

    def lying(base_url: str, method: str, path: str, **rest: Any) -> Reply:
        reply = really(base_url, method, path, **rest)
        lies = path.startswith("/payouts") and "amount_fen" in reply.body
        return replace(reply, body={**reply.body, "amount_fen": 1}) if lies else reply

    monkeypatch.setattr(http, "call", lying)
    case = world.close()
    assert found() == [K.WRONG_AMOUNT]
    assert stands(case) == {Account.REFUND_PENDING: FEN}


EVENTS: list[dict[str, Any]] = [
    {},
    {"type": "payout.accepted"},
    {"type": "payout.refused", "reason": "limit"},
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_contradictions_end_alike_in_every_order(world: World, order: tuple[int, ...]) -> None:
    case = waiting(world)
    for number in order:
        for _ in range(2):
            hear(world, effect().pk, **EVENTS[number])
        world.clock.pass_(seconds=5)
        world.work()
    assert found() == [K.CONTRADICTORY]
    assert stands(case) in ({Account.REFUND_PENDING: FEN}, {Account.REFUNDED: FEN})
    assert len(world.outside.truth("payout")) == 1


def test_copies_early_and_late_end_like_one(world: World) -> None:
    case = waiting(world)
    for _ in range(3):
        hear(world, effect().pk, reference="PAY-000001")
    world.skip_until(case, lambda: not closing_of(case).is_open)
    world.clock.pass_(days=30)
    hear(world, effect().pk, reference="PAY-000001")
    assert (found(), stands(case)) == ([], {Account.REFUNDED: FEN})
    assert reconciling.compare(operator=OPERATOR).differences == []


def test_what_nobody_here_asked_for_is_left_to_people(world: World) -> None:
    hear(world, uuid4(), reference="PAY-000009")
    assert found() == [K.UNKNOWN_REFERENCE]
    assert Finding.objects.get().theirs_fen == FEN


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"[1]", b'{"type": 7}', b'{"type": "payout.paid", "amount_fen": -1}']
)
def test_what_cannot_be_read_is_left_to_people(world: World, body: bytes) -> None:
    hear(world, None, body)
    assert found() == [K.UNREADABLE]
    assert not InboxEvent.objects.filter(matched_at=None).exists()


def test_money_that_comes_back_later_is_owed_again(world: World) -> None:
    case = done(world)
    for _ in range(2):
        hear(world, effect().pk, type="payout.returned")
    assert found() == [K.CHARGEBACK]
    assert stands(case) == {Account.BALANCE: FEN}
    decide(world, D.PAY_AGAIN, kind=K.CHARGEBACK)
    assert stands(case) == {Account.UNCLAIMED: FEN}
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    assert (settled.refunded_fen, settled.unclaimed_fen) == (0, FEN)
    assert unclaimed.of_closings([settled.pk])[settled.pk].reason == "came_back"
    assert settled.completed_at == world.now


def test_money_said_to_be_back_that_is_not_stays_paid(world: World) -> None:
    case = done(world)
    hear(world, effect().pk, type="payout.chargeback")
    decide(world, D.OURS_STANDS, kind=K.CHARGEBACK)
    assert stands(case) == {Account.REFUNDED: FEN}


def test_money_that_comes_back_before_it_was_booked_goes_another_way(world: World) -> None:
    case = waiting(world)
    hear(world, effect().pk, type="payout.returned")
    world.work()
    case.refresh_from_db()
    assert case.state == CaseState.REFUND_ATTENTION
    assert stands(case) == {Account.BALANCE: FEN}


def test_money_the_provider_says_came_back_goes_another_way(world: World) -> None:
    world.outside.fault("payout", asynchronous=True, return_after_s=0.1)
    case = world.close()
    time.sleep(1.1)
    hear(world, effect().pk)  # The news that it was paid comes late.
    world.work()
    case.refresh_from_db()
    assert case.state == CaseState.REFUND_ATTENTION
    assert (found(), stands(case)) == ([], {Account.BALANCE: FEN})
    assert reconciling.compare(operator=OPERATOR).differences == []


def test_money_that_came_back_in_silence_is_found(world: World) -> None:
    world.outside.fault("payout", return_after_s=0.5)
    case = done(world)
    time.sleep(0.6)
    report = reconciling.compare(operator=OPERATOR)
    assert [each.kind for each in report.differences] == [K.CHARGEBACK]
    reconciling.note_all(report, operator=OPERATOR, now=world.now)
    decide(world, D.PAY_AGAIN, kind=K.CHARGEBACK)
    assert stands(case) == {Account.UNCLAIMED: FEN}
    assert reconciling.compare(operator=OPERATOR).differences == []


def test_a_payment_made_twice_is_found(world: World) -> None:
    world.outside.fault("payout", pay_twice=True)
    done(world)
    kinds = [each.kind for each in reconciling.compare(operator=OPERATOR).differences]
    assert kinds == [K.PAID_TWICE]


def test_nothing_more_is_paid_while_it_is_not_known_where_money_is(world: World) -> None:
    case = world.submitted()
    world.outside.fault("payout", refuse=["original"])
    world.clock.pass_(days=3, minutes=1)
    world.work()
    hear(world, effect().pk)  # They say that they paid what they had refused.
    assert found() == [K.CONTRADICTORY]
    world.outside.fault("payout")
    repaying.retry(closing_id=closing_of(case).pk, officer=finance("qian"), now=world.now)
    world.work()
    assert closing_of(case).owner == HumanQueue.OPERATIONS
    assert world.outside.truth("payout") == []
    decide(world, D.WAS_NOT_DONE, kind=K.CONTRADICTORY)
    world.skip_until(case, resolved(world, case))
    assert [paid["amount_fen"] for paid in world.outside.truth("payout")] == [FEN]


def resolved(world: World, case: Case) -> Callable[[], bool]:
    """Return the question whether a case has ended."""
    return lambda: not closing_of(case).is_open


@pytest.mark.parametrize("wrong", WRONG)
def test_people_can_say_that_it_was_paid_as_asked(world: World, wrong: str) -> None:
    said, kind = WRONG[wrong]
    case = waiting(world)
    hear(world, effect().pk, **said)
    world.work()
    decide(world, D.OURS_STANDS if kind is K.WRONG_AMOUNT else D.WAS_DONE, kind=kind)
    world.skip_until(case, resolved(world, case))
    assert stands(case) == {Account.REFUNDED: FEN}
    assert found() == []


def test_people_can_say_that_less_was_paid_and_the_rest_follows(world: World) -> None:
    case = waiting(world)
    hear(world, effect().pk, amount_fen=FEN - 40)
    world.work()
    world.outside.fault("payout")
    decide(world, D.THEIRS_STANDS, kind=K.WRONG_AMOUNT)
    world.skip_until(case, resolved(world, case))
    assert stands(case) == {Account.REFUNDED: FEN}
    assert [paid["amount_fen"] for paid in world.outside.truth("payout")] == [FEN, 40]


def test_people_can_say_that_it_was_not_paid(world: World) -> None:
    case = waiting(world)
    hear(world, effect().pk, currency="USD")
    world.work()
    decide(world, D.WAS_NOT_DONE, kind=K.WRONG_CURRENCY)
    world.work()
    case.refresh_from_db()
    assert case.state == CaseState.REFUND_ATTENTION
    assert stands(case) == {Account.BALANCE: FEN}


NEITHER = {"idempotent": False, "lookup": False}


def unsure(world: World, monkeypatch: pytest.MonkeyPatch, path: str, **can: Any) -> Case:
    """Return a case where a provider that can nothing gave no answer."""
    for gateway in (HttpPayout, HttpOperator):
        monkeypatch.setattr(gateway, "capabilities", replace(gateway.capabilities, **can))
    really = http.call

    def lossy(base_url: str, method: str, where: str, **rest: Any) -> Reply:
        reply = really(base_url, method, where, **rest)
        return http.NOTHING if method == "POST" and where == path else reply

    monkeypatch.setattr(http, "call", lossy)
    case = world.close()
    world.clock.pass_(hours=1)
    world.work()
    return case


@pytest.mark.parametrize("path", ["/payouts", "/orders"])
def test_what_nobody_can_find_out_is_never_repeated(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    case = unsure(world, monkeypatch, path, **NEITHER)
    which = "payout" if path == "/payouts" else "operator"
    happened = len(world.outside.truth(which))
    for _ in range(5):
        world.clock.pass_(hours=7)
        world.work()
    assert len(world.outside.truth(which)) == happened
    assert found() == [K.EFFECT_UNRESOLVED]
    assert closing_of(case).owner == HumanQueue.OPERATIONS


@pytest.mark.parametrize(
    ("path", "decision"),
    [("/payouts", D.WAS_DONE), ("/orders", D.WAS_DONE), ("/orders", D.WAS_NOT_DONE)],
)
def test_people_say_what_became_of_it_and_it_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str, decision: FindingDecision
) -> None:
    case = unsure(world, monkeypatch, path, **NEITHER)
    monkeypatch.undo()
    monkeypatch.setattr(http, "_exchange", world.outside.exchange)
    before = len(world.outside.truth("operator"))
    decide(world, decision, kind=K.EFFECT_UNRESOLVED)
    if decision is D.WAS_NOT_DONE:
        world.work()
        assert len(world.outside.truth("operator")) > before
        return
    world.skip_until(case, resolved(world, case))
    assert reconciling.compare(operator=OPERATOR).differences == []


def test_a_callback_settles_what_cannot_be_looked_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = unsure(world, monkeypatch, "/payouts", **NEITHER)
    world.clock.pass_(days=30)
    hear(world, effect().pk)
    world.skip_until(case, resolved(world, case))
    assert stands(case) == {Account.REFUNDED: FEN}


def test_nobody_says_for_the_operator_what_a_bill_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    unsure(world, monkeypatch, "/bills", **NEITHER)
    with pytest.raises(DecisionNotPossible):
        decide(world, D.WAS_DONE, kind=K.EFFECT_UNRESOLVED)


def test_a_lost_job_loses_no_callback(world: World) -> None:
    case = waiting(world)
    hear(world, effect().pk, amount_fen=1)
    InboxEvent.objects.update(matched_at=None)
    waking.wake(effect_id=effect().pk, now=world.now)
    world.work()
    assert found() == [K.WRONG_AMOUNT]
    assert stands(case) == {Account.REFUND_PENDING: FEN}


@pytest.mark.parametrize(
    ("decision", "account"), [(D.ABSORB, Account.OPERATOR_COST), (D.CLAIM, Account.CLAIM)]
)
def test_two_people_say_who_bears_a_late_charge(
    world: World, decision: FindingDecision, account: Account
) -> None:
    case = done(world)
    bill = Effect.objects.get(kind="collect_bill")
    said = {"type": "bill.late_charge", "amount_fen": 300, "reference": "LATE-1"}
    with transaction.atomic():
        late_charges.hear(bill.pk, said, world.now)
    decide(world, decision, kind=K.LATE_CHARGE)
    standing = ledger.balances(closing_of(case).pk)
    assert (standing[Account.SUSPENSE], standing[account]) == (0, 300)
    assert reconciling.compare(operator=OPERATOR).differences == []


def test_what_another_source_says_of_a_payment_does_not_count(world: World) -> None:
    waiting(world)
    said = {"type": "payout.paid", "key": str(effect().pk), "amount_fen": 1, "currency": "CNY"}
    body = json.dumps(said).encode()
    given = headers(body, sent=str(int(time.time())))
    receive(source="operator", headers=given, body=body, now=datetime.now(UTC))
    assert matching.heard_of(effect().pk) == []
