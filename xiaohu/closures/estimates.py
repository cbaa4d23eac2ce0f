"""What would come back of a case's balance, in the lines of the statement, before the last bill."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from xiaohu.closures import statements
from xiaohu.closures.checking import Checked
from xiaohu.closures.statements import MoneyRow
from xiaohu.core.calendar import day_of
from xiaohu.core.estimating import estimate
from xiaohu.core.exit_fee import ExitFormula
from xiaohu.core.profile import ArrearsRule, Profile
from xiaohu.core.settlement import ItemKind, Settlement

_PURSES = ("cash_fen", "deposit_fen", "promotion_fen", "gift_fen")


@dataclass(frozen=True, slots=True)
class Estimate:
    """The lines of an estimate, what comes back to whom it can be paid, and what may change it."""

    rows: Sequence[MoneyRow]
    payable_fen: int
    lapsing_fen: int
    formulas: Sequence[ExitFormula]
    roaming: bool


def of(checked: Checked, profile: Profile, *, now: datetime) -> Estimate:
    """Estimate the settlement of everything a case closes; lines of unknown balance aside."""
    sets_off = profile.fees.arrears is ArrearsRule.SET_OFF
    known = [
        (
            line,
            estimate(line.facts, line.findings, today=day_of(now), sets_off=sets_off),
        )
        for line in checked.lines
        if not line.facts.balance_unknown
    ]
    paid = [settled.refundable_fen for line, settled in known if line.facts.is_registered]
    found = (finding.formula for line, _ in known for finding in line.findings)
    return Estimate(
        rows=list(_rows([settled for _, settled in known], profile)) if known else [],
        payable_fen=sum(paid),
        lapsing_fen=sum(settled.forfeited_gift_fen for _, settled in known),
        formulas=[formula for formula in found if formula is not None],
        roaming=any(line.facts.roaming_pending for line in checked.lines),
    )


def _rows(settled: Sequence[Settlement], profile: Profile) -> Iterator[MoneyRow]:
    for purse in _PURSES:
        fen = sum(getattr(each.purses, purse) for each in settled)
        if fen:
            yield MoneyRow(gettext(f"money.purse.{purse}"), fen)
    for kind in ItemKind:
        fen = sum(each.paid(kind) for each in settled)
        if fen:
            why = statements.clause_of(kind, profile.fees.exit)
            yield MoneyRow(gettext(f"money.item.{kind}"), -fen, why)
    lapses = sum(each.forfeited_gift_fen for each in settled)
    if lapses:
        yield MoneyRow(gettext("money.forfeited_gift_fen"), -lapses, statements.gift_basis())
    refundable = sum(each.refundable_fen for each in settled)
    yield MoneyRow(gettext("money.estimated_fen"), refundable, total=True)
    owed = sum(each.debt_fen for each in settled)
    if owed:
        yield MoneyRow(gettext("money.debt_fen"), owed)
