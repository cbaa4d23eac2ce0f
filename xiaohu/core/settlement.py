"""What is left of a prepaid balance when a line closes, to the fen.

The identity that must hold for every closing:
opening = usage + fees + exit_fee + device + arrears + forfeited_gift + refundable,
and for every item of the bill: amount = paid + owed + borne.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ItemKind(StrEnum):
    """What a bill asks money for, in the order in which it is paid.

    What was due first is paid first (民法典 art. 560).
    """

    ARREARS = "arrears"  # billed before and not paid
    USAGE = "usage"
    MONTHLY = "monthly"
    LATE_FEE = "late_fee"
    EXIT_FEE = "exit_fee"
    EQUIPMENT = "equipment"  # rented equipment that is kept, by its value
    DEVICE = "device"  # what is left of a device's instalments


# The clause each kind of item rests on, as it is cited in Chinese.
BASES: Mapping[ItemKind, str] = {
    ItemKind.ARREARS: "民法典第五百六十八条",
    ItemKind.USAGE: "运营商服务协议",
    ItemKind.MONTHLY: "运营商服务协议",
    ItemKind.LATE_FEE: "电信条例第三十四条",
    ItemKind.EXIT_FEE: "民法典第五百六十六条",
    ItemKind.EQUIPMENT: "运营商服务协议",
    ItemKind.DEVICE: "民法典第五百六十七条",
}
STOPS = frozenset({ItemKind.MONTHLY, ItemKind.LATE_FEE})
_PAYMENT_ORDER = tuple(ItemKind)


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a bill: what for, how much in fen, and the day it is charged for."""

    kind: ItemKind
    amount_fen: int
    on: date


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


def amounts_of(items: Iterable[Item], purses: Purses) -> dict[str, int]:
    """Return the amounts of a bill by name, for a comparison: kind by kind, and purse by purse."""
    sums = {f"{kind.value}_fen": 0 for kind in ItemKind}
    for item in items:
        sums[f"{item.kind.value}_fen"] += item.amount_fen
    return {
        **sums,
        "cash_fen": purses.cash_fen,
        "deposit_fen": purses.deposit_fen,
        "promotion_fen": purses.promotion_fen,
        "gift_fen": purses.gift_fen,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What was agreed about the last bill.

    From `monthly_stops_on` no monthly fee is charged, from `late_fees_stop_on` no late fee: what
    is billed for later is the operator's own delay, and its own cost. `exit_fee_at_most_fen` is
    what was shown before the line went; of two amounts the lower counts. What is `claimed` is not
    taken from the purses: the holder chose to owe it, or pays it by itself.
    """

    monthly_stops_on: date | None = None
    late_fees_stop_on: date | None = None
    exit_fee_at_most_fen: int | None = None
    claimed: frozenset[ItemKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one item: paid from the purses, owed by the holder, borne by the operator."""

    item: Item
    paid_fen: int
    owed_fen: int
    borne_fen: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where the opening balance went, what is still owed, and what the operator bears itself."""

    purses: Purses
    left: Purses
    lines: tuple[Line, ...]

    @property
    def opening_fen(self) -> int:
        """What there was."""
        return self.purses.total_fen

    @property
    def usage_fen(self) -> int:
        """What was paid for use."""
        return self.paid(ItemKind.USAGE)

    @property
    def fees_fen(self) -> int:
        """What was paid for monthly and late fees."""
        return self.paid(*STOPS)

    @property
    def exit_fee_fen(self) -> int:
        """What was paid for leaving a contract early."""
        return self.paid(ItemKind.EXIT_FEE)

    @property
    def device_fen(self) -> int:
        """What was paid for a device or equipment."""
        return self.paid(ItemKind.DEVICE, ItemKind.EQUIPMENT)

    @property
    def arrears_fen(self) -> int:
        """What was paid of earlier bills."""
        return self.paid(ItemKind.ARREARS)

    @property
    def refundable_fen(self) -> int:
        """What goes back to the holder."""
        return self.left.cash_fen + self.left.deposit_fen + self.left.promotion_fen

    @property
    def forfeited_gift_fen(self) -> int:
        """What lapses of gift credit, which is never paid out."""
        return self.left.gift_fen

    @property
    def debt_fen(self) -> int:
        """What the holder still owes: a claim, never a negative refund."""
        return sum(line.owed_fen for line in self.lines)

    @property
    def operator_cost_fen(self) -> int:
        """What was billed and is struck off as the operator's own cost."""
        return sum(line.borne_fen for line in self.lines)

    def paid(self, *kinds: ItemKind) -> int:
        """Return what was paid from the purses for some kinds of items."""
        return sum(line.paid_fen for line in self.lines if line.item.kind in kinds)


def settle(purses: Purses, items: Iterable[Item], terms: Terms | None = None) -> Settlement:
    """Pay a bill from the purses and say what is left.

    The order of purses is gift, promotion, cash, deposit: what is worth least to the holder is
    spent first, what is theirs to take away last. The sentence "from the least valuable purse
    last unless terms say otherwise" can be read both ways; of two readings of standard terms the
    one against whoever wrote them counts (民法典 art. 498), and that is this one: the other would
    spend cash and let the gift lapse. Gift credit never pays out.
    """
    agreed = terms or Terms()
    shown_fen = agreed.exit_fee_at_most_fen
    left, lines = purses, []
    for item in sorted(items, key=lambda each: (_PAYMENT_ORDER.index(each.kind), each.on)):
        borne = _borne(item, agreed, shown_fen)
        due = item.amount_fen - borne
        if item.kind is ItemKind.EXIT_FEE and shown_fen is not None:
            shown_fen -= due
        paid, left = (0, left) if item.kind in agreed.claimed else _pay(due, left)
        lines.append(Line(item, paid, due - paid, borne))
    return Settlement(purses, left, tuple(lines))


def _borne(item: Item, terms: Terms, shown_fen: int | None) -> int:
    """Return how much of an item the operator bears itself."""
    if item.kind is ItemKind.EXIT_FEE and shown_fen is not None:
        return max(0, item.amount_fen - shown_fen)
    stop = {
        ItemKind.MONTHLY: terms.monthly_stops_on,
        ItemKind.LATE_FEE: terms.late_fees_stop_on,
    }.get(item.kind)
    return item.amount_fen if stop is not None and item.on >= stop else 0


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
