"""Where two sides of the same money disagree: pure comparison, difference by difference.

Everything is compared row by row as it comes, so that a hundred thousand closings need no more
room than one side of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from xiaohu.core.findings import FindingKind

CURRENCY = "CNY"


class Booked(StrEnum):
    """Where the money of a payment of ours stands in the ledger."""

    ON_ITS_WAY = "on_its_way"
    PAID = "paid"
    CAME_BACK = "came_back"
    CHARGED_BACK = "charged_back"


class PaymentState(StrEnum):
    """What the provider's truth says of a payment."""

    PAID = "paid"
    ACCEPTED = "accepted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the provider lists it; `key` is ours where it can be read as one."""

    key: UUID | None
    amount_fen: int
    currency: str
    state: PaymentState
    reference: str


@dataclass(frozen=True, slots=True)
class OurPayment:
    """A payment as we booked it; `listed` says that it must be in the provider's list."""

    closing_id: UUID
    amount_fen: int
    booked: Booked
    listed: bool


@dataclass(frozen=True, slots=True)
class Book:
    """What the settlement of a closing says and what its transfers come to, by account."""

    closing_id: UUID
    said: Mapping[str, int]
    standing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that cannot be undone, when it was ordered, and what had to be there before."""

    closing_id: UUID
    effect_id: UUID
    at: datetime
    not_before: datetime | None
    reviewed: bool
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing two sides do not agree on."""

    kind: FindingKind
    closing_id: UUID | None = None
    effect_id: UUID | None = None
    reference: str = ""
    ours_fen: int | None = None
    theirs_fen: int | None = None


def of_books(books: Iterable[Book]) -> Iterator[Difference]:
    """Compare what settlements say with what was posted (I1)."""
    for book in books:
        for account, fen in book.said.items():
            stands = book.standing.get(account, 0)
            if stands != fen:
                yield Difference(
                    kind=FindingKind.BOOKS_DISAGREE,
                    closing_id=book.closing_id,
                    reference=account,
                    ours_fen=fen,
                    theirs_fen=stands,
                )


def of_payments(ours: Mapping[UUID, OurPayment], theirs: Iterable[Payment]) -> Iterator[Difference]:
    """Compare our payments with the provider's list (I1, I2)."""
    seen: set[UUID] = set()
    for payment in theirs:
        own = ours.get(payment.key) if payment.key is not None else None
        if own is None or payment.key is None:
            yield _foreign(payment)
            continue
        kind = FindingKind.PAID_TWICE if payment.key in seen else _wrong(own, payment)
        seen.add(payment.key)
        if kind is not None:
            yield _between(kind, payment.key, own, payment)
    for key, own in ours.items():
        if own.listed and own.booked is Booked.PAID and key not in seen:
            yield Difference(
                kind=FindingKind.MISSING_AT_PROVIDER,
                closing_id=own.closing_id,
                effect_id=key,
                ours_fen=own.amount_fen,
            )


def _foreign(payment: Payment) -> Difference:
    """Return what nobody of us ordered, also where it came back: it went out once."""
    return Difference(
        kind=FindingKind.UNKNOWN_TO_US,
        effect_id=payment.key,
        reference=payment.reference,
        theirs_fen=payment.amount_fen,
    )


def _wrong(own: OurPayment, payment: Payment) -> FindingKind | None:
    """Say what is wrong with a payment both sides know."""
    if payment.currency != CURRENCY:
        return FindingKind.WRONG_CURRENCY
    if payment.amount_fen != own.amount_fen:
        return FindingKind.WRONG_AMOUNT
    came_back = payment.state is PaymentState.RETURNED
    if own.booked is Booked.PAID and came_back:
        return FindingKind.CHARGEBACK
    if own.booked is Booked.CAME_BACK and not came_back:
        return FindingKind.NOT_BOOKED
    return None


def _between(kind: FindingKind, key: UUID, own: OurPayment, payment: Payment) -> Difference:
    return Difference(
        kind=kind,
        closing_id=own.closing_id,
        effect_id=key,
        reference=payment.reference,
        ours_fen=own.amount_fen,
        theirs_fen=payment.amount_fen,
    )


def of_lines(closed: Mapping[UUID, str], gone: Collection[str]) -> Iterator[Difference]:
    """Compare the lines we say are closed with those that are, at the operator (I3)."""
    for closing_id, subscription in closed.items():
        if subscription not in gone:
            yield Difference(kind=FindingKind.LINE_NOT_CLOSED, closing_id=closing_id)


def of_bill(
    closing_id: UUID, effect_id: UUID, ours: Mapping[str, int], theirs: Mapping[str, int] | None
) -> Iterator[Difference]:
    """Compare a final bill as kept with the operator's own (I1); `theirs` is None where there is none."""
    if theirs is None:
        yield Difference(kind=FindingKind.BILL_DIFFERS, closing_id=closing_id, effect_id=effect_id)
        return
    for name, fen in ours.items():
        if name in theirs and theirs[name] != fen:
            yield Difference(
                kind=FindingKind.BILL_DIFFERS,
                closing_id=closing_id,
                effect_id=effect_id,
                reference=name,
                ours_fen=fen,
                theirs_fen=theirs[name],
            )


def of_deeds(deeds: Iterable[Deed]) -> Iterator[Difference]:
    """Find what cannot be undone and was ordered before it was due or decided (I5)."""
    for deed in deeds:
        too_soon = deed.not_before is None or deed.at < deed.not_before
        undecided = deed.reviewed and (deed.decided_at is None or deed.at < deed.decided_at)
        if too_soon or undecided:
            yield Difference(
                kind=FindingKind.WITHOUT_APPROVAL,
                closing_id=deed.closing_id,
                effect_id=deed.effect_id,
                reference="too_soon" if too_soon else "undecided",
            )
