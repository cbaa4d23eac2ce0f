"""A refused request looked at again: the same answers, another reviewer."""

import pytest

from tests.closures.states import BANK, case_in, fails, officer, refused, traces
from tests.stories import LARGE, World, closing_of, holder_of
from xiaohu.access.models import StaffUser
from xiaohu.closures import appealing, checking, copying, drafting, paying, queries, reviewing
from xiaohu.closures.appealing import AppealTooLate, NotRefused
from xiaohu.closures.drafting import AlreadyClosing
from xiaohu.closures.models import Case
from xiaohu.closures.reviewing import SamePerson
from xiaohu.core.checks import StaleChecks
from xiaohu.core.review import RefusalReason, ReviewReason
from xiaohu.core.states import CaseState
from xiaohu.proofing import proofs
from xiaohu.trail import events
from xiaohu.vault import records

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ELSEWHERE = [state for state in CaseState if state is not CaseState.REFUSED]


def appeal(world: World, case: Case) -> Case:
    """Ask as the holder for another look."""
    return appealing.appeal(case_id=case.pk, actor=holder_of(case), now=world.now)


def appealed(world: World) -> Case:
    """Return a refused case asked about again and submitted."""
    case = appeal(world, refused(world))
    checking.run(case_id=case.pk, now=world.now)
    return world.submit(case)


def approve(world: World, case: Case, by: StaffUser) -> Case:
    """Take and approve a case."""
    reviewing.claim(case_id=case.pk, officer=by, now=world.now)
    return reviewing.approve(case_id=case.pk, officer=by, now=world.now)


def refuse(world: World, case: Case, by: StaffUser) -> Case:
    """Take and refuse a case."""
    reviewing.claim(case_id=case.pk, officer=by, now=world.now)
    return reviewing.refuse(
        case_id=case.pk, officer=by, reasons=[RefusalReason.DUPLICATE], now=world.now
    )


def test_opens_a_draft_for_the_same_line(world: World) -> None:
    before = refused(world)
    case = appeal(world, before)
    assert (case.state, case.appeal_of) == (CaseState.DRAFT, before)
    assert case.reference != before.reference
    assert closing_of(case).line == world.line()


def test_copies_the_answers(world: World) -> None:
    before = refused(world)
    case = appeal(world, before)
    for name in copying.ANSWERS:
        assert _plain(getattr(case, name)) == _plain(getattr(before, name))
    assert proofs.given(case.pk) == proofs.given(before.pk)


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_keeps_contact_and_payee_readable(world: World) -> None:
    case = appeal(world, refused(world))
    assert drafting.contact(case) == "subscriber@example.com"
    assert paying.payee(case) == BANK


@pytest.mark.parametrize("state", ELSEWHERE)
def test_refuses_from(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = traces(case)
    with pytest.raises(NotRefused):
        appeal(world, case)
    assert traces(case) == before


@pytest.mark.parametrize(("days", "open_"), [(15, True), (16, False)])
def test_is_open_for_fifteen_days(world: World, days: int, open_: bool) -> None:
    case = refused(world)
    world.clock.pass_(days=days)
    if open_:
        assert appeal(world, case).appeal_of == case
        return
    before = traces(case)
    with pytest.raises(AppealTooLate) as refusal:
        appeal(world, case)
    assert refusal.value.params == {"days": 15}
    assert traces(case) == before


def test_is_refused_twice_by_the_first_ones_reference(world: World) -> None:
    case = refused(world)
    first = appeal(world, case)
    with pytest.raises(AlreadyClosing) as refusal:
        appeal(world, case)
    assert refusal.value.params["reference"] == first.reference
    assert Case.objects.count() == 2


@pytest.mark.parametrize("last", [(events, "record"), (records, "seal_many")])
def test_leaves_nothing_behind_when_its_last_step_fails(
    world: World, monkeypatch: pytest.MonkeyPatch, last: tuple[object, str]
) -> None:
    case = refused(world)
    before = traces(case)
    monkeypatch.setattr(*last, fails)
    with pytest.raises(RuntimeError):
        appeal(world, case)
    assert traces(case) == before


def test_is_closed_to_a_stranger(world: World) -> None:
    case = refused(world)
    with pytest.raises(queries.CaseNotFound):
        queries.of_subscriber(case.pk, world.subscriber(LARGE))


def test_checks_the_line_afresh(world: World) -> None:
    case = appeal(world, refused(world))
    with pytest.raises(StaleChecks):
        world.submit(case)


def test_goes_to_a_reviewer_in_any_case(world: World) -> None:
    case = appealed(world)
    assert case.state == CaseState.IN_REVIEW
    assert ReviewReason.APPEAL in case.review_reasons


def test_is_not_decided_by_the_same_reviewer(world: World) -> None:
    case = appealed(world)
    with pytest.raises(SamePerson):
        approve(world, case, officer())
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW


def test_is_decided_by_another(world: World) -> None:
    case = approve(world, appealed(world), officer("wang"))
    assert case.state == CaseState.SCHEDULED


def test_is_not_decided_by_whoever_refused_it_first_or_second(world: World) -> None:
    second = refuse(world, appealed(world), officer("wang"))
    third = appeal(world, second)
    checking.run(case_id=third.pk, now=world.now)
    world.submit(third)
    for name in ("wang", "chen"):
        world.clock.pass_(minutes=30)
        with pytest.raises(SamePerson):
            approve(world, third, officer(name))
