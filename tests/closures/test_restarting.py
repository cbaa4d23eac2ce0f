"""A request that ended is begun anew with its answers; identity is proved again."""

import pytest

from tests.closures.states import case_in, fails, traces
from tests.stories import EMPTY, World, signed_in
from xiaohu.access.models import SubscriberAccount
from xiaohu.access.sessions import Method, Subscriber
from xiaohu.closures import applying, copying, drafting, restarting
from xiaohu.closures.drafting import AlreadyClosing
from xiaohu.closures.models import Case
from xiaohu.closures.queries import LineNotYours
from xiaohu.closures.restarting import RESTARTABLE, NothingToRestart
from xiaohu.core.proofs import TWO_KINDS
from xiaohu.core.states import CaseState

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def again(world: World, case: Case, by: Subscriber | None = None) -> Case:
    """Start again as the holder."""
    return restarting.start_again(
        case_id=case.pk, subscriber=by or world.subscriber(), now=world.now
    )


@pytest.mark.parametrize("state", sorted(RESTARTABLE))
def test_the_answers_come_along_and_the_proofs_do_not(world: World, state: CaseState) -> None:
    ended = case_in(world, state)
    made = again(world, ended)
    assert (made.state, made.scope, made.holder_id) == ("draft", ended.scope, ended.holder_id)
    assert made.refund_route == ended.refund_route
    assert drafting.contact(made) == "subscriber@example.com"
    assert not made.effects_read
    assert applying.standing(made, now=world.now).reached < TWO_KINDS


@pytest.mark.parametrize("state", sorted(set(CaseState) - RESTARTABLE))
def test_it_is_refused_elsewhere(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = traces(case)
    with pytest.raises(NothingToRestart):
        again(world, case, signed_in(SubscriberAccount.objects.all()[0]))
    assert traces(case) == before


def test_a_second_time_finds_the_open_request(world: World) -> None:
    ended = case_in(world, CaseState.WITHDRAWN)
    made = again(world, ended)
    with pytest.raises(AlreadyClosing) as refused:
        again(world, ended)
    assert refused.value.params["reference"] == made.reference
    assert Case.objects.count() == 2


def test_it_is_closed_to_strangers_and_to_a_code_to_the_contact(world: World) -> None:
    ended = case_in(world, CaseState.WITHDRAWN)
    by_contact = Subscriber(
        session_id=ended.pk,
        operator=ended.operator,
        method=Method.CASE_CODE,
        account_id=None,
        holder_id=None,
        line_id=None,
        case_id=ended.pk,
    )
    for stranger in (world.subscriber(EMPTY), by_contact):
        with pytest.raises(LineNotYours):
            again(world, ended, stranger)
    assert Case.objects.count() == 1


def test_a_failing_step_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ended = case_in(world, CaseState.WITHDRAWN)
    before = traces(ended)
    monkeypatch.setattr(copying, "_copy_sealed", fails)
    with pytest.raises(RuntimeError):
        again(world, ended)
    assert traces(ended) == before
