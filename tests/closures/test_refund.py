"""The money: paid exactly once, back on the balance when the bank refuses, held where the law says."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.closures.states import BANK, case_in, fails, in_review, officer, refusing, traces
from tests.stories import (
    CLEAN,
    CONTRACT,
    LARGE,
    OPERATOR,
    World,
    closing_of,
    document_of,
    holder_of,
    staff,
)
from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    agreeing,
    alarms,
    payee_identity,
    paying,
    queries,
    refunding,
    repaying,
    reviewing,
)
from xiaohu.closures.models import Case, Closing, DocumentKind, HumanQueue
from xiaohu.closures.paying import RouteNotOffered
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.profile import RefundRoute
from xiaohu.core.repaying import TriesUsed
from xiaohu.core.retention import Category
from xiaohu.core.states import CaseState
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.gateways import http
from xiaohu.gateways.http import NOTHING, Reply
from xiaohu.notices import outbox
from xiaohu.queue.models import Effect
from xiaohu.registry.models import Line
from xiaohu.settlement import ledger
from xiaohu.settlement.models import Account
from xiaohu.trail import events
from xiaohu.vault import records, units

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
FEN = 12640


def came_back(world: World) -> Case:
    """Return a case whose refund the bank refused."""
    return case_in(world, CaseState.REFUND_ATTENTION)


def another_way(world: World, case: Case, route: RefundRoute = RefundRoute.BANK_ACCOUNT) -> Case:
    """Choose another way as the holder."""
    if CaseState(case.state) is CaseState.REFUND_ATTENTION:
        world.agree(case)
        if route is not RefundRoute.ORIGINAL and payee_identity.waits_for_payee(case):
            world.show_identity(case)
    return refunding.choose_another_way(
        case_id=case.pk, route=route, **BANK, actor=holder_of(case), now=world.now
    )


def paid(world: World) -> list[tuple[int, str]]:
    """Return what the bank really paid."""
    return [(record["amount_fen"], record["route"]) for record in world.outside.truth("payout")]


def stands(case: Case) -> dict[Account, int]:
    """Return where the money of a case stands, without what is empty."""
    standing = ledger.balances(closing_of(case).pk)
    found = {account: standing[account] for account in REST}
    return {account: fen for account, fen in found.items() if fen}


REST = (Account.BALANCE, Account.REFUND_PENDING, Account.REFUNDED, Account.UNCLAIMED)


def ended(case: Case) -> Callable[[], bool]:
    """Return the question whether a case has ended."""
    return lambda: not closing_of(case).is_open


def test_brings_the_money_back_when_the_bank_refuses(world: World) -> None:
    case = came_back(world)
    assert stands(case) == {Account.BALANCE: FEN}
    assert paid(world) == []
    closing = closing_of(case)
    assert (closing.owner, closing.trouble) == (HumanQueue.SUBSCRIBER, "refund_refused")
    assert closing.owner_due_at is not None
    assert closing.owner_due_at > world.now


def test_tells_the_person_that_it_came_back(world: World) -> None:
    case = came_back(world)
    queued = [notice.notice for notice in outbox.of_case(case.pk)]
    assert "refund_failed" in queued
    assert "refunded" not in queued


def agreed(world: World, case: Case) -> None:
    """Have a refund that goes elsewhere agreed to, and its time pass."""
    world.work()
    agreeing.agree(closing_id=closing_of(case).pk, officer=finance(), now=world.now)
    world.clock.pass_(days=1, minutes=1)


def finance() -> StaffUser:
    """Return somebody of finance."""
    found = StaffUser.objects.filter(username="qian").first()
    return found or staff("qian", ActorKind.FINANCE)


def test_a_refund_that_came_back_is_told_from_one_that_did_not(world: World) -> None:
    case = came_back(world)
    assert refunding.is_back(case)
    another_way(world, case)
    assert not refunding.is_back(case)


def test_pays_another_way_exactly_once(world: World) -> None:
    case = another_way(world, came_back(world))
    assert case.state == CaseState.SETTLING
    agreed(world, case)
    world.work_until(ended(case))
    assert paid(world) == [(FEN, "bank_account")]
    assert stands(case) == {Account.REFUNDED: FEN}
    world.clock.pass_(days=1)
    world.work()
    assert len(paid(world)) == 1


def test_a_third_try_is_the_last(world: World) -> None:
    case = tried_out(world)
    assert Effect.objects.filter(kind="refund").count() == 3
    closing = closing_of(case)
    assert (closing.owner, closing.trouble) == (HumanQueue.OPERATIONS, "refund_tries_over")
    with pytest.raises(TriesUsed):
        another_way(world, case, RefundRoute.ORIGINAL)
    with pytest.raises(TriesUsed):
        repaying.retry(closing_id=closing.pk, officer=finance(), now=world.now)
    assert stands(case) == {Account.BALANCE: FEN}
    assert paid(world) == []


def tried_out(world: World) -> Case:
    """Return a case whose refund came back three times."""
    case = came_back(world)
    world.outside.fault("payout", refuse=["bank_account", "original"])
    another_way(world, case, RefundRoute.BANK_ACCOUNT)
    agreed(world, case)
    world.work()
    assert stands(case) == {Account.BALANCE: FEN}
    another_way(world, case, RefundRoute.ORIGINAL)
    world.work()
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("state", refusing(Action.RESUME_REFUND))
def test_refuses_another_way_in(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before, way = traces(case), paying.payee(case)
    with pytest.raises(MoveNotAllowed):
        another_way(world, case)
    assert (traces(case), paying.payee(case)) == (before, way)


def test_refuses_another_way_twice(world: World) -> None:
    case = another_way(world, came_back(world))
    with pytest.raises(MoveNotAllowed):
        another_way(world, case)


def test_refuses_a_way_that_is_not_offered(world: World) -> None:
    case = came_back(world)
    with pytest.raises(RouteNotOffered):
        another_way(world, case, RefundRoute.OTHER_LINE)


@pytest.mark.parametrize("last", [(alarms, "set_closing_due"), (events, "record")])
def test_leaves_nothing_behind_when_its_last_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, last: tuple[object, str]
) -> None:
    case = came_back(world)
    world.agree(case)
    before, way = traces(case), paying.payee(case)
    monkeypatch.setattr(*last, fails)
    with pytest.raises(RuntimeError):
        another_way(world, case)
    assert (traces(case), paying.payee(case)) == (before, way)


def test_is_closed_to_a_stranger(world: World) -> None:
    case = came_back(world)
    with pytest.raises(queries.CaseNotFound):
        queries.of_subscriber(case.pk, world.subscriber(LARGE))
    world.agree(case)
    world.show_identity(case)
    with pytest.raises(MoveNotAllowed):
        refunding.choose_another_way(
            case_id=case.pk,
            route=RefundRoute.BANK_ACCOUNT,
            **BANK,
            actor=Actor(ActorKind.REVIEWER, "somebody"),
            now=world.now,
        )


def test_pays_a_bank_account_in_the_name_of_the_holder(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    really = http.call

    def seen(base_url: str, method: str, path: str, **rest: Any) -> Reply:
        sent.append(rest.get("json"))
        return really(base_url, method, path, **rest)

    name = records.open_one(
        operator=OPERATOR,
        unit=units.holder(world.line().holder_id),
        category=Category.REGISTRATION_IDENTITY,
    )["name"]
    monkeypatch.setattr(http, "call", seen)
    case = in_review(world)
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    world.clock.pass_(days=3)
    world.work()
    assert paid(world) == [(FEN, "bank_account")]
    assert any(name in str(body) and BANK["account"] in str(body) for body in sent)


def held(world: World) -> Case:
    """Return a case of a line on which a court has laid a hand."""
    case = world.draft()
    world.outside.change(world.line(), legal_hold=True)
    world.answer(case)
    world.submit(case)
    world.clock.pass_(days=3)
    world.work()
    case.refresh_from_db()
    return case


def test_holds_money_and_data_where_the_law_does(world: World) -> None:
    case = held(world)
    assert case.state == CaseState.SETTLING
    assert stands(case) == {Account.BALANCE: FEN}
    assert (paid(world), ErasureReceipt.objects.count()) == ([], 0)
    closing = closing_of(case)
    assert (closing.owner, closing.trouble) == (HumanQueue.OPERATIONS, "legal_hold")
    assert records.open_one(
        operator=OPERATOR,
        unit=units.holder(case.holder_id),
        category=Category.REGISTRATION_IDENTITY,
    )


def test_closes_and_certifies_the_line_in_spite_of_a_hold(world: World) -> None:
    case = held(world)
    assert document_of(case, DocumentKind.CERTIFICATE) is not None
    kinds = [record["kind"] for record in world.outside.truth("operator")]
    assert "disconnect" in kinds


def test_goes_on_once_the_hold_is_lifted(world: World) -> None:
    line = world.line(CLEAN)
    case = held(world)
    world.outside.change(line, legal_hold=False)
    world.clock.pass_(days=1)
    world.work_until(ended(case))
    assert paid(world) == [(FEN, "original")]


def test_holds_what_the_law_has_come_to_hold_since_it_was_asked(world: World) -> None:
    line, case = world.line(), came_back(world)
    world.outside.change(line, legal_hold=True)
    repaying.retry(
        closing_id=closing_of(case).pk, officer=staff("qian", ActorKind.FINANCE), now=world.now
    )
    world.work()
    assert (closing_of(case).trouble, paid(world)) == ("legal_hold", [])
    world.outside.change(line, legal_hold=False)
    world.clock.pass_(days=1, minutes=1)
    world.work_until(ended(case))
    assert paid(world) == [(FEN, "original")]


@pytest.mark.parametrize("becomes", ["another's", "closed", "closing"])
def test_another_line_takes_no_money_that_no_longer_reaches_the_holder(
    world: World, becomes: str
) -> None:
    case, other = world.draft(), world.line(CONTRACT)
    Line.objects.filter(pk=other.pk).update(holder_id=case.holder_id)
    world.answer(case)
    paying.set_refund(case_id=case.pk, route=RefundRoute.OTHER_LINE, to_line=str(other.pk))
    world.submit(case)
    found = Line.objects.filter(pk=other.pk)
    if becomes == "closed":
        found.update(closed_at=world.now, status="closed")
    elif becomes == "another's":
        found.update(holder_id=world.line(LARGE).holder_id)
    else:
        own = world.draft(CONTRACT)
        Closing.objects.filter(case=own).update(state=CaseState.EXECUTING.value)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    assert closing_of(case).state == CaseState.REFUND_ATTENTION
    assert (paid(world), stands(case)) == ([], {Account.BALANCE: FEN})
    assert Effect.objects.get(kind="refund").reason == "account_closed"


def test_asks_about_a_hold_every_day_and_people_once(world: World) -> None:
    case = held(world)
    due_at = closing_of(case).owner_due_at
    for _ in range(3):
        world.clock.pass_(days=1)
        world.work()
    closing = closing_of(case)
    assert (closing.owner, closing.owner_due_at) == (HumanQueue.OPERATIONS, due_at)
    assert paid(world) == []


@pytest.mark.parametrize("fault", [{"down": True}, {"error": True}])
def test_pays_later_when_the_bank_is_away(world: World, fault: dict[str, bool]) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    world.outside.fault("payout", **fault)
    world.work()
    assert stands(case) == {Account.REFUND_PENDING: FEN}
    world.outside.fault("payout")
    world.work_until(ended(case))
    assert paid(world) == [(FEN, "original")]


def test_pays_once_when_the_answer_is_late(world: World) -> None:
    world.outside.fault("payout", timeout_after_success=True, hang_s=0.1, times=1)
    case = world.close()
    world.work_until(ended(case))
    assert paid(world) == [(FEN, "original")]


def test_pays_once_when_the_bank_takes_its_time(world: World) -> None:
    world.outside.fault("payout", asynchronous=True)
    case = world.close()
    world.work_until(ended(case))
    assert paid(world) == [(FEN, "original")]


@pytest.mark.parametrize("lost", [1, 3])
def test_pays_once_when_the_answer_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch, lost: int
) -> None:
    really, left = http.call, [lost]

    def losing(base_url: str, method: str, path: str, **rest: Any) -> Reply:
        answer = really(base_url, method, path, **rest)
        if "payout" not in path or not left[0]:
            return answer
        left[0] -= 1
        return NOTHING

    monkeypatch.setattr(http, "call", losing)
    case = world.close()
    assert closing_of(case).is_open
    world.work_until(ended(case))
    assert left == [0]
    assert paid(world) == [(FEN, "original")]
    assert stands(case) == {Account.REFUNDED: FEN}


def test_pays_once_when_the_call_itself_is_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    really, calls = http.call, []

    def losing(base_url: str, method: str, path: str, **rest: Any) -> Reply:
        if "payout" in path and method == "POST":
            calls.append(rest["key"])
            if len(calls) == 1:
                return NOTHING
        return really(base_url, method, path, **rest)

    monkeypatch.setattr(http, "call", losing)
    case = world.close()
    world.work_until(ended(case))
    assert (len(calls), len(set(calls))) == (2, 1)
    assert paid(world) == [(FEN, "original")]
