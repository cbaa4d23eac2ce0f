"""What leaving a contract early costs, by the operator's own formula, with the numbers in it."""

from dataclasses import dataclass
from datetime import date

from xiaohu.core.facts import LineFacts
from xiaohu.core.money import share

HUNDRED = 100
MONTHS = 12


@dataclass(frozen=True, slots=True)
class ExitFormula:
    """So many months of a monthly fee, and the share of them that is owed."""

    monthly_fen: int
    months: int
    percent: int

    @property
    def fee_fen(self) -> int:
        """The fee, rounded where all amounts are."""
        return share(self.monthly_fen * self.months, self.percent, HUNDRED)


def months_left(*, until: date, today: date) -> int:
    """Return the whole months left of a contract: a month that has begun is not charged again."""
    begun = 1 if until.day < today.day else 0
    return max(0, (until.year - today.year) * MONTHS + until.month - today.month - begun)


def formula(facts: LineFacts, *, percent: int | None, today: date) -> ExitFormula | None:
    """Return the formula of a line, where rules have one, a contract runs and its fee is known."""
    until = facts.contract_end_on
    if percent is None or until is None or until <= today or facts.contract_monthly_fen == 0:
        return None
    return ExitFormula(facts.contract_monthly_fen, months_left(until=until, today=today), percent)


def agreed(facts: LineFacts, found: ExitFormula | None) -> LineFacts:
    """Return facts with the fee that counts: the formula's, or what the operator says if less."""
    if found is None or found.fee_fen >= facts.exit_fee_fen:
        return facts
    return facts.model_copy(update={"exit_fee_fen": found.fee_fen})


def leaving_fen(facts: LineFacts, *, today: date) -> int:
    """Return what leaving everything that still binds a line would cost."""
    bound = (
        (facts.contract_end_on, facts.exit_fee_fen),
        (facts.vanity_end_on, facts.vanity_fee_fen),
    )
    return sum(fen for until, fen in bound if until is not None and until > today)
