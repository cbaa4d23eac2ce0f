"""What about money a person must decide: one row for each kind, with what may be decided of it.

Machines find and keep; where two sides disagree nobody but a person says which one is right.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal

_PROOF = re.compile(r"[A-Z0-9][A-Z0-9-]{3,31}")


class DecisionNotPossible(Refusal):
    """This kind of finding cannot be decided that way, or not by that reason."""

    code = "DECISION_NOT_POSSIBLE"


class ProofRefused(Refusal):
    """The text is no number of a document that proves a decision."""

    code = "PROOF_REFUSED"


class FindingSource(StrEnum):
    """Where something was found."""

    ANSWER = "answer"  # of a provider, when called or looked up
    CALLBACK = "callback"
    STATEMENT = "statement"
    RECONCILIATION = "reconciliation"
    BILL = "bill"
    EFFECT = "effect"


class FindingKind(StrEnum):
    """What was found."""

    UNKNOWN_REFERENCE = "unknown_reference"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_CURRENCY = "wrong_currency"
    CONTRADICTORY = "contradictory"
    UNREADABLE = "unreadable"
    STATEMENT_REFUSED = "statement_refused"
    MISSING_AT_PROVIDER = "missing_at_provider"
    UNKNOWN_TO_US = "unknown_to_us"
    NOT_BOOKED = "not_booked"
    PAID_TWICE = "paid_twice"
    BOOKS_DISAGREE = "books_disagree"
    LINE_NOT_CLOSED = "line_not_closed"
    BILL_DIFFERS = "bill_differs"
    ENDED_TWICE = "ended_twice"
    WITHOUT_APPROVAL = "without_approval"
    LATE_CHARGE = "late_charge"
    CHARGEBACK = "chargeback"
    EXIT_FEE_ABOVE_SHOWN = "exit_fee_above_shown"
    BILL_UNREADABLE = "bill_unreadable"
    EFFECT_UNRESOLVED = "effect_unresolved"


class FindingDecision(StrEnum):
    """What a person can make of it."""

    OURS_STANDS = "ours_stands"  # our books are right; the other side mends its own
    THEIRS_STANDS = "theirs_stands"  # they are right; ours are mended by what is noted with it
    WAS_DONE = "was_done"
    WAS_NOT_DONE = "was_not_done"
    ABSORB = "absorb"  # the operator bears it
    CLAIM = "claim"  # it is claimed from whoever owes it
    PAY_AGAIN = "pay_again"
    NO_MATTER = "no_matter"  # looked into; nothing is to be done


class DecisionReason(StrEnum):
    """Why somebody decides as they do."""

    SLIP_SEEN = "slip_seen"
    PROVIDER_CONFIRMED = "provider_confirmed"
    OPERATOR_CONFIRMED = "operator_confirmed"
    CLERICAL = "clerical"
    DUPLICATE = "duplicate"
    TOLERATED = "tolerated"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule:
    """What may be decided of a kind, by whom, and whether it takes two."""

    decisions: tuple[FindingDecision, ...]
    two_people: bool
    actors: frozenset[ActorKind]


_D = FindingDecision
_FINANCE = frozenset({ActorKind.FINANCE})
_EITHER = frozenset({ActorKind.FINANCE, ActorKind.OFFICER})
_WHO_IS_RIGHT = FindingRule(
    decisions=(_D.OURS_STANDS, _D.THEIRS_STANDS), two_people=True, actors=_FINANCE
)
_WHAT_BECAME_OF_IT = FindingRule(
    decisions=(_D.WAS_DONE, _D.WAS_NOT_DONE), two_people=True, actors=_FINANCE
)
_LOOKED_INTO = FindingRule(decisions=(_D.NO_MATTER,), two_people=False, actors=_FINANCE)
# Money may have gone without anybody's word: nobody says alone that this is no matter.
_LOOKED_INTO_BY_TWO = FindingRule(decisions=(_D.NO_MATTER,), two_people=True, actors=_FINANCE)
_WHO_BEARS = FindingRule(decisions=(_D.ABSORB, _D.CLAIM), two_people=True, actors=_FINANCE)

FINDINGS: Mapping[FindingKind, FindingRule] = {
    FindingKind.UNKNOWN_REFERENCE: _LOOKED_INTO_BY_TWO,
    FindingKind.WRONG_AMOUNT: _WHO_IS_RIGHT,
    FindingKind.WRONG_CURRENCY: _WHAT_BECAME_OF_IT,
    FindingKind.CONTRADICTORY: _WHAT_BECAME_OF_IT,
    FindingKind.UNREADABLE: _LOOKED_INTO,
    FindingKind.STATEMENT_REFUSED: _LOOKED_INTO,
    FindingKind.MISSING_AT_PROVIDER: _WHO_IS_RIGHT,
    FindingKind.UNKNOWN_TO_US: _LOOKED_INTO_BY_TWO,
    FindingKind.NOT_BOOKED: _WHO_IS_RIGHT,
    FindingKind.PAID_TWICE: FindingRule(
        decisions=(_D.ABSORB, _D.CLAIM, _D.OURS_STANDS), two_people=True, actors=_FINANCE
    ),
    FindingKind.BOOKS_DISAGREE: _LOOKED_INTO_BY_TWO,
    FindingKind.LINE_NOT_CLOSED: _LOOKED_INTO_BY_TWO,
    FindingKind.BILL_DIFFERS: _LOOKED_INTO_BY_TWO,
    FindingKind.ENDED_TWICE: _LOOKED_INTO_BY_TWO,
    FindingKind.WITHOUT_APPROVAL: _LOOKED_INTO_BY_TWO,
    FindingKind.LATE_CHARGE: _WHO_BEARS,
    FindingKind.CHARGEBACK: FindingRule(
        decisions=(_D.PAY_AGAIN, _D.OURS_STANDS), two_people=True, actors=_FINANCE
    ),
    FindingKind.EXIT_FEE_ABOVE_SHOWN: _LOOKED_INTO,  # settled by the lower of the two
    FindingKind.BILL_UNREADABLE: _LOOKED_INTO,
    FindingKind.EFFECT_UNRESOLVED: FindingRule(
        decisions=(_D.WAS_DONE, _D.WAS_NOT_DONE), two_people=True, actors=_EITHER
    ),
}

ONE_PERSON = tuple(sorted(kind.value for kind, rule in FINDINGS.items() if not rule.two_people))

# While one of these is undecided nothing more is paid on the same closing.
WHERE_MONEY_IS = frozenset(
    {
        FindingKind.WRONG_AMOUNT,
        FindingKind.WRONG_CURRENCY,
        FindingKind.CONTRADICTORY,
        FindingKind.NOT_BOOKED,
        FindingKind.PAID_TWICE,
        FindingKind.BOOKS_DISAGREE,
        FindingKind.CHARGEBACK,
    }
)


def require_possible(kind: FindingKind, decision: FindingDecision) -> None:
    """Pass where a kind may be decided that way.

    Raises:
        DecisionNotPossible: it may not.
    """
    if decision not in FINDINGS[kind].decisions:
        raise DecisionNotPossible


def normalise_proof(raw: str) -> str:
    """Return the number of a document that proves a decision: capitals, figures and hyphens, never a name.

    Raises:
        ProofRefused: something else.
    """
    proof = "".join(raw.split()).upper()
    if not proof.isascii() or not _PROOF.fullmatch(proof):
        raise ProofRefused
    return proof
