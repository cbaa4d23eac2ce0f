"""Postings that follow when what was said of a payment changes. All inner steps, harmless to repeat.

A correction is a new transfer under the payment's own effect; nothing that was posted changes.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet

from xiaohu.core.calendar import day_of
from xiaohu.core.profile import MIN_CLAIM_YEARS
from xiaohu.core.unclaimed import Unclaimed, claim_until
from xiaohu.queue.asking import Question, Slot
from xiaohu.settlement.models import Account, SettledClosing, Transfer, UnclaimedMoney


def reserved(effect_id: UUID) -> int | None:
    """Return what was set aside under an effect, in fen; None where nothing was."""
    amounts = _RESERVED.rows(effect_id=effect_id)
    return amounts[0][0] if amounts else None


_RESERVED = Question(
    lambda: Transfer.objects.filter(
        effect_id=Slot("effect_id"), credit=Account.REFUND_PENDING.value
    ).values_list("amount_fen")
)


def paid_under(effect_id: UUID) -> int:
    """Return what stands booked as paid under an effect, in fen."""
    return _standing(Account.REFUNDED, effect_id=effect_id)


def pending_under(effect_id: UUID) -> int:
    """Return what is still set aside under an effect, in fen."""
    return _standing(Account.REFUND_PENDING, effect_id=effect_id)


def charged_under(effect_id: UUID) -> int:
    """Return what came back last under an effect after it was booked as paid, in fen."""
    same = Transfer.objects.filter(effect_id=effect_id, debit=Account.REFUNDED.value)
    amounts = same.order_by("-at").values_list("amount_fen", flat=True)
    return amounts.first() or 0


def charge_backs(closing_id: UUID) -> int:
    """Return how often something of a closing came back after it was booked as paid."""
    back = Transfer.objects.filter(closing_id=closing_id, debit=Account.REFUNDED.value)
    return back.count()


def pay_part(*, closing_id: UUID, effect_id: UUID, amount_fen: int, now: datetime) -> None:
    """Book that less was paid than was set aside; the rest is to be paid once more."""
    whole = reserved(effect_id) or 0
    if not 0 < amount_fen < whole:
        raise ValueError("a part is less than the whole")
    if pending_under(effect_id) == whole:
        rest_fen = whole - amount_fen
        _post(closing_id, effect_id, Account.REFUND_PENDING, Account.REFUNDED, amount_fen, now)
        _post(closing_id, effect_id, Account.REFUND_PENDING, Account.BALANCE, rest_fen, now)
        _settled(closing_id).update(refunded_fen=F("refunded_fen") + amount_fen)


def charge_back(*, closing_id: UUID, effect_id: UUID, amount_fen: int, now: datetime) -> None:
    """Book that what was paid came back: it is owed to the holder again.

    What was booked as paid once more can come back once more.
    """
    if 0 < amount_fen <= paid_under(effect_id):
        _post(closing_id, effect_id, Account.REFUNDED, Account.BALANCE, amount_fen, now)
        _settled(closing_id).update(refunded_fen=F("refunded_fen") - amount_fen, completed_at=None)


def paid_after_all(*, closing_id: UUID, effect_id: UUID, amount_fen: int, now: datetime) -> None:
    """Book a payment as made whose money stands on the balance, believed to have come back."""
    if 0 < amount_fen <= (reserved(effect_id) or 0) - paid_under(effect_id):
        _post(closing_id, effect_id, Account.BALANCE, Account.REFUNDED, amount_fen, now)
        _settled(closing_id).update(refunded_fen=F("refunded_fen") + amount_fen)
        _complete(closing_id, now)


def owe(
    *,
    closing_id: UUID,
    effect_id: UUID,
    amount_fen: int,
    years: int = MIN_CLAIM_YEARS,
    now: datetime,
) -> None:
    """Book what came back after the end as owed to the holder, to be claimed within so many years."""
    back_fen = _posted(effect_id, Account.REFUNDED, Account.BALANCE)
    if 0 < amount_fen <= back_fen - _posted(effect_id, Account.BALANCE, Account.UNCLAIMED):
        _post(closing_id, effect_id, Account.BALANCE, Account.UNCLAIMED, amount_fen, now)
        _settled(closing_id).update(unclaimed_fen=F("unclaimed_fen") + amount_fen)
        _complete(closing_id, now)
        UnclaimedMoney.objects.update_or_create(
            closing_id=closing_id,
            defaults={
                "operator": SettledClosing.objects.get(pk=closing_id).operator,
                "reason": Unclaimed.CAME_BACK.value,
                "booked_at": now,
                "claim_until": claim_until(day_of(now), years=years),
                "late_since": None,
            },
        )


def on_balance(closing_id: UUID) -> int:
    """Return what stands on the balance of a closing, in fen."""
    return _standing(Account.BALANCE, closing_id=closing_id)


def pending_of(closing_id: UUID) -> int:
    """Return what of a closing is on its way, in fen."""
    return _standing(Account.REFUND_PENDING, closing_id=closing_id)


def _standing(account: Account, **which: UUID) -> int:
    posted = Transfer.objects.filter(**which).values_list("debit", "credit", "amount_fen")
    return sum(
        fen * ((credit == account.value) - (debit == account.value))
        for debit, credit, fen in posted
    )


def _complete(closing_id: UUID, now: datetime) -> None:
    paid = F("refunded_fen") + F("unclaimed_fen") + F("waived_fen")
    _settled(closing_id).filter(completed_at=None, refundable_fen=paid).update(completed_at=now)


def _settled(closing_id: UUID) -> QuerySet[SettledClosing]:
    return SettledClosing.objects.filter(pk=closing_id)


def _post(
    closing_id: UUID,
    effect_id: UUID,
    debit: Account,
    credit: Account,
    amount_fen: int,
    now: datetime,
) -> None:
    """Post under the number that is next: what is corrected again stands beside what was before."""
    same = {"effect_id": effect_id, "debit": debit.value, "credit": credit.value}
    operator = SettledClosing.objects.values_list("operator", flat=True).get(pk=closing_id)
    Transfer.objects.create(
        **same,
        operator=operator,
        closing_id=closing_id,
        amount_fen=amount_fen,
        times=Transfer.objects.filter(**same).count() + 1,
        at=now,
    )


def _posted(effect_id: UUID, debit: Account, credit: Account) -> int:
    same = Transfer.objects.filter(effect_id=effect_id, debit=debit.value, credit=credit.value)
    return sum(same.values_list("amount_fen", flat=True))
