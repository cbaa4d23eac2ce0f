"""Pictures of identity documents go a day after the decision is final; their hashes stay in the log."""

import hashlib
import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves, queries
from xiaohu.closures.models import Case
from xiaohu.core import pictures
from xiaohu.core.actors import CLOCK
from xiaohu.core.applicants import DECIDE
from xiaohu.core.states import CaseState
from xiaohu.erasure import holds
from xiaohu.proofing import papers
from xiaohu.screening import facts as screening
from xiaohu.trail import events
from xiaohu.vault.box import BoxRefused
from xiaohu.vault.keys import Erased, KeyMissing, KeystoreUnavailable

DROPPED = "drop_pictures"
logger = logging.getLogger(__name__)


def drop_due(*, now: datetime) -> int:
    """Delete the pictures whose time is over, case by case, and return of how many cases."""
    dropped = 0
    for case in Case.objects.filter(pk__in=papers.cases_with(DECIDE)):
        if not _is_due(case, now):
            continue
        try:
            dropped += _drop(case.pk, now)
        except KeystoreUnavailable:
            logger.warning("pictures stay until the keystore answers")
            break
    return dropped


@transaction.atomic(durable=True)
def _drop(case_id: UUID, now: datetime) -> bool:
    case = moves.lock(case_id)
    if not _is_due(case, now) or _held(case):
        return False
    evidence = {}
    for number, paper in enumerate(papers.of_case(case.pk, kinds=DECIDE), start=1):
        evidence[f"{paper.evidence}.{number}"] = _hash(case, paper.id)
        papers.remove(case_id=case.pk, paper_id=paper.id)
    events.record(
        operator=case.operator,
        actor=CLOCK,
        action=DROPPED,
        case_id=case.pk,
        evidence=evidence,
        now=now,
    )
    return True


def _hash(case: Case, paper_id: UUID) -> str:
    """Return the hash of a picture; empty where nobody can open it any more.

    One whose key was lost goes with the others: its time is over, and waiting would bring nothing.

    Raises:
        KeystoreUnavailable: the keystore is away, with the keys of every case.
    """
    try:
        page = papers.picture(operator=case.operator, case_id=case.pk, paper_id=paper_id)
    except (Erased, BoxRefused, KeyMissing) as why:
        logger.warning("case %s: a picture goes unread: %s", case.pk, type(why).__name__)
        page = None
    return hashlib.sha256(page).hexdigest() if page else ""


def kept_until(case: Case) -> datetime | None:
    """Return until when pictures of a case are kept; None while nothing is decided."""
    return pictures.kept_until(
        CaseState(case.state),
        accepted_at=case.decided_at or case.submitted_at,
        execute_at=case.execute_at,
        ended_at=case.ended_at,
    )


def were_dropped(case: Case) -> bool:
    """Say whether pictures of a case were deleted, their time being over."""
    return any(event.action == DROPPED for event in events.of_case(case.pk))


def _is_due(case: Case, now: datetime) -> bool:
    until = kept_until(case)
    return until is not None and now >= until


def _held(case: Case) -> bool:
    """Say whether an authority has what belongs to a request kept: through the operator, or here."""
    ids = [closing.pk for closing in queries.closings_of(case)]
    return bool(holds.over(ids)) or any(
        said.facts.legal_hold for said in screening.last_of(ids).values()
    )
