"""What changed between the answers somebody looked at and the moment they submit them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xiaohu.core.facts import LineFacts


class Shown(StrEnum):
    """The facts and answers a request is submitted on, as its last page shows them."""

    STATUS = "status"
    BALANCE = "balance"
    GIFT = "gift"
    POINTS = "points"
    COUPONS = "coupons"
    OWED = "owed"
    UNBILLED = "unbilled"
    EXIT_FEE = "exit_fee"
    APPLICANT = "applicant"
    REFUND = "refund"
    REASON = "reason"
    CONTACT = "contact"
    RULES = "rules"


IN_FEN = frozenset({Shown.BALANCE, Shown.GIFT, Shown.OWED, Shown.UNBILLED, Shown.EXIT_FEE})
# Carried as what cannot be read: these are answers, and some of them name people.
ANSWERS = frozenset({Shown.APPLICANT, Shown.REFUND, Shown.REASON, Shown.CONTACT, Shown.RULES})


@dataclass(frozen=True, slots=True)
class Change:
    """One fact or answer that is no longer what was shown."""

    what: Shown
    before: str
    after: str

    @property
    def in_fen(self) -> bool:
        """Say whether it is an amount."""
        return self.what in IN_FEN

    @property
    def is_answer(self) -> bool:
        """Say whether it is an answer, which the page shows as it is now."""
        return self.what in ANSWERS

    @property
    def before_fen(self) -> int:
        """Return the amount that was shown; a form can carry anything."""
        return int(self.before) if self.before.isascii() and self.before.isdigit() else 0

    @property
    def after_fen(self) -> int:
        """Return the amount it is now."""
        return int(self.after)


def facts_shown(lines: Iterable[LineFacts]) -> Mapping[Shown, str]:
    """Return the facts of a request, all lines together."""
    known = list(lines)
    sums = {
        Shown.BALANCE: sum(facts.refundable_fen for facts in known),
        Shown.GIFT: sum(facts.gift_fen for facts in known),
        Shown.POINTS: sum(facts.points for facts in known),
        Shown.COUPONS: sum(facts.coupons for facts in known),
        Shown.OWED: sum(facts.arrears_fen for facts in known),
        Shown.UNBILLED: sum(facts.unbilled_fen for facts in known),
        Shown.EXIT_FEE: sum(facts.exit_fee_fen for facts in known),
    }
    status = " ".join(sorted({facts.status.value for facts in known}))
    return {Shown.STATUS: status, **{what: str(sum_) for what, sum_ in sums.items()}}


def written(shown: Mapping[Shown, str]) -> str:
    """Return facts as one text a form can carry."""
    return ";".join(f"{what.value}={value}" for what, value in shown.items())


def read(text: str) -> Mapping[Shown, str]:
    """Return the facts a form carried; what cannot be read was not shown."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {Shown(name): value for name, _, value in pairs if name in set(Shown)}


def between(before: Mapping[Shown, str], after: Mapping[Shown, str]) -> tuple[Change, ...]:
    """Return every fact that was shown and is another now."""
    return tuple(
        Change(what, before[what], value)
        for what, value in after.items()
        if what in before and before[what] != value
    )
