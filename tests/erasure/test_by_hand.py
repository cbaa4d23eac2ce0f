"""What only a person can erase: told at the desk, confirmed by an officer with evidence, receipted."""

from datetime import date

import pytest

from tests.erasure.archive import confirm, rows, waits
from tests.stories import World, closing_of, document_of, staff
from xiaohu.closures import documents
from xiaohu.closures.erasing_by_hand import NothingToConfirm, NotYoursToConfirm
from xiaohu.closures.models import Case, Closing, DocumentKind, HumanQueue
from xiaohu.core.actors import ActorKind
from xiaohu.core.evidence import EvidenceKind, EvidenceRefused, normalise_evidence
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.erasure import engine
from xiaohu.trail.models import Event
from xiaohu.vault import buckets

__all__ = ["waits"]
pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_the_closing_waits_for_people_with_a_date(waits: Closing) -> None:
    assert (waits.step, waits.owner, waits.trouble) == (
        Step.ERASE,
        HumanQueue.OPERATIONS,
        "outside_by_hand",
    )
    assert waits.owner_due_at is not None
    assert [row.why for row in rows(waits)] == ["by_hand", "by_hand"]


def test_it_goes_on_once_everything_is_confirmed(world: World, waits: Closing) -> None:
    forms, tapes = rows(waits)
    confirm(world, forms)
    world.work()
    assert closing_of(waits.case).step == Step.ERASE
    confirm(world, tapes, evidence=EvidenceKind.LETTER, count=0)
    world.work()
    assert Case.objects.get(pk=waits.case_id).state == CaseState.DONE
    said = engine.receipt_of(waits.pk).outside
    assert [(one["evidence"], one["reference"], one["found"]) for one in said] == [
        ("ticket", "GD-2026-0007", 1),
        ("letter", "GD-2026-0007", 0),
    ]
    assert Event.objects.filter(action="erase_by_hand", case_id=waits.case_id).count() == 2


def test_only_an_officer_confirms(world: World, waits: Closing) -> None:
    with pytest.raises(NotYoursToConfirm):
        confirm(world, rows(waits)[0], officer=staff("qian", ActorKind.FINANCE))
    assert [row.state for row in rows(waits)] == ["waiting", "waiting"]


def test_another_operators_officer_finds_nothing(world: World, waits: Closing) -> None:
    stranger = staff("stranger")
    stranger.operator = "another"
    with pytest.raises(NothingToConfirm):
        confirm(world, rows(waits)[0], officer=stranger)


def test_nothing_is_confirmed_twice(world: World, waits: Closing) -> None:
    row = rows(waits)[0]
    confirm(world, row)
    with pytest.raises(NothingToConfirm):
        confirm(world, row, officer=staff("li"))


@pytest.mark.parametrize(
    "reference",
    [
        "",
        "a",
        "13800000000",
        "8613800000000",
        "11010519491231002X",
        "89860112345678901234",
        "张三",
        "a b!",
    ],
)
def test_evidence_names_nobody(reference: str) -> None:
    with pytest.raises(EvidenceRefused):
        normalise_evidence(reference)


@pytest.mark.parametrize("reference", ["GD-20261129-01", "gd 2026 7", "20261129000123"])
def test_evidence_is_a_number_of_its_own(reference: str) -> None:
    assert normalise_evidence(reference) == "".join(reference.split()).upper()


def test_the_statement_says_until_when_it_was_sealed_not_when_it_was_signed(
    world: World, waits: Closing
) -> None:
    assert world.now.date() == date(2026, 11, 26)
    sealed = buckets.until_when(operator=waits.operator, subject_id=waits.pk)
    world.clock.pass_(days=10)  # into December: counted from today, all would end a month later
    for row in rows(waits):
        confirm(world, row)
    world.work()
    statement = document_of(waits.case, DocumentKind.STATEMENT)
    assert statement is not None
    assert {one["category"]: one["until"] for one in documents.read(statement)["kept"]} == {
        category.value: until.isoformat() for category, until in sealed.items()
    }
