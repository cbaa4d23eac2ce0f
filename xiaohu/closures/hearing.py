"""Words of both sides: the operator's ground and what it asks for, and what the holder says."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves, submitting
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.applicants import Evidence
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.core.review import ReviewReason
from xiaohu.proofing import papers
from xiaohu.vault import records, units

GROUND, STATEMENT, ASKED = "ground", "statement", "asked"
LONGEST = 500


class StatementMissing(Refusal):
    """An objection says why, in at most `most` characters."""

    code = "STATEMENT_MISSING"


def said(case: Case) -> dict[str, str]:
    """Return what was said on both sides."""
    return records.open_one(
        operator=case.operator, unit=units.case(case.pk), category=Category.HEARING
    )


def write(case: Case, **texts: str) -> None:
    """Add to what was said. Call inside a transaction."""
    records.seal(
        operator=case.operator,
        unit=units.case(case.pk),
        category=Category.HEARING,
        value={**said(case), **texts},
    )


@transaction.atomic(durable=True)
def object_to(
    *, case_id: UUID, statement: str, paper: bytes | None, actor: Actor, now: datetime
) -> Case:
    """Bring a closing the operator started before people again; nothing happens until they answer.

    Raises:
        StatementMissing: nothing was said, or too much.
        PaperRefused, TooManyFiles, TooManyPapers: the file cannot be taken.
        MoveNotAllowed: it is the holder's own request, or the closing has begun.
    """
    text = " ".join(statement.split())
    if not text or len(text) > LONGEST:
        raise StatementMissing(most=LONGEST)
    case = moves.lock(case_id)
    if not case.by_operator:
        raise MoveNotAllowed(state=case.state, action=Action.OBJECT.value)
    write(case, **{STATEMENT: text})
    if paper is not None:
        papers.add(
            operator=case.operator,
            case_id=case.pk,
            evidence=Evidence.OBJECTION,
            data=paper,
            now=now,
        )
    case.review_reasons = [ReviewReason.OBJECTION.value]
    # Whoever agreed before does not answer the objection to it.
    case.proposed_by_id = case.decided_by_id
    submitting.hand_to_reviewer(case, Action.OBJECT, actor=actor, now=now)
    return case
