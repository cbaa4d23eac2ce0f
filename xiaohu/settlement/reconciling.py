"""Our own side of the money, read in a few sweeps for a comparison with everybody else's."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from xiaohu.core.reconciling import Book, Booked, OurPayment
from xiaohu.settlement.models import Account

# What a settlement says of an account, by column; what is left may stand on either of two.
SAID: Mapping[Account, str] = {
    Account.USAGE: "usage_fen",
    Account.FEES: "fees_fen",
    Account.EXIT_FEE: "exit_fee_fen",
    Account.DEVICE: "device_fen",
    Account.ARREARS: "arrears_fen",
    Account.CLAIM: "debt_fen",
    Account.OPERATOR_COST: "operator_cost_fen",
    Account.FORFEITED_GIFT: "forfeited_gift_fen",
    Account.REFUNDED: "refunded_fen",
    Account.UNCLAIMED: "unclaimed_fen",
    Account.WAIVED: "waived_fen",
}
LEFT = "left"
LEFT_ON = (Account.BALANCE, Account.REFUND_PENDING)
LEFT_SAID = ("refundable_fen", "refunded_fen", "waived_fen", "unclaimed_fen")
CHUNK = 2000

_BOOKS = """
SELECT coalesce(s.closing_id, t.closing_id), {said}, {left}, {standing}
FROM (SELECT * FROM settlement_settledclosing WHERE operator = %s) s
FULL JOIN (
    SELECT closing_id, {sums} FROM settlement_transfer WHERE operator = %s GROUP BY closing_id
) t ON t.closing_id = s.closing_id
"""
_PAYMENTS = """
SELECT p.effect_id, p.closing_id,
    coalesce(nullif(p.paid - p.charged, 0), nullif(p.paid, 0), p.reserved),
    p.paid > 0, p.back > 0, p.charged > 0 AND p.charged >= p.paid
FROM (
    SELECT effect_id, closing_id,
        coalesce(sum(amount_fen) FILTER (WHERE credit = 'refund_pending'), 0) AS reserved,
        coalesce(sum(amount_fen) FILTER (WHERE credit = 'refunded'), 0) AS paid,
        coalesce(sum(amount_fen) FILTER (
            WHERE debit = 'refund_pending' AND credit <> 'refunded'), 0) AS back,
        coalesce(sum(amount_fen) FILTER (WHERE debit = 'refunded'), 0) AS charged
    FROM settlement_transfer WHERE operator = %s AND effect_id IS NOT NULL
    GROUP BY effect_id, closing_id
) p JOIN queue_effect e ON e.id = p.effect_id
"""
_INCOMPLETE = """
SELECT c.closing_id FROM unnest(%s::uuid[]) AS c (closing_id)
LEFT JOIN settlement_settledclosing s ON s.closing_id = c.closing_id
WHERE s.completed_at IS NULL
"""


def books(operator: str) -> Iterator[Book]:
    """Return of each closing what its settlement says and what was posted, with one sweep."""
    accounts = tuple(Account)
    for row in _swept(_books_of(accounts), [operator, operator]):
        said = dict(zip((a.value for a in SAID), row[1:], strict=False))
        said[LEFT] = row[1 + len(SAID)]
        posted = dict(zip(accounts, row[2 + len(SAID) :], strict=True))
        standing = {account.value: posted[account] for account in SAID}
        standing[LEFT] = sum(posted[account] for account in LEFT_ON)
        yield Book(row[0], said, standing)


def payments(operator: str, *, listed: Collection[UUID]) -> dict[UUID, OurPayment]:
    """Return every payment a machine made; `listed` names those the provider must know."""
    return {
        effect_id: OurPayment(
            closing_id, int(fen), _booked(paid, back, charged), effect_id in listed
        )
        for effect_id, closing_id, fen, paid, back, charged in _swept(_PAYMENTS, [operator])
    }


def paid(operator: str) -> frozenset[UUID]:
    """Return the payments a machine made that are booked as paid now."""
    rows = _swept(_PAYMENTS, [operator])
    return frozenset(row[0] for row in rows if row[3] and not row[5])


def incomplete(closing_ids: Collection[UUID]) -> list[UUID]:
    """Return which of some closings have money that is not at its end."""
    return [row[0] for row in _swept(_INCOMPLETE, [list(closing_ids)])]


def _booked(paid: object, back: object, charged: object) -> Booked:
    if charged:
        return Booked.CHARGED_BACK
    if paid:
        return Booked.PAID
    return Booked.CAME_BACK if back else Booked.ON_ITS_WAY


def _books_of(accounts: tuple[Account, ...]) -> str:
    """Return the question for all books; every name in it is our own."""
    first, *others = LEFT_SAID
    return _BOOKS.format(
        said=", ".join(f"coalesce(s.{column}, 0)" for column in SAID.values()),
        left=f"coalesce(s.{first}" + "".join(f" - s.{column}" for column in others) + ", 0)",
        standing=", ".join(f"coalesce(t.{account.value}, 0)" for account in accounts),
        sums=", ".join(
            f"(coalesce(sum(amount_fen) FILTER (WHERE credit = '{account.value}'), 0)"
            f" - coalesce(sum(amount_fen) FILTER (WHERE debit = '{account.value}'), 0))"
            f"::bigint AS {account.value}"
            for account in accounts
        ),
    )


def _swept(question: str, params: list[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(question, params)
        while rows := cursor.fetchmany(CHUNK):
            yield from rows
