"""What only a person can erase in another system: told at the desk, confirmed with evidence."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import alarms, moves
from xiaohu.closures.models import Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.evidence import EvidenceKind, normalise_evidence
from xiaohu.core.refusals import Refusal
from xiaohu.erasure import outside
from xiaohu.erasure.models import OutsideErasure
from xiaohu.erasure.stores.shape import ByHand
from xiaohu.trail import events

CONFIRM = "erase_by_hand"
MOST = 1_000_000


class NothingToConfirm(Refusal):
    """It was confirmed before, or does not wait for a person any more."""

    code = "NOTHING_TO_CONFIRM"


class NotYoursToConfirm(Refusal):
    """Only an officer confirms what was erased by hand."""

    code = "NOT_YOURS_TO_CONFIRM"


def one(row_id: UUID, *, operator: str) -> tuple[OutsideErasure, Closing] | None:
    """Return one thing to erase by hand and the closing it belongs to."""
    row = outside.by_hand(row_id)
    if row is None or row.operator != operator:
        return None
    return row, Closing.objects.select_related("case", "line").get(pk=row.closing_id)


def todo(row: OutsideErasure) -> ByHand | None:
    """Return what is to be done; None once the system is listed no more."""
    store = outside.listed().get(row.store)
    dataset = store.datasets.get(row.dataset) if store is not None else None
    return dataset if isinstance(dataset, ByHand) else None


@transaction.atomic(durable=True)
def confirm(
    *,
    row_id: UUID,
    evidence: EvidenceKind,
    reference: str,
    count: int,
    officer: StaffUser,
    now: datetime,
) -> None:
    """Write down that an officer erased it, and by what that is shown; the closing goes on.

    Raises:
        EvidenceRefused: the reference is none, or somebody's number.
        NotYoursToConfirm: no officer.
        NothingToConfirm: nothing waits here.
    """
    shown = normalise_evidence(reference)
    if not officer.acts_as(ActorKind.OFFICER):
        raise NotYoursToConfirm
    closing = _hold(row_id, officer.operator)
    row = outside.by_hand(row_id)
    if closing is None or row is None:
        raise NothingToConfirm
    outside.erased_by_hand(
        row, found=count, evidence=evidence, reference=shown, officer=officer, now=now
    )
    events.record(
        operator=closing.operator,
        actor=officer.actor(ActorKind.OFFICER),
        action=CONFIRM,
        case_id=closing.case_id,
        evidence={"store": row.store, "dataset": row.dataset, "proof": f"{evidence} {shown}"},
        now=now,
    )
    if not any(left.why in outside.FOR_HANDS for left in outside.waiting([closing.pk])):
        alarms.set_closing_due(closing, at=now, now=now)


def _hold(row_id: UUID, operator: str) -> Closing | None:
    """Lock the case and the closing something belongs to. Call inside a transaction."""
    closing_id = outside.closing_of(row_id)
    if closing_id is None:
        return None
    mine = Closing.objects.filter(pk=closing_id, operator=operator, is_open=True)
    for case_id in mine.values_list("case_id", flat=True):
        moves.lock(case_id)
    return mine.select_for_update(no_key=True).first()
