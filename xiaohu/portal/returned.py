"""S20: what an officer asks to be put right, where that is done, and whether it was."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from xiaohu.closures import applying
from xiaohu.closures.models import Case
from xiaohu.core.proofs import TWO_KINDS
from xiaohu.core.review import ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.proofing import papers

WHERE = {
    ReturnReason.PHOTO_UNCLEAR.value: "documents",
    ReturnReason.PAYEE_UNCLEAR.value: "balance",
    ReturnReason.CONTACT_UNREACHABLE.value: "contact",
    ReturnReason.PROVE_AGAIN.value: "prove",
}
LAST = "review"  # where every answer is looked at once more


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to put right: the officer's reason, where, and whether it is seen to be done."""

    reason: str
    path: str
    done: bool


def items(case: Case, *, now: datetime) -> list[Item]:
    """Return what was asked for, the last look at all answers at the end."""
    if CaseState(case.state) is not CaseState.AWAITING_CUSTOMER:
        return []
    standing = applying.standing(case, now=now)
    done = {
        ReturnReason.PROVE_AGAIN.value: standing.reached >= TWO_KINDS,
        ReturnReason.CONTACT_UNREACHABLE.value: case.contact_confirmed,
        ReturnReason.PAYEE_UNCLEAR.value: bool(case.refund_route),
        ReturnReason.PHOTO_UNCLEAR.value: _shown_since(case),
    }
    return [
        Item(
            reason,
            reverse(f"portal:{WHERE.get(reason, LAST)}", args=[case.pk]),
            done.get(reason, False),
        )
        for reason in sorted(case.decision_reasons, key=lambda reason: reason not in WHERE)
    ]


def to_do(case: Case, *, now: datetime) -> list[Item]:
    """Return what is not put right yet."""
    return [item for item in items(case, now=now) if not item.done]


def missing(case: Case, *, now: datetime) -> list[Item]:
    """Return what is not put right yet and takes more than looking at the answers again."""
    return [item for item in to_do(case, now=now) if item.reason in WHERE]


def _shown_since(case: Case) -> bool:
    """Say whether a paper was added since the request was returned."""
    at = case.decided_at
    return at is not None and any(paper.added_at > at for paper in papers.of_case(case.pk))
