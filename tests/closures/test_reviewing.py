"""Deciding: one officer at a time, somebody else than before, with reasons, on fresh facts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from tests.closures.states import (
    allowing,
    case_in,
    claimed,
    fails,
    in_review,
    officer,
    refusing,
    returned,
    traces,
)
from tests.stories import World, closing_of, holder_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import checking, drafting, paying, reviewing, submitting
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.closures.reviewing import (
    NotAReviewer,
    NotClaimed,
    ReasonMissing,
    SamePerson,
    TakenByOther,
)
from xiaohu.core.actors import ActorKind
from xiaohu.core.checks import Blocked, StaleChecks
from xiaohu.core.consents import ConsentKind
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.profile import RefundRoute
from xiaohu.core.proofs import IdentityUnverified, ProofMethod
from xiaohu.core.review import RefusalReason, ReturnReason, ReviewReason
from xiaohu.core.schedule import answer_until
from xiaohu.core.states import CaseState
from xiaohu.notices import outbox
from xiaohu.proofing import consents, proofs
from xiaohu.trail import events
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
VERBS: dict[str, tuple[Callable[..., Case], dict[str, Any], CaseState]] = {
    "approve": (reviewing.approve, {}, CaseState.SCHEDULED),
    "return": (
        reviewing.return_case,
        {"reasons": [ReturnReason.PAYEE_UNCLEAR]},
        CaseState.AWAITING_CUSTOMER,
    ),
    "refuse": (reviewing.refuse, {"reasons": [RefusalReason.NOT_THE_HOLDER]}, CaseState.REFUSED),
}
each_verb = pytest.mark.parametrize("verb", VERBS)


def decide(world: World, verb: str, case: Case, by: StaffUser | None = None) -> Case:
    """Decide a case in one of the three ways."""
    call, reasons, _ = VERBS[verb]
    return call(case_id=case.pk, officer=by or officer(), now=world.now, **reasons)


def claim(world: World, case: Case, by: StaffUser) -> Case:
    """Take a case."""
    return reviewing.claim(case_id=case.pk, officer=by, now=world.now)


@each_verb
def test_works_while_it_waits_for_a_decision(world: World, verb: str) -> None:
    case = decide(world, verb, claimed(world))
    assert case.state == VERBS[verb][2]
    assert (case.decided_by, case.decided_at) == (officer(), world.now)
    assert allowing(Action(verb)) == [CaseState.IN_REVIEW]


@each_verb
@pytest.mark.parametrize("state", refusing(Action.APPROVE))
def test_refuses_in(world: World, state: CaseState, verb: str) -> None:
    case = case_in(world, state)
    before = traces(case)
    with pytest.raises(MoveNotAllowed):
        decide(world, verb, case)
    with pytest.raises(MoveNotAllowed):
        claim(world, case, officer())
    assert traces(case) == before


@each_verb
def test_decides_only_once(world: World, verb: str) -> None:
    case = decide(world, verb, claimed(world))
    before = traces(case)
    with pytest.raises(MoveNotAllowed):
        decide(world, verb, case)
    assert traces(case) == before


@each_verb
@pytest.mark.parametrize("last", [(outbox, "queue"), (events, "record")])
def test_leaves_nothing_behind_when_its_last_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, verb: str, last: tuple[object, str]
) -> None:
    case = claimed(world)
    before = traces(case)
    monkeypatch.setattr(*last, fails)
    with pytest.raises(RuntimeError):
        decide(world, verb, case)
    assert traces(case) == before


@each_verb
@pytest.mark.parametrize("kind", sorted(set(ActorKind) - {ActorKind.REVIEWER}))
def test_is_for_reviewers_alone(world: World, verb: str, kind: ActorKind) -> None:
    other = staff("wang", kind)
    case = claimed(world, other)
    with pytest.raises(NotAReviewer):
        decide(world, verb, case, other)


@each_verb
def test_is_closed_to_the_staff_of_another_operator(world: World, verb: str) -> None:
    case = claimed(world)
    StaffUser.objects.update(operator="other")
    with pytest.raises(NotAReviewer):
        decide(world, verb, case)


@each_verb
def test_asks_to_take_the_case_first(world: World, verb: str) -> None:
    case = in_review(world)
    with pytest.raises(NotClaimed):
        decide(world, verb, case)


def test_is_taken_by_one_officer_at_a_time(world: World) -> None:
    case = claimed(world)
    with pytest.raises(TakenByOther) as refusal:
        claim(world, case, officer("wang"))
    assert refusal.value.params == {"name": "chen示例", "since": "12:00"}


@each_verb
def test_is_decided_by_the_officer_who_has_it(world: World, verb: str) -> None:
    case = claimed(world)
    with pytest.raises(TakenByOther):
        decide(world, verb, case, officer("wang"))


def test_is_renewed_by_taking_it_again(world: World) -> None:
    case = claimed(world)
    world.clock.pass_(minutes=29)
    claim(world, case, officer())
    world.clock.pass_(minutes=29)
    with pytest.raises(TakenByOther):
        claim(world, case, officer("wang"))


def test_is_free_again_after_half_an_hour(world: World) -> None:
    case = claimed(world)
    world.clock.pass_(minutes=30)
    assert claim(world, case, officer("wang")).officer == officer("wang")
    with pytest.raises(TakenByOther):
        decide(world, "refuse", case, officer())


def test_lets_cooling_off_begin(world: World) -> None:
    case = decide(world, "approve", claimed(world))
    assert case.execute_at == world.now + timedelta(days=3)
    assert closing_of(case).next_action_at == case.execute_at
    world.clock.pass_(days=3)
    world.work()
    case.refresh_from_db()
    assert case.state == CaseState.DONE


def test_approves_only_on_fresh_facts(world: World) -> None:
    case = claimed(world)
    world.clock.pass_(minutes=31)
    with pytest.raises(StaleChecks):
        decide(world, "approve", case)
    checking.run(case_id=case.pk, now=world.now)
    assert decide(world, "approve", case).state == CaseState.SCHEDULED


def test_approves_nothing_that_is_blocked(world: World) -> None:
    case = claimed(world)
    world.outside.change(world.line(), arrears_fen=100)
    checking.run(case_id=case.pk, now=world.now)
    with pytest.raises(Blocked):
        decide(world, "approve", case)
    assert decide(world, "return", case).state == CaseState.AWAITING_CUSTOMER


@pytest.mark.parametrize("verb", ["return", "refuse"])
def test_asks_for_a_reason(world: World, verb: str) -> None:
    case = claimed(world)
    before = traces(case)
    with pytest.raises(ReasonMissing):
        VERBS[verb][0](case_id=case.pk, officer=officer(), now=world.now, reasons=[])
    assert traces(case) == before


@pytest.mark.parametrize(
    ("verb", "reason"), [("return", "payee_unclear"), ("refuse", "not_the_holder")]
)
def test_keeps_the_reasons(world: World, verb: str, reason: str) -> None:
    case = decide(world, verb, claimed(world))
    case.refresh_from_db()
    assert case.decision_reasons == [reason]


def test_refuses_who_prepared_the_case(world: World) -> None:
    case = in_review(world)
    preparer = staff("liu", pk=case.prepared_by)
    claim(world, case, preparer)
    with pytest.raises(SamePerson):
        decide(world, "approve", case, preparer)


def test_is_refused_by_the_database_as_well(world: World) -> None:
    case = in_review(world)
    preparer = staff("liu", pk=case.prepared_by)
    with (
        pytest.raises(IntegrityError, match="nobody_decides_on_their_own_preparation"),
        transaction.atomic(),
    ):
        Case.objects.filter(pk=case.pk).update(decided_by=preparer)


def test_has_an_author_or_the_database_refuses_it(world: World) -> None:
    case = in_review(world)
    with (
        pytest.raises(IntegrityError, match="a_refusal_has_an_author"),
        transaction.atomic(),
    ):
        Case.objects.filter(pk=case.pk).update(state=CaseState.REFUSED, ended_at=world.now)


def test_lets_a_returned_request_come_back_to_review(world: World) -> None:
    case = returned(world)
    closing = closing_of(case)
    assert (closing.owner, closing.owner_due_at) == (
        HumanQueue.SUBSCRIBER,
        answer_until(asked_at=world.now),
    )
    case = world.submit(case)
    assert case.state == CaseState.IN_REVIEW
    assert (case.officer, case.decided_by, case.decision_reasons) == (None, None, [])
    claim(world, case, officer("wang"))
    assert decide(world, "approve", case, officer("wang")).state == CaseState.SCHEDULED


def test_has_what_closing_means_read_again_since_its_day_moved(world: World) -> None:
    case = returned(world)
    assert not case.effects_read
    with pytest.raises(submitting.Incomplete) as refused:
        submitting.submit_case(case_id=case.pk, declared=True, actor=holder_of(case), now=world.now)
    assert refused.value.params["part"] == "effects"
    drafting.note_effects_read(case_id=case.pk)
    assert world.submit(case).state == CaseState.IN_REVIEW


def test_looks_at_what_answers_a_return_whatever_the_rules_say(world: World) -> None:
    case = returned(world, ReturnReason.PAYEE_UNCLEAR)
    paying.set_refund(case_id=case.pk, route=RefundRoute.ORIGINAL)
    case = world.submit(case)
    assert (case.state, case.review_reasons) == (CaseState.IN_REVIEW, [ReviewReason.RETURNED])


def test_asks_for_proofs_again(world: World) -> None:
    case = returned(world, ReturnReason.PROVE_AGAIN)
    assert proofs.given(case.pk) == frozenset()
    with pytest.raises(IdentityUnverified):
        world.submit(case)
    for method in (ProofMethod.ICCID_TAIL, ProofMethod.CODE):
        proofs.note(case_id=case.pk, method=method, now=world.now)
    assert world.submit(case).state == CaseState.IN_REVIEW


def test_asks_for_the_contact_again(world: World) -> None:
    case = returned(world, ReturnReason.CONTACT_UNREACHABLE)
    with pytest.raises(submitting.Incomplete) as refusal:
        world.submit(case)
    assert refusal.value.params["part"] == "contact"


@pytest.mark.parametrize(
    ("reason", "stands"),
    [(ReturnReason.PAYEE_UNCLEAR, False), (ReturnReason.CONTACT_UNREACHABLE, True)],
)
def test_ends_the_consent_to_an_account_with_the_account(
    world: World, reason: ReturnReason, *, stands: bool
) -> None:
    case = returned(world, reason)
    assert (ConsentKind.BANK_ACCOUNT in consents.in_force(case.pk)) is stands


def test_keeps_proofs_and_contact_otherwise(world: World) -> None:
    case = returned(world, ReturnReason.PAYEE_UNCLEAR)
    assert len(proofs.given(case.pk)) == 2
    assert case.contact_confirmed


def test_ends_a_refused_request(world: World) -> None:
    case = decide(world, "refuse", claimed(world))
    assert case.ended_at == world.now
    assert not closing_of(case).is_open
    world.work()
    assert "2026-12-08" in world.outside.inbox("subscriber@example.com")[0]


@each_verb
def test_writes_who_decided_in_the_trail(world: World, verb: str) -> None:
    case = decide(world, verb, claimed(world))
    event = Event.objects.get(case_id=case.pk, action=verb)
    assert UUID(event.actor_id) == officer().pk
