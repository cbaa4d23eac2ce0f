"""Pictures of identity documents: stamped when they are taken, gone a day after the decision is final."""

import hashlib
import io
from datetime import timedelta

import pytest
from PIL import Image

from tests.closures.states import large, officer
from tests.closures.test_holding import hold, release
from tests.stories import LARGE, OPERATOR, World, closing_of, picture
from xiaohu.closures import applying, checking, clearing_pictures, reviewing
from xiaohu.closures.models import Case
from xiaohu.core.applicants import Evidence
from xiaohu.core.consents import ConsentKind
from xiaohu.core.review import RefusalReason
from xiaohu.core.states import CaseState
from xiaohu.proofing import papers, stamping
from xiaohu.trail.models import Event
from xiaohu.vault import keys
from xiaohu.vault.keys import KeystoreUnavailable
from xiaohu.vault.keystore.models import UnitKey

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def shown_papers(world: World) -> Case:
    """Return a case in review with a picture of an identity document."""
    return world.submit(large(world))


def decided(world: World, *, refused: bool = False) -> Case:
    """Return such a case decided upon."""
    case = shown_papers(world)
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    if refused:
        why = [RefusalReason.DUPLICATE]
        reviewing.refuse(case_id=case.pk, officer=officer(), reasons=why, now=world.now)
    else:
        reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    case.refresh_from_db()
    return case


def kinds(case: Case) -> set[Evidence]:
    """Return which papers are left."""
    return {paper.evidence for paper in papers.of_case(case.pk)}


def kept_page(case: Case) -> bytes:
    """Return the first page of a case as it is kept."""
    first = papers.of_case(case.pk)[0]
    page = papers.picture(operator=case.operator, case_id=case.pk, paper_id=first.id)
    assert page is not None
    return page


def test_stay_until_a_decision_and_go_a_day_after_it_is_final(world: World) -> None:
    case = decided(world)
    assert Evidence.HOLDER_ID in kinds(case)
    digest = hashlib.sha256(kept_page(case)).hexdigest()
    world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state != CaseState.SCHEDULED)
    case.refresh_from_db()
    assert case.execute_at is not None
    day = case.execute_at + timedelta(hours=24)
    assert clearing_pictures.drop_due(now=day - timedelta(seconds=1)) == 0
    assert clearing_pictures.drop_due(now=day) == 1
    assert kinds(case) == set()
    told = Event.objects.get(case_id=case.pk, action="drop_pictures")
    assert digest in told.evidence.values()
    assert clearing_pictures.drop_due(now=day) == 0


def test_of_a_refused_request_stay_while_it_can_be_looked_at_again(world: World) -> None:
    case = decided(world, refused=True)
    world.clock.pass_(days=15)
    assert clearing_pictures.drop_due(now=world.now) == 0
    assert Evidence.HOLDER_ID in kinds(case)
    world.clock.pass_(days=1)
    assert clearing_pictures.drop_due(now=world.now) == 1
    assert kinds(case) == set()


def test_stay_while_nothing_is_decided(world: World) -> None:
    case = shown_papers(world)
    assert case.state == CaseState.IN_REVIEW
    world.clock.pass_(days=400)
    assert clearing_pictures.drop_due(now=world.now) == 0
    assert Evidence.HOLDER_ID in kinds(case)


def test_leave_other_papers_with_the_folder(world: World) -> None:
    case = world.ready(LARGE)
    others = {Evidence.AUTHORISATION, Evidence.PAYEE_ID}
    for other in others:
        applying.add_paper(case_id=case.pk, evidence=other, data=picture(), now=world.now)
    Case.objects.filter(pk=case.pk).update(state=CaseState.WITHDRAWN.value, ended_at=world.now)
    assert clearing_pictures.drop_due(now=world.now + timedelta(hours=24)) == 1
    assert kinds(case) == others


def test_stay_while_an_authority_has_the_data_kept(world: World) -> None:
    case = decided(world)
    world.outside.change(world.line(LARGE), legal_hold=True)
    checking.run(case_id=case.pk, now=world.now)
    assert clearing_pictures.drop_due(now=world.now + timedelta(days=16)) == 0
    assert Evidence.HOLDER_ID in kinds(case)


def test_stay_while_two_people_here_have_the_request_held(world: World) -> None:
    case = decided(world)
    world.skip_until(case, lambda: not closing_of(case).is_open)
    case.refresh_from_db()
    assert case.execute_at is not None
    over = case.execute_at + timedelta(days=16)
    placed = hold(world, closing_of(case))
    assert clearing_pictures.drop_due(now=over) == 0
    assert Evidence.HOLDER_ID in kinds(case)
    release(world, placed)
    assert clearing_pictures.drop_due(now=over) == 1


def test_wait_for_a_keystore_that_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = decided(world, refused=True)

    def away(*_: object) -> None:
        raise KeystoreUnavailable

    world.clock.pass_(days=16)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "fetch", away)
        assert clearing_pictures.drop_due(now=world.now) == 0
    assert Evidence.HOLDER_ID in kinds(case)
    assert clearing_pictures.drop_due(now=world.now) == 1


def test_of_a_case_whose_key_was_lost_go_with_the_others(world: World) -> None:
    lost, other = decided(world, refused=True), decided(world, refused=True)
    UnitKey.objects.filter(unit=lost.pk).delete()
    world.clock.pass_(days=16)
    assert clearing_pictures.drop_due(now=world.now) == 2
    assert kinds(lost) == kinds(other) == set()
    told = {row.case_id: row.evidence for row in Event.objects.filter(action="drop_pictures")}
    assert set(told[lost.pk].values()) == {""}
    assert "" not in told[other.pk].values()


def test_are_stamped_all_over_with_operator_purpose_and_day(world: World) -> None:
    case = world.draft(LARGE)
    world.agree(case, ConsentKind.ID_PHOTO)
    white = picture(width=900, height=600)
    applying.add_paper(case_id=case.pk, evidence=Evidence.HOLDER_ID, data=white, now=world.now)
    page = Image.open(io.BytesIO(kept_page(case))).convert("L")
    for left, top in ((0, 0), (450, 0), (0, 300), (450, 300)):
        assert min(page.crop((left, top, left + 450, top + 300)).tobytes()) < 230
    today = world.now.date()
    stamps = {stamping.stamp(OPERATOR, on=today + timedelta(days=days)) for days in (0, 1)}
    assert len(stamps) == 2
