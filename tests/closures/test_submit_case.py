"""Submitting: nothing missing, nobody unproved, nothing stale, nothing in the way."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from tests.closures.states import BANK, case_in, fails, in_review, large, returned, traces
from tests.stories import ARREARS, EMPTY, LARGE, NOON, STOPPED, World, closing_of, holder_of
from xiaohu.closures import checking, drafting, paying, queries, submitting, withdrawing
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.closures.submitting import Incomplete
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.checks import Blocked, CheckCode, StaleChecks
from xiaohu.core.choices import Choice
from xiaohu.core.moves import MoveNotAllowed
from xiaohu.core.profile import RefundRoute
from xiaohu.core.proofs import IdentityUnverified, ProofMethod
from xiaohu.core.review import ReviewReason
from xiaohu.core.schedule import SHORTEST_UNDO
from xiaohu.core.states import CaseState
from xiaohu.notices import outbox
from xiaohu.proofing import proofs
from xiaohu.registry import policies
from xiaohu.trail import events

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
SUBMITTED = [
    state for state in CaseState if state not in {CaseState.DRAFT, CaseState.AWAITING_CUSTOMER}
]
READY: list[Callable[[World], Case]] = [lambda world: world.ready(), large]


def with_cooling(case: Case, days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the rules of a case ask for another cooling-off time."""
    profile = queries.profile_of(case)
    cooling = profile.cooling_off.model_copy(update={"days": days})
    changed = profile.model_copy(update={"cooling_off": cooling})
    monkeypatch.setattr(policies, "profile", lambda _: changed)


@pytest.mark.parametrize(
    ("state", "leads_to"),
    [
        (CaseState.DRAFT, CaseState.SCHEDULED),
        (CaseState.AWAITING_CUSTOMER, CaseState.IN_REVIEW),  # Its officer asked, and has to look.
    ],
)
def test_works_from(world: World, state: CaseState, leads_to: CaseState) -> None:
    case = case_in(world, state)
    paying.set_refund(case_id=case.pk, route=RefundRoute.ORIGINAL)
    case = world.submit(case)
    assert (case.state, case.submitted_at) == (leads_to, world.now)


