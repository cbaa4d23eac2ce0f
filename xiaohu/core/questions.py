"""Questions a request may pass by: each is asked once, and an answer is never required."""

from collections.abc import Collection
from enum import StrEnum


class Question(StrEnum):
    """The questions, in the order in which they are asked."""

    EXPORT = "export"
    TIDY = "tidy"
    REASON = "reason"


def next_unasked(passed: Collection[str]) -> Question | None:
    """Return the first question nobody has seen yet."""
    return next((question for question in Question if question.value not in passed), None)
