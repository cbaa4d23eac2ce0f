"""The oracle: nothing where all went well, and each lie by its name."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.closures.test_claiming import agreed, at_counter, claimed
from tests.closures.test_repaying import finance
from tests.settlement.books import post
from tests.stories import LARGE, OPERATOR, World, closing_of
from xiaohu.closures import reconciling, resolving
from xiaohu.closures.models import Case
from xiaohu.core.calendar import day_of
from xiaohu.core.findings import DecisionReason, FindingDecision, FindingKind
from xiaohu.core.reconciling import Payment, PaymentState
from xiaohu.core.steps import Scope
from xiaohu.gateways import http
from xiaohu.gateways.http import Reply
from xiaohu.gateways.http_payout import HttpPayout
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.ops import reconciling as command
from xiaohu.settlement import ledger, statements
from xiaohu.settlement.models import Account, BillPart, Finding, SettledClosing
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def found() -> set[FindingKind]:
    """Return what differs."""
    return {each.kind for each in reconciling.compare(operator=OPERATOR).differences}


@pytest.fixture
def closed(world: World) -> Case:
    """Return a line closed to the end."""
    case = world.close()
    world.skip_until(case, lambda: not closing_of(case).is_open)
    return case


def test_all_agrees_where_nothing_happened(world: World) -> None:
    assert reconciling.compare(operator=OPERATOR) == reconciling.Report()


def test_all_agrees_after_a_closing(world: World, closed: Case) -> None:
    report = reconciling.compare(operator=OPERATOR)
    assert report.differences == []
    assert (report.payments, report.books, report.lines, report.bills) == (1, 1, 1, 1)


def test_all_agrees_at_every_moment_of_a_closing(world: World) -> None:
    case = world.submitted(scope=Scope.BOTH)
    world.outside.fault("payout", asynchronous=True)
    world.outside.fault("operator", asynchronous=True)
    world.clock.pass_(days=3, minutes=1)
    while closing_of(case).is_open:
        world.work()
        assert found() == set()
        world.clock.pass_(seconds=4)


def test_a_payment_nobody_here_ordered_is_found(world: World, closed: Case) -> None:
    body = {
        "amount_fen": 5,
        "currency": "CNY",
        "reference": "XH",
        "destination": {"route": "original", "subscription_id": "S1"},
    }
    paid = world.outside.clients[2].post("/payouts", json=body, headers={"Idempotency-Key": "k"})
    assert paid.status_code == 200
    assert found() == {FindingKind.UNKNOWN_TO_US}


def test_a_payment_that_was_never_made_is_found(
    world: World, closed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HttpPayout, "payments", lambda _: [])
    assert found() == {FindingKind.MISSING_AT_PROVIDER}


def test_books_that_disagree_are_found(world: World, closed: Case) -> None:
    post(closing_of(closed).pk, Account.USAGE, Account.FEES)
    assert found() == {FindingKind.BOOKS_DISAGREE}


def test_a_line_closed_with_money_left_is_found(world: World, closed: Case) -> None:
    SettledClosing.objects.update(completed_at=None)
    assert found() == {FindingKind.BOOKS_DISAGREE}


def test_a_line_that_works_again_is_found(world: World, closed: Case) -> None:
    line = closing_of(closed).line
    assert line is not None
    world.outside.change(line, status="active")
    assert found() == {FindingKind.LINE_NOT_CLOSED}


def test_a_bill_that_differs_is_found(world: World, closed: Case) -> None:
    BillPart.objects.update(cash_fen=1)
    assert found() == {FindingKind.BILL_DIFFERS}


def test_what_came_before_its_time_is_found(world: World, closed: Case) -> None:
    world.clock.pass_(hours=1)
    Case.objects.update(execute_at=world.now)
    assert found() == {FindingKind.WITHOUT_APPROVAL}


def test_a_case_that_ended_twice_is_found(world: World, closed: Case) -> None:
    Event.objects.create(
        at=world.now,
        operator=OPERATOR,
        actor_kind="worker",
        actor_id="worker",
        action="withdraw",
        case_id=closed.pk,
        from_state="done",
        to_state="withdrawn",
    )
    assert found() == {FindingKind.ENDED_TWICE}


def test_others_see_nothing_of_it(world: World, closed: Case) -> None:
    post(closing_of(closed).pk, Account.USAGE, Account.FEES)
    report = reconciling.compare(operator="other")
    assert report.books == 0
    assert {each.kind for each in report.differences} == {FindingKind.UNKNOWN_TO_US}


@pytest.mark.parametrize("which", ["payout", "operator"])
def test_without_an_answer_nothing_is_said(world: World, closed: Case, which: str) -> None:
    world.outside.fault(which, down=True)
    with pytest.raises(GatewayUnavailable):
        reconciling.compare(operator=OPERATOR)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"payouts": 7},
        {"payouts": [7]},
        {"payouts": [{"state": "gone", "amount_fen": 1}]},
        {"payouts": [{"state": "paid", "amount_fen": -1}]},
        {"payouts": [{"state": "paid", "amount_fen": 10**30}]},
        {"payouts": [], "next": 0},
        {"payouts": [], "next": "x"},
    ],
)
def test_a_list_that_cannot_be_read_is_no_answer(
    world: World, monkeypatch: pytest.MonkeyPatch, body: dict[str, object]
) -> None:
    monkeypatch.setattr(http, "call", lambda *_, **__: Reply(200, body))
    with pytest.raises(GatewayUnavailable):
        reconciling.compare(operator=OPERATOR)


def test_what_differs_is_left_to_people_once(world: World, closed: Case) -> None:
    post(closing_of(closed).pk, Account.USAGE, Account.FEES)
    for _ in range(2):
        report = reconciling.compare(operator=OPERATOR)
        assert reconciling.note_all(report, operator=OPERATOR, now=world.now) == 2
    assert set(Finding.objects.values_list("kind", flat=True)) == {"books_disagree"}


def test_it_asks_the_database_as_little_for_many(
    world: World, closed: Case, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    world.close(LARGE)
    with django_assert_max_num_queries(30):  # type: ignore[operator] # pytest-django's own
        reconciling.compare(operator=OPERATOR)


def test_the_command_shows_a_table_and_says_six(world: World, closed: Case) -> None:
    lines: list[str] = []

    def run(*, as_json: bool = False) -> int:
        lines.clear()
        return command.reconcile(
            operator=OPERATOR, as_json=as_json, note=False, say=lines.append, out=lines.append
        )

    assert run() == 0
    assert "全部一致" in lines[-1]
    post(closing_of(closed).pk, Account.USAGE, Account.FEES)
    assert run() == 6
    assert sum(closed.reference in line for line in lines) == 2
    assert run(as_json=True) == 6
    document = json.loads(lines[0])
    assert document["agrees"] is False
    assert {each["kind"] for each in document["differences"]} == {"books_disagree"}
    assert not Finding.objects.exists()


def decided_by_two(world: World, finding: Finding, decision: FindingDecision) -> None:
    """Let two people of finance decide about a finding."""
    resolving.propose(
        finding_id=finding.pk,
        decision=decision,
        why=DecisionReason.PROVIDER_CONFIRMED,
        proof="SLIP-1",
        officer=finance("yi"),
        now=world.now,
    )
    resolving.agree(finding_id=finding.pk, officer=finance("er"), now=world.now)


def test_what_two_people_decided_is_told_and_no_reason_for_six(world: World, closed: Case) -> None:
    lines: list[str] = []

    def run(*, as_json: bool = False) -> int:
        lines.clear()
        return command.reconcile(
            operator=OPERATOR, as_json=as_json, note=True, say=lambda _: None, out=lines.append
        )

    post(closing_of(closed).pk, Account.USAGE, Account.FEES)
    assert run() == 6
    for each in Finding.objects.all():
        decided_by_two(world, each, FindingDecision.NO_MATTER)
    assert run() == 0
    assert sum(line.rstrip().endswith("已决定") for line in lines) == 2
    assert run(as_json=True) == 0
    document = json.loads(lines[0])
    assert (document["agrees"], document["undecided"]) == (True, 0)
    assert [each["decided"] for each in document["differences"]] == [True, True]
    again = reconciling.daily(operator=OPERATOR, now=world.now)
    assert again is not None
    assert again.differences == 0
    post(closing_of(closed).pk, Account.FEES, Account.DEVICE)
    assert run() == 6
    told = [line.rstrip().endswith("—") for line in lines if closed.reference in line]
    assert told == [True, False]


def test_a_comparison_is_stale_once_two_days_brought_none(world: World, closed: Case) -> None:
    today = day_of(world.now)
    assert reconciling.is_stale(OPERATOR, today=today)
    reconciling.daily(operator=OPERATOR, now=world.now)
    assert not reconciling.is_stale(OPERATOR, today=today + timedelta(days=1))
    assert reconciling.is_stale(OPERATOR, today=today + timedelta(days=2))


def test_each_day_is_compared_once(world: World, closed: Case) -> None:
    post(closing_of(closed).pk, Account.USAGE, Account.FEES)
    first = reconciling.daily(operator=OPERATOR, now=world.now)
    assert first is not None
    assert (first.differences, first.ended_at) == (2, world.now)
    assert Finding.objects.count() == 2
    assert reconciling.daily(operator=OPERATOR, now=world.now) is None
    world.clock.pass_(days=1)
    assert reconciling.daily(operator=OPERATOR, now=world.now) is not None
    newest = reconciling.last(OPERATOR)
    assert newest is not None
    assert newest.began_at == world.now


def test_a_day_nobody_answered_is_tried_again(world: World, closed: Case) -> None:
    world.outside.fault("payout", down=True)
    run = reconciling.daily(operator=OPERATOR, now=world.now)
    assert run is not None
    assert (run.ended_at, run.trouble) == (None, "OPERATOR_UNAVAILABLE")
    world.outside.fault("payout")
    assert reconciling.daily(operator=OPERATOR, now=world.now) is None
    world.clock.pass_(minutes=31)
    again = reconciling.daily(operator=OPERATOR, now=world.now)
    assert again is not None
    assert (again.ended_at, again.trouble, again.differences) == (world.now, "", 0)


def test_where_nobody_lists_statements_are_what_there_is(
    world: World, closed: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    can = replace(HttpPayout.capabilities, listing=False)
    monkeypatch.setattr(HttpPayout, "capabilities", can)
    assert found() == set()
    payment = Payment(None, 5, "CNY", PaymentState.PAID, "PAY-9")
    statements.take(
        operator=OPERATOR, rows=[statements.Row(payment, day_of(world.now))], now=world.now
    )
    assert found() == {FindingKind.UNKNOWN_TO_US, FindingKind.MISSING_AT_PROVIDER}


def test_all_agrees_while_and_after_money_is_claimed(world: World) -> None:
    case = at_counter(world)
    assert found() == set()
    claimed(world, case)
    agreed(world, case)
    assert found() == set()
    world.work()
    assert ledger.balances(closing_of(case).pk)[Account.REFUNDED] > 0
    assert found() == set()


def test_a_wrong_amount_of_a_claim_is_left_to_people_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = at_counter(world)
    claimed(world, case)
    agreed(world, case)
    really = http.call

    def lying(base_url: str, method: str, path: str, **rest: Any) -> Reply:
        reply = really(base_url, method, path, **rest)
        lies = method == "POST" and path == "/payouts"
        return replace(reply, body={**reply.body, "amount_fen": 1}) if lies else reply

    with monkeypatch.context() as patched:
        patched.setattr(http, "call", lying)
        world.work()
    assert ledger.balances(closing_of(case).pk)[Account.REFUND_PENDING] > 0
    finding = Finding.objects.get(kind=FindingKind.WRONG_AMOUNT.value)
    decided_by_two(world, finding, FindingDecision.OURS_STANDS)
    world.work()
    assert ledger.balances(closing_of(case).pk)[Account.REFUNDED] > 0
    assert found() == set()