@pytest.mark.parametrize("state", SUBMITTED)
def test_changes_nothing_from(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = traces(case)
    if case.submitted_at is not None:
        assert world.submit(case).state == state
    else:
        checking.run(case_id=case.pk, now=world.now)
        with pytest.raises(MoveNotAllowed):
            world.submit(case)
    assert traces(case) == before


@pytest.mark.parametrize("ready", READY)
def test_returns_the_same_case_twice(world: World, ready: Callable[[World], Case]) -> None:
    first = world.submit(ready(world))
    before = traces(first)
    world.clock.pass_(minutes=5)
    again = world.submit(first)
    assert (again.pk, again.reference) == (first.pk, first.reference)
    assert traces(first) == before


def test_does_not_bring_back_what_was_withdrawn(world: World) -> None:
    case = world.ready()
    withdrawing.withdraw(case_id=case.pk, actor=holder_of(case), now=world.now)
    with pytest.raises(MoveNotAllowed):
        world.submit(case)


@pytest.mark.parametrize("last", [(outbox, "queue"), (events, "record")])
@pytest.mark.parametrize("ready", READY)
def test_leaves_nothing_behind_when_its_last_step_fails(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    ready: Callable[[World], Case],
    last: tuple[object, str],
) -> None:
    case = ready(world)
    before = traces(case)
    monkeypatch.setattr(*last, fails)
    with pytest.raises(RuntimeError):
        world.submit(case)
    assert traces(case) == before


def test_is_closed_to_a_stranger(world: World) -> None:
    case = world.ready()
    with pytest.raises(queries.CaseNotFound):
        queries.of_subscriber(case.pk, world.subscriber(LARGE))


@pytest.mark.parametrize("kind", sorted(set(ActorKind) - {ActorKind.SUBSCRIBER, ActorKind.OFFICER}))
def test_is_for_the_holder_alone(world: World, kind: ActorKind) -> None:
    case = world.ready()
    with pytest.raises(MoveNotAllowed):
        submitting.submit_case(
            case_id=case.pk, declared=True, actor=Actor(kind, "somebody"), now=world.now
        )


@pytest.mark.parametrize(
    ("field", "empty", "part"),
    [
        ("refund_route", "", "balance"),
        ("contact_confirmed", False, "contact"),
        ("effects_read", False, "effects"),
    ],
)
def test_names_the_part_that_is_missing(world: World, field: str, empty: object, part: str) -> None:
    case = world.ready()
    Case.objects.update(**{field: empty})
    with pytest.raises(Incomplete) as refusal:
        world.submit(case)
    assert refusal.value.params["part"] == part


def test_asks_for_the_declaration(world: World) -> None:
    case = world.ready()
    with pytest.raises(Incomplete) as refusal:
        submitting.submit_case(
            case_id=case.pk, declared=False, actor=holder_of(case), now=world.now
        )
    assert refusal.value.params["part"] == "declaration"


def test_asks_for_no_refund_where_there_is_no_money(world: World) -> None:
    case = world.ready(EMPTY)
    Case.objects.update(refund_route="")
    assert world.submit(case).state == CaseState.SCHEDULED


def test_refuses_a_sign_in_alone(world: World) -> None:
    case = world.ready()
    proofs.forget(case.pk)
    proofs.note(case_id=case.pk, method=ProofMethod.PASSWORD, now=world.now)
    with pytest.raises(IdentityUnverified):
        world.submit(case)


def test_refuses_two_proofs_of_one_kind(world: World) -> None:
    case = world.ready()
    proofs.forget(case.pk)
    for _ in range(2):
        proofs.note(case_id=case.pk, method=ProofMethod.ICCID_TAIL, now=world.now)
    with pytest.raises(IdentityUnverified):
        world.submit(case)


@pytest.mark.parametrize(("minutes", "fresh"), [(29, True), (31, False)])
def test_asks_to_check_again_after_half_an_hour(world: World, minutes: int, *, fresh: bool) -> None:
    case = world.ready()
    world.clock.pass_(minutes=minutes)
    if fresh:
        assert world.submit(case).state == CaseState.SCHEDULED
    else:
        with pytest.raises(StaleChecks):
            world.submit(case)


def test_asks_to_check_where_nobody_ever_did(world: World) -> None:
    case = world.draft()
    proofs.note(case_id=case.pk, method=ProofMethod.ICCID_TAIL, now=world.now)
    with pytest.raises(StaleChecks):
        world.submit(case)


def test_refuses_while_money_is_owed(world: World) -> None:
    case = world.ready(ARREARS)
    with pytest.raises(Blocked) as refusal:
        world.submit(case)
    assert CheckCode.ARREARS in str(refusal.value.params["codes"])
    drafting.choose(case_id=case.pk, check=CheckCode.ARREARS, choice=Choice.PAY)
    with pytest.raises(Blocked):
        world.submit(case)


def test_goes_on_once_the_money_was_paid(world: World) -> None:
    case = world.ready(ARREARS)
    world.outside.change(world.line(ARREARS), arrears_fen=0)
    checking.run(case_id=case.pk, now=world.now)
    assert world.submit(case).state == CaseState.SCHEDULED


def test_refuses_while_the_number_is_being_ported_out(world: World) -> None:
    case = world.draft()
    world.outside.change(world.line(), port_out=True)
    world.answer(case)
    with pytest.raises(Blocked) as refusal:
        world.submit(case)
    assert CheckCode.PORT_OUT_IN_PROGRESS in str(refusal.value.params["codes"])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda world: world.submit(large(world)), ReviewReason.REFUND_ABOVE_LIMIT),
        (in_review, ReviewReason.OTHER_PAYEE),
        (lambda world: world.submitted(STOPPED), ReviewReason.LINE_NOT_ACTIVE),
    ],
)
def test_sends_to_review_for_a_reason(
    world: World, make: Callable[[World], Case], reason: ReviewReason
) -> None:
    case = make(world)
    assert (case.state, case.review_reasons) == (CaseState.IN_REVIEW, [reason])
    closing = closing_of(case)
    assert (closing.owner, closing.next_action_at) == (HumanQueue.REVIEW, None)
    assert (case.execute_at, case.officer) == (None, None)


def test_is_carried_out_after_three_days(world: World) -> None:
    case = world.submitted()
    assert case.execute_at == world.now + timedelta(days=3)
    assert closing_of(case).next_action_at == case.execute_at


def test_leaves_ten_minutes_of_undo_whatever_the_rules_say(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.ready()
    with_cooling(case, 0, monkeypatch)
    assert world.submit(case).execute_at == world.now + SHORTEST_UNDO
    assert timedelta(minutes=10) == SHORTEST_UNDO


def test_promises_a_decision_in_working_days(world: World) -> None:
    # A Monday and three working days; a Friday and the weekend between.
    assert in_review(world).decision_due_on == date(2026, 11, 26)
    world.clock.pass_(days=4)
    case = world.submit(large(world))
    assert case.decision_due_on == date(2026, 12, 2)
    assert case.decision_provisional is False


def test_promises_it_anew_when_a_returned_request_comes_back(world: World) -> None:
    case = returned(world)
    world.clock.pass_(days=14)
    checking.run(case_id=case.pk, now=world.now)
    case = world.submit(case)
    assert (case.submitted_at, case.decision_due_on) == (NOON, date(2026, 12, 10))
    due_at = closing_of(case).owner_due_at
    assert due_at is not None
    assert due_at > world.now


@pytest.mark.parametrize(
    ("ready", "receipt"), list(zip(READY, ["submitted", "in_review"], strict=True))
)
def test_tells_the_holder_wherever_the_holder_can_be_told(
    world: World, ready: Callable[[World], Case], receipt: str
) -> None:
    case = world.submit(ready(world))
    told = {(q.recipient, q.notice) for q in outbox.of_case(case.pk)}
    assert told == {
        ("case_contact", receipt),
        ("registered_contact", "requested"),
        ("line", "requested"),
    }


def test_keeps_what_was_answered(world: World) -> None:
    case = in_review(world)
    assert paying.payee(case) == BANK
    assert drafting.contact(case) == "subscriber@example.com"
