"""The operator fails at every step: nothing is lost, nothing happens twice, somebody owns what waits."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.stories import CLEAN, EMPTY, World, closing_of
from xiaohu.closures import alarms, checking
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.actors import ActorKind
from xiaohu.core.checks import CheckCode
from xiaohu.core.states import CaseState
from xiaohu.gateways import http
from xiaohu.gateways.http import NOTHING, Reply
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.notices import outbox
from xiaohu.queue import retry
from xiaohu.screening import facts
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
KINDS = ("freeze", "disconnect", "end_filing", "quarantine", "bill")
STEPS = {kind: "collect_bill" if kind == "bill" else kind for kind in KINDS}
BROKEN = (Reply(503, {"error": "down"}), Reply(500, {"error": "broken"}), NOTHING)
each_kind = pytest.mark.parametrize("kind", KINDS)


class Wire:
    """The way to the operator's orders and bills, which can break before or after the operator."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.really = http.call
        self.broken: dict[str, Reply] = {}
        self.lost: set[str] = set()
        self.keys: dict[str, list[Any]] = {}
        monkeypatch.setattr(http, "call", self)

    def __call__(self, base_url: str, method: str, path: str, **rest: Any) -> Reply:
        kind = self._kind(method, path, rest.get("json") or {})
        if kind:
            self.keys.setdefault(kind, []).append(rest["key"])
        if kind in self.broken:
            return self.broken[kind]
        answer = self.really(base_url, method, path, **rest)
        if kind in self.lost:
            self.lost.discard(kind)
            return NOTHING
        return answer

    def _kind(self, method: str, path: str, body: Any) -> str:
        if method != "POST" or path not in {"/orders", "/bills"}:
            return ""
        return "bill" if path == "/bills" else str(body["kind"])


