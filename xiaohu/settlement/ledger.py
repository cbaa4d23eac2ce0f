"""Posting the money of a closing. All inner steps: call them inside a transaction that holds the closing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, Max

from xiaohu.core.settlement import Settlement, Terms, settle
from xiaohu.queue.asking import Question, Slot
from xiaohu.settlement import bills
from xiaohu.settlement.bills import LedgerBroken as LedgerBroken
from xiaohu.settlement.models import Account, SettledClosing, Transfer


def settle_closing(
    *, operator: str, closing_id: UUID, terms: Terms | None = None, now: datetime
) -> SettledClosing:
    """Pay the whole bill from the purses and book where every fen went.

    Raises:
        LedgerBroken: the last part of the bill is not there.
    """
    rows = bills.rows_of(closing_id)
    result = settle(bills.purses_of(closing_id), map(bills.item_of, rows), terms)
    bills.settled(rows, result.lines)
    Transfer.objects.bulk_create(
        Transfer(
            operator=operator,
            closing_id=closing_id,
            debit=debit.value,
            credit=credit.value,
            amount_fen=amount_fen,
            at=now,
        )
        for debit, credit, amount_fen in _postings(result)
        if amount_fen > 0
    )
    settled = SettledClosing.objects.create(
        closing_id=closing_id,
        operator=operator,
        settled_at=now,
        **{name: getattr(result, name) for name in _SETTLED},
    )
    require(closing_id, {Account.BALANCE: result.refundable_fen})
    return settled


def reserve_refund(*, closing_id: UUID, effect_id: UUID, now: datetime) -> int:
    """Set aside what is to be refunded under an effect and return it, in fen.

    An amount set aside earlier under the same effect is not set aside again.
    """
    posted = _posted(closing_id)
    aside_fen = _set_aside(posted, effect_id)
    if aside_fen:
        return aside_fen
    settled = _settled(closing_id)
    amount_fen = settled.left_fen
    _require(closing_id, posted, {Account.BALANCE: amount_fen})
    _post(settled.operator, closing_id, _ASIDE, amount_fen, effect_id, now)
    return amount_fen


def post_refund(*, closing_id: UUID, effect_id: UUID, now: datetime, ends: bool = False) -> int:
    """Book a refund as paid; where this `ends` the money side, nothing else may be left."""
    posted = _posted(closing_id)
    amount_fen = _pending(closing_id, posted, effect_id)
    paid: dict[str, object] = {"refunded_fen": F("refunded_fen") + amount_fen}
    if ends:
        _require(closing_id, posted, {Account.BALANCE: 0})
        paid["completed_at"] = now
    _post(posted[0].operator, closing_id, _PAID, amount_fen, effect_id, now)
    SettledClosing.objects.filter(pk=closing_id).update(**paid)
    return amount_fen


def return_refund(*, closing_id: UUID, effect_id: UUID, now: datetime) -> int:
    """Book money that came back, so that it can be paid another way."""
    posted = _posted(closing_id)
    amount_fen = _pending(closing_id, posted, effect_id)
    _post(posted[0].operator, closing_id, _BACK, amount_fen, effect_id, now)
    return amount_fen


def book_unclaimed(*, closing_id: UUID, now: datetime) -> int:
    """Book what nobody can be paid as owed to the holder; it is never the operator's income."""
    settled = _settled(closing_id)
    amount_fen = settled.left_fen
    require(closing_id, {Account.BALANCE: amount_fen})
    way = (Account.BALANCE, Account.UNCLAIMED)
    _post(settled.operator, closing_id, way, amount_fen, None, now)
    SettledClosing.objects.filter(pk=closing_id).update(
        unclaimed_fen=F("unclaimed_fen") + amount_fen
    )
    return amount_fen


def waive(*, closing_id: UUID, now: datetime) -> int:
    """Book what the holder freely left to the operator."""
    settled = _settled(closing_id)
    amount_fen = settled.left_fen
    require(closing_id, {Account.BALANCE: amount_fen})
    way = (Account.BALANCE, Account.WAIVED)
    _post(settled.operator, closing_id, way, amount_fen, None, now)
    SettledClosing.objects.filter(pk=closing_id).update(waived_fen=F("waived_fen") + amount_fen)
    return amount_fen


def waived_of(closing_ids: Iterable[UUID]) -> int:
    """Return what was waived of several closings, in fen."""
    return sum(settled.waived_fen for settled in of_closings(closing_ids).values())


def complete(*, closing_id: UUID, now: datetime) -> None:
    """End the money side. Nothing may be left anywhere on the way."""
    require(closing_id, {Account.BALANCE: 0, Account.REFUND_PENDING: 0})
    SettledClosing.objects.filter(pk=closing_id, completed_at=None).update(completed_at=now)


def balances(closing_id: UUID) -> dict[Account, int]:
    """Return what stands on each account of a closing, in fen."""
    return _standing(_posted(closing_id))


def require(closing_id: UUID, expected: Mapping[Account, int]) -> None:
    """Pass, or raise `LedgerBroken`: this also runs in production."""
    _require(closing_id, _posted(closing_id), expected)


def of_closing(closing_id: UUID) -> SettledClosing | None:
    """Return the settlement of a closing, once there is one."""
    return _SETTLEMENT.one(closing_id=closing_id)


_SETTLEMENT = Question(lambda: SettledClosing.objects.filter(pk=Slot("closing_id")))


def _settled(closing_id: UUID) -> SettledClosing:
    settled = of_closing(closing_id)
    if settled is None:
        raise LedgerBroken(f"closing {closing_id} was never settled")
    return settled


