"""Answers nobody has to give: the reason of a request, and passing such questions by."""

from uuid import UUID

from django.db import transaction

from xiaohu.closures import drafting
from xiaohu.closures.models import Case
from xiaohu.core.questions import Question
from xiaohu.core.reasons import Reason, own_words
from xiaohu.core.retention import Category
from xiaohu.vault import records, units

WORDS = "words"


@transaction.atomic(durable=True)
def give_reason(*, case_id: UUID, reason: Reason, words: str = "") -> Case:
    """Record why somebody closes; own words are personal data and sealed as such.

    Raises:
        OwnWordsRefused: the own words are too long.
        NotEditable: already submitted.
    """
    case = drafting.editable(case_id)
    said, unit = own_words(reason, words), units.case(case.pk)
    if said:
        value = {WORDS: said}
        records.seal(operator=case.operator, unit=unit, category=Category.REASON, value=value)
    else:
        records.delete_one(operator=case.operator, unit=unit, category=Category.REASON)
    case.reason = reason.value
    _pass(case, Question.REASON)
    case.save(update_fields=["reason", "passed"])
    return case


@transaction.atomic(durable=True)
def pass_by(*, case_id: UUID, question: Question) -> Case:
    """Note that a question was seen and left unanswered; a second time changes nothing.

    Raises:
        NotEditable: already submitted.
    """
    case = drafting.editable(case_id)
    _pass(case, question)
    case.save(update_fields=["passed"])
    return case


def own_words_of(case: Case) -> str:
    """Return the reason in the person's own words; empty where there are none."""
    said = records.open_one(
        operator=case.operator, unit=units.case(case.pk), category=Category.REASON
    )
    return said.get(WORDS, "")


def _pass(case: Case, question: Question) -> None:
    if question.value not in case.passed:
        case.passed = [*case.passed, question.value]