@pytest.fixture
def wire(world: World, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The way to the operator, whole until a test breaks it."""
    return Wire(monkeypatch)


def ended(case: Case) -> Callable[[], bool]:
    """Return the question whether a case has ended."""
    return lambda: not closing_of(case).is_open


def happened(world: World) -> list[str]:
    """Return what the operator really did."""
    kinds = [record["kind"] for record in world.outside.truth("operator")]
    return [kind for kind in kinds if kind in KINDS]


def try_for(world: World, *, minutes: int) -> None:
    """Let the worker try for a while."""
    for _ in range(minutes):
        world.work()
        world.clock.pass_(minutes=1)


@each_kind
@pytest.mark.parametrize("answer", BROKEN, ids=["down", "error", "silent"])
def test_finishes_later_what_the_operator_could_not_do(
    world: World, wire: Wire, kind: str, answer: Reply
) -> None:
    case = world.submitted()
    wire.broken[kind] = answer
    world.clock.pass_(days=3)
    world.work()
    assert happened(world) == list(KINDS[: KINDS.index(kind)])
    assert closing_of(case).trouble == f"{STEPS[kind]}_unknown"
    wire.broken.clear()
    world.work_until(ended(case))
    assert happened(world) == list(KINDS)


@each_kind
def test_does_nothing_twice_when_an_answer_is_lost(world: World, wire: Wire, kind: str) -> None:
    wire.lost.add(kind)
    case = world.close()
    world.work_until(ended(case))
    assert happened(world) == list(KINDS)
    assert len(set(wire.keys[kind])) == 1


@pytest.mark.parametrize("fault", [{"down": True}, {"error": True}])
def test_waits_for_an_operator_that_is_away_altogether(
    world: World, fault: dict[str, bool]
) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    world.outside.fault("operator", **fault)
    try_for(world, minutes=1)
    assert (happened(world), closing_of(case).is_open) == ([], True)
    world.outside.fault("operator")
    world.work_until(ended(case))
    assert happened(world) == list(KINDS)


def test_waits_for_an_operator_that_answers_later(world: World) -> None:
    world.outside.fault("operator", asynchronous=True)
    case = world.close()
    assert case.state == CaseState.EXECUTING
    world.work_until(ended(case))
    assert happened(world).count("disconnect") == 1
    assert set(happened(world)) == set(KINDS)


@each_kind
def test_gives_a_refused_order_to_people_with_a_date(world: World, kind: str) -> None:
    world.outside.fault("operator", refuse=[kind])
    case = world.close()
    closing = closing_of(case)
    assert (closing.owner, closing.trouble) == (HumanQueue.OPERATIONS, f"{STEPS[kind]}_refused")
    assert closing.owner_due_at is not None
    assert closing.owner_due_at > world.now
    assert closing.next_action_at is None
    assert alarms.forgotten(now=closing.owner_due_at) == 0
    world.clock.pass_(days=2)
    assert alarms.forgotten(now=world.now) == 1


@each_kind
def test_goes_on_once_people_have_cleared_a_refusal(world: World, kind: str) -> None:
    world.outside.fault("operator", refuse=[kind])
    case = world.close()
    world.outside.fault("operator")
    alarms.set_due(case, at=world.now, now=world.now)
    world.work_until(ended(case))
    assert happened(world) == list(KINDS)


@pytest.mark.parametrize("kind", ["freeze", "disconnect"])
def test_calls_nothing_closed_before_it_is(world: World, wire: Wire, kind: str) -> None:
    wire.broken[kind] = NOTHING
    case = world.close()
    try_for(world, minutes=90)
    closing = closing_of(case)
    assert (closing.disconnected_at, closing.documents.count()) == (None, 0)
    assert "closed" not in [queued.notice for queued in outbox.of_case(case.pk)]


@each_kind
def test_asks_people_after_eight_tries_and_goes_on_trying(
    world: World, wire: Wire, kind: str
) -> None:
    wire.broken[kind] = NOTHING
    case = world.close()
    # The operator knows no such order either, so looks are followed by another try.
    world.outside.fault("operator", error=True)
    try_for(world, minutes=90)
    closing = closing_of(case)
    assert (closing.attempts >= retry.TRIES, closing.owner) == (True, HumanQueue.OPERATIONS)
    assert closing.owner_due_at is not None
    assert closing.next_action_at is not None
    wire.broken.clear()
    world.outside.fault("operator")
    world.work_until(ended(case), hours=1)
    assert happened(world) == list(KINDS)


@pytest.mark.parametrize("fault", [{"down": True}, {"error": True}])
def test_asks_people_when_it_cannot_even_ask_and_goes_on_trying(
    world: World, fault: dict[str, bool]
) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    world.outside.fault("operator", **fault)
    try_for(world, minutes=90)
    closing = closing_of(case)
    assert (closing.attempts >= retry.TRIES, closing.owner) == (True, HumanQueue.OPERATIONS)
    assert closing.trouble == GatewayUnavailable.code
    world.outside.fault("operator")
    world.work_until(ended(case), hours=1)


def test_hands_the_case_back_when_something_is_in_the_way_at_last(world: World) -> None:
    case = world.submitted()
    world.outside.change(world.line(), arrears_fen=500)
    world.clock.pass_(days=3)
    world.work()
    case.refresh_from_db()
    assert case.state == CaseState.AWAITING_CUSTOMER
    assert happened(world) == []
    closing = closing_of(case)
    assert (closing.owner, closing.owner_due_at) == (HumanQueue.SUBSCRIBER, closing.next_action_at)
    event = Event.objects.get(case_id=case.pk, action="fail_checks")
    assert event.actor_kind == ActorKind.WORKER
    assert event.evidence == {"codes": CheckCode.ARREARS}
    assert "checks_failed" in [queued.notice for queued in outbox.of_case(case.pk)]


def test_carries_it_out_once_the_way_is_clear_again(world: World) -> None:
    case = world.submitted()
    world.outside.change(world.line(), arrears_fen=500)
    world.clock.pass_(days=3)
    world.work()
    world.outside.change(world.line(), arrears_fen=0)
    checking.run(case_id=case.pk, now=world.now)
    world.submit(case)
    world.clock.pass_(days=3)
    world.work_until(ended(case))
    assert happened(world) == list(KINDS)


@pytest.mark.parametrize("fault", [{"down": True}, {"error": True}])
def test_keeps_what_it_knew_when_it_cannot_check(world: World, fault: dict[str, bool]) -> None:
    case = world.ready()
    known = facts.last(closing_of(case).pk)
    world.clock.pass_(minutes=10)
    world.outside.fault("operator", **fault)
    with pytest.raises(GatewayUnavailable):
        checking.run(case_id=case.pk, now=world.now)
    assert facts.last(closing_of(case).pk) == known
    assert known is not None
    assert world.submit(case).state == CaseState.SCHEDULED


def test_checks_as_often_as_one_likes(world: World) -> None:
    case = world.ready()
    first = checking.run(case_id=case.pk, now=world.now)
    assert checking.run(case_id=case.pk, now=world.now) == first
    assert checking.last(case, now=world.now) == first


def test_lets_the_line_of_another_go_on_meanwhile(world: World) -> None:
    world.outside.fault("operator", refuse=[world.line(CLEAN).subscription_id])
    held, free = world.submitted(CLEAN), world.submitted(EMPTY)
    world.clock.pass_(days=3)
    world.work()
    assert (closing_of(held).is_open, closing_of(free).is_open) == (True, False)
