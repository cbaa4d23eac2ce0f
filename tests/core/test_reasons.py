"""Why somebody closes: never required."""

import pytest

from xiaohu.core.questions import Question, next_unasked
from xiaohu.core.reasons import MOST_CHARACTERS, OwnWordsRefused, Reason, own_words


def test_not_saying_is_offered_last() -> None:
    assert list(Reason)[-1] is Reason.NOT_SAID


@pytest.mark.parametrize("reason", sorted(set(Reason) - {Reason.OTHER}))
def test_own_words_stand_only_beside_other(reason: Reason) -> None:
    assert own_words(reason, "something") == ""


def test_own_words_may_have_two_hundred_characters() -> None:
    assert len(own_words(Reason.OTHER, "长" * MOST_CHARACTERS)) == MOST_CHARACTERS
    with pytest.raises(OwnWordsRefused):
        own_words(Reason.OTHER, "长" * (MOST_CHARACTERS + 1))


def test_each_question_is_asked_once_and_in_order() -> None:
    passed: list[str] = []
    while (question := next_unasked(passed, proved=True)) is not None:
        passed.append(question.value)
    assert passed == [question.value for question in Question]


def test_what_needs_a_proof_is_not_asked_without_one() -> None:
    assert next_unasked([], proved=False) is Question.REASON
