"""What choices mean for a settlement, and what one would come to before the last bill."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from xiaohu.core.checks import CheckCode, Finding
from xiaohu.core.choices import Choice
from xiaohu.core.exit_fee import leaving_fen
from xiaohu.core.facts import LineFacts
from xiaohu.core.settlement import Item, ItemKind, Purses, Settlement, Terms, settle

_LEAVING = {CheckCode.CONTRACT_TERM, CheckCode.VANITY_MIN_SPEND}
_OWING = {CheckCode.ARREARS, CheckCode.ARREARS_SUSPENDED}


Chosen = Mapping[CheckCode, Choice | None]


def claimed(chosen: Chosen, *, sets_off: bool) -> frozenset[ItemKind]:
    """Return what is not taken from the purses but stays owed, by what was chosen.

    Earlier bills are, unless they are set off; so is a fee somebody disputes, since nothing is
    set off that is not certain (民法典 art. 568), and a device that is paid for by itself.
    """
    off = sets_off or any(chosen.get(code) is Choice.SET_OFF for code in _OWING)
    disputed = any(chosen.get(code) is Choice.DISPUTE_FEE for code in _LEAVING)
    apart = chosen.get(CheckCode.DEVICE_INSTALMENT) is Choice.KEEP_PAYING
    kinds = {
        ItemKind.ARREARS: not off,
        ItemKind.EXIT_FEE: disputed,
        ItemKind.DEVICE: apart,
    }
    return frozenset(kind for kind, holds in kinds.items() if holds)


def estimate(
    facts: LineFacts, findings: Iterable[Finding], *, today: date, sets_off: bool
) -> Settlement:
    """Settle what is known of a line as its bill would be, with what was chosen so far.

    `sets_off` says that the rules take earlier bills from the balance whatever is chosen.
    """
    chosen = {finding.code: finding.chosen for finding in findings}
    purses = Purses(facts.cash_fen, facts.deposit_fen, facts.promotion_fen, facts.gift_fen)
    items = [Item(kind, fen, today) for kind, fen in _known(facts, chosen, today=today) if fen > 0]
    return settle(purses, items, Terms(claimed=claimed(chosen, sets_off=sets_off)))


def _known(facts: LineFacts, chosen: Chosen, *, today: date) -> Iterator[tuple[ItemKind, int]]:
    yield ItemKind.USAGE, facts.unbilled_fen
    if not any(chosen.get(code) is Choice.PAY for code in _OWING):
        yield ItemKind.ARREARS, facts.arrears_fen
    if not any(chosen.get(code) is Choice.WAIT_FOR_CONTRACT_END for code in _LEAVING):
        yield ItemKind.EXIT_FEE, leaving_fen(facts, today=today)
    if chosen.get(CheckCode.EQUIPMENT_RETURN) is Choice.PAY_VALUE:
        yield ItemKind.EQUIPMENT, facts.equipment_fen