def of_closings(closing_ids: Iterable[UUID]) -> dict[UUID, SettledClosing]:
    """Return the settlement of each closing that has one, with one query."""
    return SettledClosing.objects.in_bulk(list(closing_ids))


def last_paid_at(closing_ids: Iterable[UUID]) -> datetime | None:
    """Return when money of some closings was last paid to its holder."""
    paid = Transfer.objects.filter(closing_id__in=list(closing_ids), credit=Account.REFUNDED.value)
    at: datetime | None = paid.aggregate(at=Max("at"))["at"]
    return at


def left_of(closing_ids: Collection[UUID]) -> dict[UUID, int | None]:
    """Return what each closing still has to pay, by settlement and ledger alike, with two queries.

    None where the two disagree, or nothing was settled.
    """
    settled = of_closings(closing_ids)
    standing: dict[UUID, dict[str, int]] = {pk: defaultdict(int) for pk in closing_ids}
    posted = Transfer.objects.filter(closing_id__in=list(closing_ids))
    for pk, debit, credit, fen in posted.values_list("closing_id", "debit", "credit", "amount_fen"):
        standing[pk][debit] -= fen
        standing[pk][credit] += fen
    return {pk: _left(settled.get(pk), standing[pk]) for pk in closing_ids}


def _left(settled: SettledClosing | None, standing: Mapping[str, int]) -> int | None:
    if settled is None:
        return None
    left = settled.left_fen
    agrees = (
        standing[Account.BALANCE.value] + standing[Account.REFUND_PENDING.value] == left
        and standing[Account.REFUNDED.value] == settled.refunded_fen
        and standing[Account.UNCLAIMED.value] == settled.unclaimed_fen
        and standing[Account.WAIVED.value] == settled.waived_fen
    )
    return left if agrees else None


_SETTLED = (
    "opening_fen",
    "usage_fen",
    "fees_fen",
    "exit_fee_fen",
    "device_fen",
    "arrears_fen",
    "forfeited_gift_fen",
    "refundable_fen",
    "debt_fen",
    "operator_cost_fen",
)


def _postings(result: Settlement) -> list[tuple[Account, Account, int]]:
    return [
        (Account.OPERATOR, Account.BALANCE, result.opening_fen),
        (Account.BALANCE, Account.USAGE, result.usage_fen),
        (Account.BALANCE, Account.FEES, result.fees_fen),
        (Account.BALANCE, Account.EXIT_FEE, result.exit_fee_fen),
        (Account.BALANCE, Account.DEVICE, result.device_fen),
        (Account.BALANCE, Account.ARREARS, result.arrears_fen),
        (Account.BALANCE, Account.FORFEITED_GIFT, result.forfeited_gift_fen),
        (Account.OPERATOR, Account.CLAIM, result.debt_fen),
        (Account.OPERATOR, Account.OPERATOR_COST, result.operator_cost_fen),
    ]


def post(
    closing_id: UUID,
    debit: Account,
    credit: Account,
    amount_fen: int,
    effect_id: UUID,
    now: datetime,
) -> None:
    """Post an amount under an effect."""
    settled = _settled(closing_id)
    _post(settled.operator, closing_id, (debit, credit), amount_fen, effect_id, now)


class _Posted(NamedTuple):
    operator: str
    debit: str
    credit: str
    amount_fen: int
    effect_id: UUID | None


_Way = tuple[Account, Account]
_ASIDE: _Way = (Account.BALANCE, Account.REFUND_PENDING)
_PAID: _Way = (Account.REFUND_PENDING, Account.REFUNDED)
_BACK: _Way = (Account.REFUND_PENDING, Account.BALANCE)


def _posted(closing_id: UUID) -> list[_Posted]:
    """Return everything that was posted of a closing: it is little, and read once for a booking."""
    return [_Posted(*row) for row in _POSTED.rows(closing_id=closing_id)]


_POSTED = Question(
    lambda: Transfer.objects.filter(closing_id=Slot("closing_id")).values_list(*_Posted._fields)
)


def _standing(posted: Iterable[_Posted]) -> dict[Account, int]:
    standing = dict.fromkeys(Account, 0)
    for each in posted:
        standing[Account(each.debit)] -= each.amount_fen
        standing[Account(each.credit)] += each.amount_fen
    return standing


def _require(closing_id: UUID, posted: Iterable[_Posted], expected: Mapping[Account, int]) -> None:
    standing = _standing(posted)
    wrong = [account.value for account, fen in expected.items() if standing[account] != fen]
    if wrong:
        raise LedgerBroken(f"{', '.join(wrong)} of closing {closing_id}")


def _set_aside(posted: Iterable[_Posted], effect_id: UUID) -> int:
    """Return what was set aside under an effect, in fen; 0 where nothing was."""
    aside = (each for each in posted if each[1:3] == _ASIDE and each.effect_id == effect_id)
    return sum(each.amount_fen for each in aside)


def _pending(closing_id: UUID, posted: Sequence[_Posted], effect_id: UUID) -> int:
    """Return what is on its way under an effect, in fen; nothing else of its closing may be."""
    amount_fen = _set_aside(posted, effect_id)
    if not amount_fen:
        raise LedgerBroken(f"nothing of closing {closing_id} was set aside")
    _require(closing_id, posted, {Account.REFUND_PENDING: amount_fen})
    return amount_fen


def _post(
    operator: str,
    closing_id: UUID,
    way: _Way,
    amount_fen: int,
    effect_id: UUID | None,
    now: datetime,
) -> None:
    debit, credit = way
    Transfer.objects.create(
        operator=operator,
        closing_id=closing_id,
        debit=debit.value,
        credit=credit.value,
        amount_fen=amount_fen,
        effect_id=effect_id,
        at=now,
    )
