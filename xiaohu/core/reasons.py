"""Why somebody closes: asked once, never required, and it decides nothing.

Source: GB/T 35273-2020 8.5 d) and 电信条例 art. 31: a reason is no condition of closing. What an
operator's own form needs of a code is `NOT_SAID`.
"""

from enum import StrEnum

from xiaohu.core.refusals import Refusal

MOST_CHARACTERS = 200


class OwnWordsRefused(Refusal):
    """The own words are longer than `most` characters."""

    code = "OWN_WORDS_REFUSED"


class Reason(StrEnum):
    """The answers offered, in their order; the last is chosen until another one is."""

    UNUSED = "unused"
    OTHER_OPERATOR = "other_operator"
    PRICE = "price"
    MARKED = "marked"  # calls show as a nuisance, or the line is restricted
    ORGANISATION_CHANGED = "organisation_changed"
    EMPLOYEE_LEFT = "employee_left"
    DISSATISFIED = "dissatisfied"
    OTHER = "other"
    NOT_SAID = "not_said"


def own_words(reason: Reason, typed: str) -> str:
    """Return what is kept of the own words: nothing beside a reason that has words already.

    Raises:
        OwnWordsRefused: longer than allowed.
    """
    said = " ".join(typed.split()) if reason is Reason.OTHER else ""
    if len(said) > MOST_CHARACTERS:
        raise OwnWordsRefused(most=MOST_CHARACTERS)
    return said
