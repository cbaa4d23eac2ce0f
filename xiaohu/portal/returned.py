"""S18 and S20: what is to be put right, where each is done, and whether it was."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.closures import applying, checking
from xiaohu.closures.models import Case
from xiaohu.core.applicants import PHOTOS, Evidence
from xiaohu.core.proofs import TWO_KINDS
from xiaohu.core.review import ReturnReason
from xiaohu.core.states import CaseState
from xiaohu.proofing import papers
from xiaohu.ui import shown

WHERE = {
    ReturnReason.PHOTO_UNCLEAR.value: "documents",
    ReturnReason.AUTHORISATION_INCOMPLETE.value: "documents",
    ReturnReason.PAYEE_UNCLEAR.value: "balance",
    ReturnReason.CONTACT_UNREACHABLE.value: "contact",
    ReturnReason.PROVE_AGAIN.value: "prove",
}
LAST = "review"  # where every answer is looked at once more


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to put right: in words, where, and whether it is seen to be done.

    `last` says that it takes no more than looking at the answers again.
    """

    words: str
    path: str
    done: bool
    last: bool = False


def items(case: Case, *, now: datetime) -> list[Item]:
    """Return what is asked for, done or not, in the order of the journey.

    That is what an officer asked for, the last look at all answers at its end; papers that are
    not there; and what stands in the way since the checks were made again.
    """
    if CaseState(case.state) is not CaseState.AWAITING_CUSTOMER:
        return []
    standing = applying.standing(case, now=now)
    done = {
        ReturnReason.PROVE_AGAIN.value: standing.reached >= TWO_KINDS,
        ReturnReason.CONTACT_UNREACHABLE.value: case.contact_confirmed,
        ReturnReason.PAYEE_UNCLEAR.value: bool(case.refund_route),
        ReturnReason.PHOTO_UNCLEAR.value: bool(_shown_since(case)),
        ReturnReason.AUTHORISATION_INCOMPLETE.value: bool(_shown_since(case) - PHOTOS),
    }
    asked = [
        Item(
            gettext(f"return.{reason}"),
            reverse(f"portal:{WHERE.get(reason, LAST)}", args=[case.pk]),
            done.get(reason, False),
            last=reason not in WHERE,
        )
        for reason in sorted(case.decision_reasons, key=lambda reason: reason not in WHERE)
    ]
    return [*_in_the_way(case, now), *_lacking(case, standing.lacking), *asked]


def to_do(case: Case, *, now: datetime) -> list[Item]:
    """Return what is not put right yet."""
    return [item for item in items(case, now=now) if not item.done]


def missing(case: Case, *, now: datetime) -> list[Item]:
    """Return what is not put right yet and takes more than looking at the answers again."""
    return [item for item in to_do(case, now=now) if not item.last]


def _in_the_way(case: Case, now: datetime) -> list[Item]:
    """Return each obstacle the last checks found, at the page that says its way out."""
    checked = checking.last(case, now=now)
    if checked is None:
        return []
    return [
        Item(
            f"{number} {words}".strip(),
            reverse("portal:one_check", args=[case.pk, finding.code]),
            done=False,
        )
        for finding, words, number in shown.findings(checked)
        if finding.blocks
    ]


def _lacking(case: Case, lacking: tuple[Evidence, ...]) -> list[Item]:
    """Return each paper that is not there; one that is there and unclear an officer names."""
    unclear = ReturnReason.PHOTO_UNCLEAR.value in case.decision_reasons
    path = reverse("portal:documents", args=[case.pk])
    return [
        Item(gettext("return.paper").format(paper=gettext(f"paper_kind.{kind}")), path, done=False)
        for kind in lacking
        if not (unclear and kind in PHOTOS)
    ]


def _shown_since(case: Case) -> set[Evidence]:
    """Return the kinds of papers added since the request was returned."""
    at = case.decided_at
    added = (paper for paper in papers.of_case(case.pk) if at is not None and paper.added_at > at)
    return {paper.evidence for paper in added}
