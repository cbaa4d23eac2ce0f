"""What can become of a document already handed out, why, who may ask for it, and what may change.

A signed document is never edited: it is revoked, or another takes its place and names it.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum

from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal


class Change(StrEnum):
    """What becomes of a document."""

    REVOKE = "revoke"
    REPLACE = "replace"


class ChangeReason(StrEnum):
    """Why."""

    WRONG_FACT = "wrong_fact"
    ISSUED_IN_ERROR = "issued_in_error"
    KEY_NOT_TRUSTED = "key_not_trusted"


REASONS: Mapping[Change, frozenset[ChangeReason]] = {
    Change.REVOKE: frozenset(ChangeReason),
    Change.REPLACE: frozenset({ChangeReason.WRONG_FACT, ChangeReason.KEY_NOT_TRUSTED}),
}
# Two of these, and two people.
ROLES = (ActorKind.COMPLIANCE, ActorKind.ADMIN)
LONGEST_VALUE = 80


class CorrectionRefused(Refusal):
    """A fact that may not be changed, or a value it cannot have; `fact` names it."""

    code = "CORRECTION_REFUSED"


class ReasonNotForChange(Refusal):
    """This reason does not go with what is to become of the document; `known` lists those that do."""

    code = "REASON_NOT_FOR_CHANGE"


def _words(value: str) -> bool:
    return 0 < len(value) <= LONGEST_VALUE and value.isprintable()


def _moment(value: str) -> bool:
    try:
        return value.endswith("Z") and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


# Money, masks and lists of what was erased come from the books, and are corrected there.
CORRECTABLE: Mapping[str, Callable[[str], bool]] = {
    "product": _words,
    "closed_at": _moment,
    "number_free_on": _day,
    "filing_ended_at": _moment,
    "filing_reference": _words,
}


def require_reason(change: Change, reason: str) -> ChangeReason:
    """Return the reason.

    Raises:
        ReasonNotForChange: it is none, or not one for this.
    """
    known = REASONS[change]
    if reason not in known:
        raise ReasonNotForChange(known=", ".join(sorted(known)))
    return ChangeReason(reason)


def require_corrections(
    reason: ChangeReason, corrections: Mapping[str, str], *, said: Mapping[str, object]
) -> None:
    """Refuse what may not be changed, is not there, or does not change anything.

    Raises:
        CorrectionRefused: it names the fact.
    """
    for fact, value in corrections.items():
        fits = CORRECTABLE.get(fact)
        if fits is None or fact not in said or not fits(value) or said[fact] == value:
            raise CorrectionRefused(
                fact=fact, known=", ".join(sorted(set(CORRECTABLE) & set(said)))
            )
    if reason is ChangeReason.WRONG_FACT and not corrections:
        raise CorrectionRefused(fact="–", known=", ".join(sorted(set(CORRECTABLE) & set(said))))
