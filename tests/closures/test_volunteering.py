"""Answers nobody has to give."""

from uuid import UUID

import pytest

from tests.stories import World
from xiaohu.closures import drafting, volunteering
from xiaohu.closures.models import Case
from xiaohu.core.questions import Question
from xiaohu.core.reasons import MOST_CHARACTERS, OwnWordsRefused, Reason
from xiaohu.vault.models import SealedRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def fresh(case_id: UUID) -> Case:
    """Return a case as it is now."""
    return Case.objects.get(pk=case_id)


def test_a_reason_is_kept_as_a_code(world: World) -> None:
    case = world.draft()
    volunteering.give_reason(case_id=case.pk, reason=Reason.PRICE, words="资费太高")
    assert fresh(case.pk).reason == "price"
    assert volunteering.own_words_of(case) == ""


def test_own_words_are_sealed_and_readable_by_the_case_alone(world: World) -> None:
    case = world.draft()
    volunteering.give_reason(case_id=case.pk, reason=Reason.OTHER, words="  搬到\n外地 ")
    assert volunteering.own_words_of(case) == "搬到 外地"
    sealed = SealedRecord.objects.get(unit=case.pk, category="reason")
    assert "外地".encode() not in bytes(sealed.box)


def test_another_reason_deletes_the_own_words(world: World) -> None:
    case = world.draft()
    volunteering.give_reason(case_id=case.pk, reason=Reason.OTHER, words="搬家")
    volunteering.give_reason(case_id=case.pk, reason=Reason.NOT_SAID)
    assert not SealedRecord.objects.filter(unit=case.pk, category="reason").exists()


def test_too_many_words_are_refused_and_nothing_is_kept(world: World) -> None:
    case = world.draft()
    with pytest.raises(OwnWordsRefused):
        volunteering.give_reason(
            case_id=case.pk, reason=Reason.OTHER, words="长" * (MOST_CHARACTERS + 1)
        )
    assert fresh(case.pk).reason == ""


def test_passing_by_twice_is_harmless(world: World) -> None:
    case = world.draft()
    for _ in range(2):
        volunteering.pass_by(case_id=case.pk, question=Question.REASON)
    assert fresh(case.pk).passed == ["reason"]


def test_a_submitted_request_keeps_its_reason(world: World) -> None:
    case = world.submitted()
    with pytest.raises(drafting.NotEditable):
        volunteering.give_reason(case_id=case.pk, reason=Reason.PRICE)
    with pytest.raises(drafting.NotEditable):
        volunteering.pass_by(case_id=case.pk, question=Question.REASON)
