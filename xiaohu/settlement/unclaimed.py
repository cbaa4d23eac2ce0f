"""What is booked unclaimed: since when, why, until when; and how it goes on its way after all.

All inner steps: call them inside a transaction that holds the closing.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import F

from xiaohu.core.calendar import day_of
from xiaohu.core.unclaimed import Unclaimed, claim_until
from xiaohu.settlement import ledger
from xiaohu.settlement.models import Account, SettledClosing, UnclaimedMoney

AT_ONCE = 500


def book(*, closing_id: UUID, why: Unclaimed, years: int, now: datetime) -> UnclaimedMoney:
    """Book all that is left as owed to whoever is entitled, and end the money side."""
    ledger.book_unclaimed(closing_id=closing_id, now=now)
    ledger.complete(closing_id=closing_id, now=now)
    settled = SettledClosing.objects.get(pk=closing_id)
    return UnclaimedMoney.objects.create(
        closing_id=closing_id,
        operator=settled.operator,
        reason=why.value,
        booked_at=now,
        claim_until=claim_until(day_of(now), years=years),
    )


def of_closings(closing_ids: Iterable[UUID]) -> dict[UUID, UnclaimedMoney]:
    """Return what is kept of each closing whose money was booked unclaimed, with one query."""
    return UnclaimedMoney.objects.in_bulk(list(closing_ids))


def is_late(closing_id: UUID, *, now: datetime) -> bool:
    """Say whether the last day on which money of a closing could be claimed has passed."""
    return UnclaimedMoney.objects.filter(pk=closing_id, claim_until__lt=day_of(now)).exists()


def late(*, now: datetime) -> list[UnclaimedMoney]:
    """Return, locked, what waits although its last day has passed, and was not noted before."""
    waits = SettledClosing.objects.filter(unclaimed_fen__gt=0).values("closing_id")
    found = UnclaimedMoney.objects.filter(late_since=None, claim_until__lt=day_of(now))
    return list(found.filter(closing_id__in=waits).select_for_update(no_key=True)[:AT_ONCE])


def take(*, closing_id: UUID, effect_id: UUID, now: datetime) -> int:
    """Put unclaimed money back on the balance and set it aside under an effect; once for each."""
    amount_fen = SettledClosing.objects.get(pk=closing_id).unclaimed_fen
    if amount_fen:
        ledger.require(closing_id, {Account.UNCLAIMED: amount_fen, Account.BALANCE: 0})
        SettledClosing.objects.filter(pk=closing_id).update(unclaimed_fen=0, completed_at=None)
        ledger.post(closing_id, Account.UNCLAIMED, Account.BALANCE, amount_fen, effect_id, now)
    return ledger.reserve_refund(closing_id=closing_id, effect_id=effect_id, now=now)


def paid(*, closing_id: UUID, effect_id: UUID, now: datetime) -> int:
    """Book a claim as paid, which ends the money side again."""
    return ledger.post_refund(closing_id=closing_id, effect_id=effect_id, ends=True, now=now)


def back(*, closing_id: UUID, effect_id: UUID, now: datetime) -> None:
    """Book a claim that came back as unclaimed again."""
    amount_fen = ledger.return_refund(closing_id=closing_id, effect_id=effect_id, now=now)
    ledger.post(closing_id, Account.BALANCE, Account.UNCLAIMED, amount_fen, effect_id, now)
    SettledClosing.objects.filter(pk=closing_id).update(
        unclaimed_fen=F("unclaimed_fen") + amount_fen
    )
    ledger.complete(closing_id=closing_id, now=now)
