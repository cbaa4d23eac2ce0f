"""What came after an account was settled: set aside until people decide who bears it.

All inner steps: call them inside a transaction.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from xiaohu.core.refusals import Refusal
from xiaohu.settlement.bills import LedgerBroken
from xiaohu.settlement.models import Account, SettledClosing, Transfer


class NotSettledYet(Refusal):
    """The account is not settled yet, so nobody can say who bears what came on top."""

    code = "NOT_SETTLED_YET"


def suspend(
    *, operator: str, closing_id: UUID, charge_id: UUID, amount_fen: int, now: datetime
) -> None:
    """Set a charge aside that came after the account was settled; a repeat changes nothing.

    The account stays as it is: people decide who bears the charge.
    """
    charge = Transfer(
        operator=operator,
        closing_id=closing_id,
        debit=Account.OPERATOR.value,
        credit=Account.SUSPENSE.value,
        amount_fen=amount_fen,
        effect_id=charge_id,
        at=now,
    )
    Transfer.objects.bulk_create([charge], ignore_conflicts=True)


def absorb(*, closing_id: UUID, charge_id: UUID, now: datetime) -> int:
    """Book a charge in suspense as the operator's own cost, and return it, in fen.

    Raises:
        NotSettledYet: the account is not; its bill may still name the charge.
        LedgerBroken: it is not in suspense.
    """
    return _out_of_suspense(
        closing_id, charge_id, Account.OPERATOR_COST, "operator_cost_fen", now=now
    )


def claim(*, closing_id: UUID, charge_id: UUID, now: datetime) -> int:
    """Book a charge in suspense as a claim on the holder, and return it, in fen.

    Raises:
        NotSettledYet: the account is not; its bill may still name the charge.
        LedgerBroken: it is not in suspense.
    """
    return _out_of_suspense(closing_id, charge_id, Account.CLAIM, "debt_fen", now=now)


def _out_of_suspense(
    closing_id: UUID, charge_id: UUID, account: Account, column: str, *, now: datetime
) -> int:
    settled = SettledClosing.objects.select_for_update(no_key=True).filter(pk=closing_id).first()
    if settled is None:
        raise NotSettledYet
    of_charge = Transfer.objects.filter(closing_id=closing_id, effect_id=charge_id)
    amounts = of_charge.values_list("debit", "credit", "amount_fen")
    stands = sum(
        fen * ((credit == Account.SUSPENSE) - (debit == Account.SUSPENSE))
        for debit, credit, fen in amounts
    )
    if stands <= 0:
        raise LedgerBroken(f"nothing in suspense under {charge_id} of closing {closing_id}")
    Transfer.objects.create(
        operator=settled.operator,
        closing_id=closing_id,
        debit=Account.SUSPENSE.value,
        credit=account.value,
        amount_fen=stands,
        effect_id=charge_id,
        at=now,
    )
    SettledClosing.objects.filter(pk=closing_id).update(**{column: F(column) + stands})
    return stands
