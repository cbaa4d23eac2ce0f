"""What is left of a prepaid balance when a line closes, to the fen.

The identity that must hold for every closing:
opening = usage + fees + exit_fee + refundable + forfeited_gift.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Purses:
    """What the holder had before the final bill, in fen, none negative."""

    cash_fen: int
    deposit_fen: int
    promotion_fen: int
    gift_fen: int

    @property
    def total_fen(self) -> int:
        """The sum of all purses."""
        return self.cash_fen + self.deposit_fen + self.promotion_fen + self.gift_fen


@dataclass(frozen=True, slots=True)
class Bill:
    """The final bill, in fen, none negative."""

    usage_fen: int
    fees_fen: int
    exit_fee_fen: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where the opening balance went, and what the purses could not cover."""

    opening_fen: int
    usage_fen: int
    fees_fen: int
    exit_fee_fen: int
    refundable_fen: int
    forfeited_gift_fen: int
    debt_fen: int


def settle(purses: Purses, bill: Bill) -> Settlement:
    """Pay the bill from the purses and say what is left.

    Gift credit pays first and promotion principal next, since they are worth least to the
    holder; cash and deposit come last and are returned. Gift credit never pays out: it lapses,
    as the campaign's terms say. What no purse covers is a debt, not a negative refund.
    """
    usage, purse = _pay(bill.usage_fen, purses)
    fees, purse = _pay(bill.fees_fen, purse)
    exit_fee, purse = _pay(bill.exit_fee_fen, purse)
    billed = bill.usage_fen + bill.fees_fen + bill.exit_fee_fen
    return Settlement(
        opening_fen=purses.total_fen,
        usage_fen=usage,
        fees_fen=fees,
        exit_fee_fen=exit_fee,
        refundable_fen=purse.cash_fen + purse.deposit_fen + purse.promotion_fen,
        forfeited_gift_fen=purse.gift_fen,
        debt_fen=billed - usage - fees - exit_fee,
    )


def _pay(amount_fen: int, purses: Purses) -> tuple[int, Purses]:
    """Take an amount from the purses, least valuable first; return what was paid and what is left."""
    gift = min(amount_fen, purses.gift_fen)
    promotion = min(amount_fen - gift, purses.promotion_fen)
    cash = min(amount_fen - gift - promotion, purses.cash_fen)
    deposit = min(amount_fen - gift - promotion - cash, purses.deposit_fen)
    left = Purses(
        cash_fen=purses.cash_fen - cash,
        deposit_fen=purses.deposit_fen - deposit,
        promotion_fen=purses.promotion_fen - promotion,
        gift_fen=purses.gift_fen - gift,
    )
    return gift + promotion + cash + deposit, left
