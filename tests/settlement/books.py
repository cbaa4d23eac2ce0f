"""Closings with their money settled, ready to be paid out."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.stories import NOON, OPERATOR
from xiaohu.core.ordering import Asked
from xiaohu.core.ordering import Terms as Conditions
from xiaohu.core.settlement import Item, ItemKind, Purses, Terms
from xiaohu.queue.models import Effect
from xiaohu.settlement import bills, ledger, orders
from xiaohu.settlement.models import Account, SettledClosing, Transfer

PURSES = Purses(cash_fen=12640, deposit_fen=5000, promotion_fen=300, gift_fen=2000)
REFUNDABLE_FEN = PURSES.total_fen - 6740  # the gift pays first, so nothing of it lapses
HOLDERS = (Account.BALANCE, Account.REFUND_PENDING, Account.REFUNDED, Account.UNCLAIMED)


def item(kind: ItemKind, amount_fen: int, *, days: int = 0) -> Item:
    """Return an item charged for today, or for a day so many days on."""
    return Item(kind, amount_fen, NOON.date() + timedelta(days=days))


BILL = (
    item(ItemKind.USAGE, 640),
    item(ItemKind.MONTHLY, 100),
    item(ItemKind.EXIT_FEE, 6000),
)


def collected(
    purses: Purses = PURSES, items: Sequence[Item] = BILL, *, number: int = 0, last: bool = True
) -> UUID:
    """Return a closing whose final bill came in."""
    closing_id = uuid4()
    keep(closing_id, purses, items, number=number, last=last)
    return closing_id


def keep(
    closing_id: UUID, purses: Purses, items: Sequence[Item], *, number: int = 0, last: bool = True
) -> None:
    """Keep a part of a bill."""
    bills.keep(
        closing_id=closing_id, number=number, last=last, items=items, purses=purses, now=NOON
    )


def settled(
    purses: Purses = PURSES, items: Sequence[Item] = BILL, terms: Terms | None = None
) -> UUID:
    """Return a closing whose bill was paid from its purses."""
    closing_id = collected(purses, items)
    ledger.settle_closing(operator=OPERATOR, closing_id=closing_id, terms=terms, now=NOON)
    return closing_id


def asked(amount_fen: int | None, **differs: Any) -> Asked:
    """Return what is known of a plain refund, but for what differs."""
    plain: dict[str, Any] = {
        "moved": False,
        "by_staff": False,
        "deciders": 1,
        "same_payee": False,
        "amount_fen": amount_fen,
        "together_fen": amount_fen or 0,
        "limit_fen": 100_000,
    }
    return Asked(**{**plain, **differs})


def send(closing_id: UUID, effect_id: UUID, *, fen: int | None = None) -> None:
    """Order a refund of an amount or of all that is left, which waits for nothing, and send it."""
    orders.place(
        operator=OPERATOR,
        closing_id=closing_id,
        asked=asked(row(closing_id).left_fen if fen is None else fen),
        terms=Conditions(),
        route="original",
        payee=None,
        prepared_by=uuid4(),
        now=NOON,
    )
    orders.send(closing_id, effect_id=effect_id, now=NOON)


def reserved() -> tuple[UUID, UUID]:
    """Return a closing whose money is on its way, and the effect that pays it."""
    closing_id, effect_id = settled(), uuid4()
    send(closing_id, effect_id)
    ledger.reserve_refund(closing_id=closing_id, effect_id=effect_id, now=NOON)
    return closing_id, effect_id


def on_its_way() -> tuple[UUID, UUID]:
    """Return a closing whose money is on its way, and the payment a machine makes of it."""
    closing_id, effect_id = reserved()
    Effect.objects.create(
        id=effect_id,
        operator=OPERATOR,
        subject_id=closing_id,
        kind="refund",
        state="done",
        created_at=NOON,
    )
    return closing_id, effect_id


def stands(closing_id: UUID) -> dict[Account, int]:
    """Return where the holder's money stands, without what is empty."""
    standing = ledger.balances(closing_id)
    assert sum(standing.values()) == 0
    return {account: standing[account] for account in HOLDERS if standing[account]}


def paid_under(closing_id: UUID) -> UUID | None:
    """Return the effect under which a closing's refund was paid."""
    paid = Transfer.objects.filter(closing_id=closing_id, credit=Account.REFUNDED.value)
    return paid.values_list("effect_id", flat=True).first()


def row(closing_id: UUID) -> SettledClosing:
    """Return the settlement of a closing."""
    found = ledger.of_closing(closing_id)
    assert found is not None
    return found


def change(closing_id: UUID, **columns: object) -> None:
    """Write columns of a settlement past every verb."""
    SettledClosing.objects.filter(pk=closing_id).update(**columns)


def post(
    closing_id: UUID,
    debit: Account,
    credit: Account,
    *,
    amount_fen: int = 1,
    effect_id: UUID | None = None,
) -> None:
    """Write a transfer past every verb."""
    Transfer.objects.create(
        operator=OPERATOR,
        closing_id=closing_id,
        debit=debit.value,
        credit=credit.value,
        amount_fen=amount_fen,
        effect_id=effect_id,
        at=NOON,
    )


def written(closing_id: UUID) -> tuple[object, ...]:
    """Return everything that is written of a closing's money."""
    return (
        list(SettledClosing.objects.filter(pk=closing_id).values()),
        list(Transfer.objects.filter(closing_id=closing_id).order_by("pk").values()),
    )
