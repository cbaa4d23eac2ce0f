"""Questions a request may pass by: each is asked once, and an answer is never required."""

from collections.abc import Collection
from enum import StrEnum


class Question(StrEnum):
    """The questions, in the order in which they are asked."""

    EXPORT = "export"
    TIDY = "tidy"
    REASON = "reason"


# Records and what is saved at the operator are opened to nobody who only signed in or showed papers
# that no person has looked at yet: such a request is not asked about them.
AFTER_PROOF = frozenset({Question.EXPORT, Question.TIDY})


def next_unasked(passed: Collection[str], *, proved: bool) -> Question | None:
    """Return the first question nobody has seen yet; `proved` says two kinds of proof were given."""
    return next(
        (
            question
            for question in Question
            if question.value not in passed and (proved or question not in AFTER_PROOF)
        ),
        None,
    )
