"""A question that is composed once answers each asking with its own values."""

from uuid import uuid4

import pytest

from tests.stories import NOON, OPERATOR
from xiaohu.queue import effects
from xiaohu.queue.asking import Question, Slot
from xiaohu.queue.models import Effect, EffectState

pytestmark = pytest.mark.django_db
ROUNDS: Question[Effect] = Question(
    lambda: (
        Effect.objects.filter(subject_id=Slot("subject"), state__in=["intended", "unknown"])
        .order_by("round")
        .values_list("round")
    )
)


def intended(*rounds: int) -> list[Effect]:
    """Return effects of one subject."""
    subject = uuid4()
    made = [
        effects.new(operator=OPERATOR, subject_id=subject, kind="refund", round_=each, now=NOON)
        for each in rounds
    ]
    for effect in made:
        effects.sending(effect, now=NOON)
    return made


def test_each_asking_is_answered_for_its_own_values() -> None:
    one, two = intended(2, 1), intended(5)
    effects.record(one[0].pk, state=EffectState.DONE)
    assert ROUNDS.rows(subject=one[0].subject_id) == [(1,)]
    assert ROUNDS.rows(subject=two[0].subject_id) == [(5,)]
    assert ROUNDS.rows(subject=uuid4()) == []


OF_MANY = Question(lambda: Effect.objects.filter(subject_id__any_of=Slot("subjects")))


@pytest.mark.parametrize("many", [0, 1, 2])
def test_a_list_is_one_value_however_long(many: int) -> None:
    effects_ = [*intended(1), *intended(2), *intended(3)]
    subjects = [effect.subject_id for effect in effects_[:many]]
    assert {found.pk for found in OF_MANY.all(subjects=subjects)} == {
        effect.pk for effect in effects_[:many]
    }


def test_an_object_is_the_whole_row() -> None:
    (effect,) = intended(3)
    found = effects.known(subject_id=effect.subject_id, kind="refund", round_=3)
    assert found is not None
    assert not found.get_deferred_fields()
    assert vars(found).keys() >= {field.attname for field in Effect._meta.concrete_fields}
    assert (found.pk, found.sent_at, found.operator) == (effect.pk, NOON, OPERATOR)
    assert effects.known(subject_id=effect.subject_id, kind="refund", round_=4) is None


def test_a_value_that_is_missing_is_told() -> None:
    with pytest.raises(KeyError, match="subject"):
        ROUNDS.rows()
