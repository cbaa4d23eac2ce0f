"""D9: money that waits to be claimed, what ends soonest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings

from xiaohu.closures import claiming, repaying
from xiaohu.closures.models import AssistedPayment, Closing
from xiaohu.core.calendar import day_of
from xiaohu.queue import clock
from xiaohu.settlement import ledger
from xiaohu.settlement.models import SettledClosing, UnclaimedMoney

MOST = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits of one closing, and since when."""

    closing: Closing
    amount_fen: int
    reason: str
    booked_on: date
    claim_until: date
    pending: AssistedPayment | None
    claimed: bool
    late: bool


def waiting() -> list[Waiting]:
    """Return what waits to be claimed."""
    left = SettledClosing.objects.filter(operator=settings.XIAOHU.operator, unclaimed_fen__gt=0)
    kept = UnclaimedMoney.objects.filter(closing_id__in=left.values("closing_id"))
    return _shown(list(kept.order_by("claim_until", "pk")[:MOST]))


def one(closing_id: UUID) -> Waiting | None:
    """Return what waits of one closing; nothing where it was fetched."""
    kept = UnclaimedMoney.objects.filter(pk=closing_id, operator=settings.XIAOHU.operator)
    found = _shown(list(kept))
    return found[0] if found and found[0].amount_fen else None


def _shown(kept: Sequence[UnclaimedMoney]) -> list[Waiting]:
    ids = [row.closing_id for row in kept]
    closings = {c.pk: c for c in Closing.objects.filter(pk__in=ids).select_related("case")}
    settled, pending = ledger.of_closings(ids), repaying.pending_of(list(closings.values()))
    claimed = claiming.claimed_among(ids)
    return [
        Waiting(
            closing=closings[row.closing_id],
            amount_fen=settled[row.closing_id].unclaimed_fen,
            reason=row.reason,
            booked_on=row.booked_at.date(),
            claim_until=row.claim_until,
            pending=pending.get(row.closing_id),
            claimed=row.closing_id in claimed,
            late=row.claim_until < day_of(clock.now()),
        )
        for row in kept
    ]
