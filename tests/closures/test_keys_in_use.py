"""A key goes as an orphan only once no row needs it; law tests see to it that every room was asked."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoCaptureOnCommitCallbacks

from tests.stories import OPERATOR, World, picture, staff
from xiaohu.closures import noting
from xiaohu.closures.models import Case
from xiaohu.core.applicants import Evidence
from xiaohu.core.retention import UnitKind
from xiaohu.proofing import papers
from xiaohu.proofing.models import Paper
from xiaohu.vault import in_use, journal, keys, orphans, units
from xiaohu.vault.keys import Erased
from xiaohu.vault.keystore.models import DestroyedKey, UnitKey
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.units import Unit

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def old(unit: Unit, *, hours: int = 30) -> Unit:
    """Let a key have been made hours ago."""
    UnitKey.objects.filter(unit=unit.id).update(made_at=Now() - timedelta(hours=hours))
    return unit


def orphan(*, hours: int = 30) -> Unit:
    """Return a unit whose key was made for what never came to be."""
    unit = units.line(uuid4())
    keys.fetch_or_make(OPERATOR, [unit])
    return old(unit, hours=hours)


def draft(world: World) -> Case:
    """Return a case of which no record is sealed."""
    case = world.draft()
    SealedRecord.objects.filter(unit=case.pk).delete()
    return case


def test_a_paper_keeps_the_key_of_its_case(world: World) -> None:
    case = draft(world)
    (page,) = papers.add(
        operator=OPERATOR,
        case_id=case.pk,
        evidence=Evidence.HOLDER_ID,
        data=picture(),
        now=world.now,
    )
    old(units.case(case.pk))
    assert orphans.Sweep()() == 0
    assert papers.picture(operator=OPERATOR, case_id=case.pk, paper_id=page.id)


def test_a_note_keeps_the_key_of_its_case(world: World) -> None:
    case = draft(world)
    noting.keep(case, text="已核对", officer=staff(), now=world.now)
    old(units.case(case.pk))
    assert orphans.Sweep()() == 0
    assert [note.text for note in noting.of_case(case)] == ["已核对"]


def test_a_paper_of_a_sitting_keeps_its_key_before_there_is_a_case(world: World) -> None:
    sitting = uuid4()
    papers.add(
        operator=OPERATOR,
        case_id=sitting,
        evidence=Evidence.HOLDER_ID,
        data=picture(),
        now=world.now,
    )
    old(units.case(sitting))
    sweep = orphans.Sweep()
    assert sweep() == 0
    Paper.objects.filter(case_id=sitting).delete()
    assert sweep() == 1


def test_who_lives_keeps_the_key_though_nothing_is_sealed_yet(world: World) -> None:
    case = draft(world)
    unit = units.case(case.pk)
    keys.fetch_or_make(OPERATOR, [unit])
    old(unit)
    assert orphans.Sweep()() == 0


@pytest.mark.usefixtures("world")
def test_an_orphan_leaves_its_entry_as_any_other(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(journal, "places", lambda: [tmp_path / "1" / "j", tmp_path / "2" / "j"])
    unit, young = orphan(), orphan(hours=23)
    with django_capture_on_commit_callbacks(using="keystore", execute=True):
        assert orphans.Sweep()() == 1
    assert DestroyedKey.objects.filter(unit=unit.id, shipped=True).exists()
    assert [entry.unit for entry in journal.entries()] == [unit]
    with pytest.raises(Erased):
        keys.fetch_or_make(OPERATOR, [unit])
    assert UnitKey.objects.filter(unit=young.id).exists()


@pytest.mark.usefixtures("world")
def test_days_in_which_nobody_swept_are_made_up_for() -> None:
    orphan(hours=24 * 9)
    sweep = orphans.Sweep()
    assert (sweep(), sweep()) == (1, 0)
    orphan(hours=30)
    assert sweep() == 1


@pytest.mark.usefixtures("world")
def test_kinds_nobody_speaks_for_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    orphan()
    monkeypatch.delitem(in_use._PLACES, UnitKind.LINE)
    assert orphans.Sweep()() == 0
