"""Whoever sends money to another place shows again who they are; a person looks before it goes.

Signing in and a code prove less than that, and at this point the line is gone. What was shown
serves one change, and is deleted once the money has arrived. Money fetched at the counter, or sent
back the way it came, needs none of this.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves, queries
from xiaohu.closures.models import Case
from xiaohu.core.actors import Actor
from xiaohu.core.applicants import Evidence
from xiaohu.core.consents import ConsentKind
from xiaohu.core.moves import Action, MoveNotAllowed
from xiaohu.core.ordering import PayeeUnproved, goes_elsewhere
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.proofing import consents, papers
from xiaohu.settlement import ledger, orders


@transaction.atomic(durable=True)
def show(*, case_id: UUID, data: bytes, actor: Actor, now: datetime) -> None:
    """Keep a picture of the document of whoever names another payee, in place of an earlier one.

    It is used with the consent that this act gives.

    Raises:
        MoveNotAllowed: no money of the case can be sent elsewhere now.
        PaperRefused: the file cannot be taken.
        TooManyPapers: there are too many already.
    """
    case = moves.lock(case_id)
    if not waits_for_payee(case):
        raise MoveNotAllowed(state=case.state, action=Action.RESUME_REFUND.value)
    kind = ConsentKind.ID_PHOTO
    consents.give(operator=case.operator, case_id=case.pk, kind=kind, actor=actor, now=now)
    forget(case.pk)
    papers.add(
        operator=case.operator, case_id=case.pk, evidence=Evidence.PAYEE_ID, data=data, now=now
    )


def waits_for_payee(case: Case) -> bool:
    """Say whether money of a case came back or waits to be claimed, so that its way can be named."""
    if case.purged_at is not None:
        return False
    closings = queries.closings_of(case)
    if any(closing.state == CaseState.REFUND_ATTENTION.value for closing in closings):
        return True
    settled = ledger.of_closings(closing.pk for closing in closings)
    waiting = [pk for pk, row in settled.items() if row.unclaimed_fen]
    return any(orders.current(pk) is None for pk in waiting)


def pages(case_id: UUID) -> list[papers.Listed]:
    """Return the pages of what was shown last."""
    return papers.of_case(case_id, kinds=(Evidence.PAYEE_ID,))


def fresh(case: Case) -> UUID | None:
    """Return the upload that can serve the next change of the payee; None where nothing was shown."""
    shown = {page.file_id for page in pages(case.pk)}
    used = orders.shown_before(closing.pk for closing in queries.closings_of(case))
    return next(iter(shown - used), None)


def of_again(case: Case) -> UUID | None:
    """Return the upload that the same payee rests on once more; None where the way needs none.

    Raises:
        PayeeUnproved: nothing was shown, or it is gone.
    """
    if not goes_elsewhere(RefundRoute(case.refund_route or RefundRoute.ORIGINAL), changed=True):
        return None
    shown = next((page.file_id for page in pages(case.pk)), None)
    if shown is None:
        raise PayeeUnproved
    return shown


def require(case: Case, route: RefundRoute) -> UUID | None:
    """Return the upload that a change to a way rests on; None where the way needs none.

    Raises:
        PayeeUnproved: nothing was shown for this change.
    """
    if not goes_elsewhere(route, changed=True):
        return None
    found = fresh(case)
    if found is None:
        raise PayeeUnproved
    return found


def require_seen(case_id: UUID, identity: UUID | None) -> None:
    """Pass where what an order rests on is still there to be looked at.

    Raises:
        PayeeUnproved: it is gone, as with a consent that was taken back.
    """
    if identity is not None and identity not in {page.file_id for page in pages(case_id)}:
        raise PayeeUnproved


def forget_served(case: Case) -> None:
    """Delete what was shown once money has arrived, where no order of another line rests on it."""
    shown = pages(case.pk)
    if shown and not orders.rest_on_identity(c.pk for c in queries.closings_of(case)):
        _remove(case.pk, shown)


def forget(case_id: UUID) -> None:
    """Delete what was shown. Call inside a transaction; harmless to repeat."""
    _remove(case_id, pages(case_id))


def _remove(case_id: UUID, shown: Collection[papers.Listed]) -> None:
    for file_id in {page.file_id for page in shown}:
        papers.remove_file(case_id=case_id, file_id=file_id)
