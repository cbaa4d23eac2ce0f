"""Filling in: one open request for each line, answers that can be trusted, until it is submitted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.closures.states import case_in, fails, traces
from tests.stories import CLEAN, LARGE, World, closing_of, holder_of
from xiaohu.access.sessions import Method
from xiaohu.closures import checking, consenting, drafting, paying, queries, submitting, withdrawing
from xiaohu.closures.drafting import (
    EDITABLE,
    AlreadyClosing,
    ContactRefused,
    ContactSameNumber,
    NotEditable,
)
from xiaohu.closures.models import Case, Closing, HumanQueue
from xiaohu.closures.paying import RouteNotOffered
from xiaohu.core.actors import WORKER
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.profile import RefundRoute
from xiaohu.core.proofs import ProofMethod
from xiaohu.core.schedule import answer_until
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.proofing import proofs
from xiaohu.registry import policies
from xiaohu.trail import events
from xiaohu.vault import records

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
EDITS: dict[str, Callable[[UUID], object]] = {
    "choose": lambda pk: drafting.choose(
        case_id=pk, check=CheckCode.ARREARS, choice=Choice.SET_OFF
    ),
    "set_refund": lambda pk: paying.set_refund(case_id=pk, route=RefundRoute.ORIGINAL),
    "drop_unused": lambda pk: consenting.drop_unused(
        case_id=pk, actor=WORKER, now=datetime(2026, 11, 26, tzinfo=UTC)
    ),
    "set_contact": lambda pk: drafting.set_contact(case_id=pk, to="other@example.com"),
    "confirm_contact": lambda pk: drafting.confirm_contact(case_id=pk),
    "note_effects_read": lambda pk: drafting.note_effects_read(case_id=pk),
}
FIXED = sorted(set(CaseState) - EDITABLE)


def test_opens_a_draft_that_waits_for_its_holder(world: World) -> None:
    case = world.draft()
    closing = closing_of(case)
    assert case.state == CaseState.DRAFT
    assert (closing.owner, closing.line) == (HumanQueue.SUBSCRIBER, world.line())
    assert closing.next_action_at == answer_until(asked_at=world.now)


@pytest.mark.parametrize(
    ("method", "proof"),
    [(Method.PASSWORD, ProofMethod.PASSWORD), (Method.CODE, ProofMethod.CODE)],
)
def test_counts_the_sign_in_as_one_proof(world: World, method: Method, proof: ProofMethod) -> None:
    case = drafting.open_case(
        subscriber=replace(world.subscriber(), method=method),
        scope=Scope.LINE,
        line_ids=[world.line().pk],
        language="zh-hans",
        now=world.now,
    )
    assert proofs.given(case.pk) == {proof}


@pytest.mark.parametrize("scope", [Scope.LINE, Scope.BOTH])
def test_refuses_a_second_request_by_its_reference(world: World, scope: Scope) -> None:
    first = world.draft()
    with pytest.raises(AlreadyClosing) as refusal:
        world.draft(scope=scope)
    assert refusal.value.params["reference"] == first.reference
    assert Case.objects.count() == 1


def test_refuses_a_second_request_for_the_account(world: World) -> None:
    first = world.draft(scope=Scope.ACCOUNT)
    with pytest.raises(AlreadyClosing) as refusal:
        world.draft(scope=Scope.BOTH)
    assert refusal.value.params["reference"] == first.reference


def test_lets_only_one_of_two_tabs_open_a_request(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.draft()
    monkeypatch.setattr(drafting, "refuse_second", lambda *_: None)
    with pytest.raises(AlreadyClosing):
        world.draft()
    assert (Case.objects.count(), Closing.objects.count()) == (1, 1)


def test_opens_another_once_the_first_has_ended(world: World) -> None:
    first = world.draft()
    withdrawing.withdraw(case_id=first.pk, actor=holder_of(first), now=world.now)
    assert world.draft().pk != first.pk


def test_opens_nothing_for_the_line_of_a_stranger(world: World) -> None:
    with pytest.raises(queries.LineNotYours):
        drafting.open_case(
            subscriber=world.subscriber(LARGE),
            scope=Scope.LINE,
            line_ids=[world.line(CLEAN).pk],
            language="zh-hans",
            now=world.now,
        )
    assert not Case.objects.exists()


@pytest.mark.parametrize("scope", [Scope.ACCOUNT, Scope.BOTH])
def test_closes_no_account_for_a_sign_in_without_one(world: World, scope: Scope) -> None:
    line = world.line()
    by_code = replace(
        world.subscriber(), method=Method.CODE, account_id=None, holder_id=None, line_id=line.pk
    )
    with pytest.raises(queries.LineNotYours):
        drafting.open_case(
            subscriber=by_code, scope=scope, line_ids=[line.pk], language="zh-hans", now=world.now
        )
    assert not Case.objects.exists()


def test_opens_nothing_for_line_and_account_without_a_line(world: World) -> None:
    with pytest.raises(queries.LineNotYours):
        drafting.open_case(
            subscriber=world.subscriber(),
            scope=Scope.BOTH,
            line_ids=[],
            language="zh-hans",
            now=world.now,
        )


def test_leaves_nothing_behind_when_opening_fails_at_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "record", fails)
    with pytest.raises(RuntimeError):
        world.draft()
    assert (Case.objects.count(), Closing.objects.count()) == (0, 0)


@pytest.mark.parametrize("verb", EDITS)
@pytest.mark.parametrize("state", sorted(EDITABLE))
def test_lets_answers_change_in(world: World, state: CaseState, verb: str) -> None:
    EDITS[verb](case_in(world, state).pk)


@pytest.mark.parametrize("state", FIXED)
def test_lets_no_answer_change_in(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = traces(case)
    for edit in EDITS.values():
        with pytest.raises(NotEditable) as refusal:
            edit(case.pk)
        assert refusal.value.params["reference"] == case.reference
    assert traces(case) == before


@pytest.mark.parametrize("verb", EDITS)
def test_answers_the_same_twice(world: World, verb: str) -> None:
    case = world.draft()
    EDITS[verb](case.pk)
    before = traces(case)
    EDITS[verb](case.pk)
    assert traces(case) == before


@pytest.mark.parametrize("verb", ["set_refund", "set_contact"])
def test_changes_nothing_when_sealing_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    case = world.ready()
    before = traces(case)
    monkeypatch.setattr(records, "seal", fails)
    with pytest.raises(RuntimeError):
        EDITS[verb](case.pk)
    assert traces(case) == before
    assert drafting.contact(case) == "subscriber@example.com"


@pytest.mark.parametrize("typed", ["13000000001", "+86 130 0000 0001", " 130-0000-0001 "])
def test_refuses_the_number_that_is_to_be_closed(world: World, typed: str) -> None:
    with pytest.raises(ContactSameNumber):
        drafting.set_contact(case_id=world.draft().pk, to=typed)


@pytest.mark.parametrize(
    "typed", ["@example.com", "a@example", "a@.", "a b@example.com", "a@b@c.com", "a@" + "x" * 260]
)
def test_refuses_what_is_no_address(world: World, typed: str) -> None:
    with pytest.raises(ContactRefused) as refusal:
        drafting.set_contact(case_id=world.draft().pk, to=typed)
    assert refusal.value.params["why"] == "email"


@pytest.mark.parametrize("typed", ["", "12345", "no number", "1300000000x"])
def test_refuses_what_is_no_number(world: World, typed: str) -> None:
    with pytest.raises(ContactRefused) as refusal:
        drafting.set_contact(case_id=world.draft().pk, to=typed)
    assert refusal.value.params["why"] == "number"


def test_keeps_a_number_in_one_form(world: World) -> None:
    case = world.draft()
    drafting.set_contact(case_id=case.pk, to=" 130 0000 0002 ")
    assert drafting.contact(case) == "+8613000000002"


def test_asks_to_confirm_a_new_contact_again(world: World) -> None:
    case = world.ready()
    drafting.set_contact(case_id=case.pk, to="new@example.com")
    with pytest.raises(submitting.Incomplete):
        world.submit(case)
    drafting.confirm_contact(case_id=case.pk)
    assert world.submit(case).state == CaseState.SCHEDULED


def test_refuses_a_way_of_the_money_that_is_not_offered(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.draft()
    profile = queries.profile_of(case)
    refund = profile.refund.model_copy(update={"routes": (RefundRoute.ORIGINAL,)})
    changed = profile.model_copy(update={"refund": refund})
    monkeypatch.setattr(policies, "profile", lambda _: changed)
    with pytest.raises(RouteNotOffered):
        paying.set_refund(case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, bank="b", account="1")


def test_forgets_the_bank_account_when_the_money_goes_back_as_it_came(world: World) -> None:
    case = world.draft()
    world.agree(case)
    paying.set_refund(case_id=case.pk, route=RefundRoute.BANK_ACCOUNT, bank="b", account="1 2")
    assert paying.payee(case) == {"bank": "b", "account": "12"}
    paying.set_refund(case_id=case.pk, route=RefundRoute.ORIGINAL)
    assert paying.payee(case) == {}


def test_keeps_the_choice_about_an_obstacle(world: World) -> None:
    case = world.draft()
    world.outside.change(world.line(), arrears_fen=100)
    assert not checking.run(case_id=case.pk, now=world.now).clear
    EDITS["choose"](case.pk)
    assert checking.run(case_id=case.pk, now=world.now).clear
