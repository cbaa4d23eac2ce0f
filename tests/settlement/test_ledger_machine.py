"""Whatever happens to the money of a closing, in whatever order: conserved, and as its row says."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from tests.settlement.books import item, keep, send
from tests.stories import NOON, OPERATOR
from xiaohu.core.settlement import ItemKind, Purses, Terms
from xiaohu.settlement import corrections, ledger, suspense
from xiaohu.settlement.bills import LedgerBroken
from xiaohu.settlement.models import Account, SettledClosing

pytestmark = pytest.mark.django_db
FEN = st.integers(min_value=0, max_value=5000)
ITEMS = st.lists(st.builds(item, st.sampled_from(ItemKind), FEN), max_size=4)
SAID = {
    Account.USAGE: "usage_fen",
    Account.FEES: "fees_fen",
    Account.EXIT_FEE: "exit_fee_fen",
    Account.DEVICE: "device_fen",
    Account.ARREARS: "arrears_fen",
    Account.FORFEITED_GIFT: "forfeited_gift_fen",
    Account.REFUNDED: "refunded_fen",
    Account.WAIVED: "waived_fen",
    Account.UNCLAIMED: "unclaimed_fen",
    Account.CLAIM: "debt_fen",
    Account.OPERATOR_COST: "operator_cost_fen",
}


class Money(RuleBasedStateMachine):
    """One closing: its bill, its refund, and what comes afterwards."""

    def __init__(self) -> None:
        """Start with nothing known."""
        super().__init__()
        self.closing_id = uuid4()
        self.parts = 0
        self.whole = False
        self.settled = False
        self.effect: UUID | None = None
        self.paid: dict[UUID, int] = {}
        self.charges: dict[UUID, int] = {}
        self.decided: set[UUID] = set()

    def row(self) -> SettledClosing:
        """Return what the settlement says."""
        return SettledClosing.objects.get(pk=self.closing_id)

    @precondition(lambda self: not self.whole)
    @rule(items=ITEMS, purses=st.builds(Purses, FEN, FEN, FEN, FEN), last=st.booleans())
    def a_part_comes(self, items: list[object], purses: Purses, last: bool) -> None:
        for _ in range(2):  # a copy changes nothing
            keep(self.closing_id, purses, items, number=self.parts, last=last)  # type: ignore[arg-type]
        self.parts, self.whole = self.parts + 1, last

    @precondition(lambda self: not self.settled)
    @rule(claimed=st.frozensets(st.sampled_from(ItemKind)), shown=st.none() | FEN)
    def it_is_settled(self, claimed: frozenset[ItemKind], shown: int | None) -> None:
        terms = Terms(claimed=claimed, exit_fee_at_most_fen=shown, monthly_stops_on=NOON.date())

        def settle() -> object:
            return ledger.settle_closing(
                operator=OPERATOR, closing_id=self.closing_id, terms=terms, now=NOON
            )

        if self.whole:
            settle()
            self.settled = True
        else:
            with pytest.raises(LedgerBroken):
                settle()

    def _left(self) -> int:
        return self.row().left_fen if self.settled else 0

    @precondition(lambda self: self.effect is None and self._left() > 0)
    @rule()
    def a_refund_is_sent(self) -> None:
        self.effect = uuid4()
        send(self.closing_id, self.effect)
        for _ in range(2):
            ledger.reserve_refund(closing_id=self.closing_id, effect_id=self.effect, now=NOON)

    @precondition(lambda self: self.effect is not None)
    @rule(end=st.sampled_from([ledger.post_refund, ledger.return_refund]))
    def it_is_paid_or_comes_back(self, end: Callable[..., int]) -> None:
        assert self.effect is not None
        fen = end(closing_id=self.closing_id, effect_id=self.effect, now=NOON)
        with pytest.raises(LedgerBroken):
            end(closing_id=self.closing_id, effect_id=self.effect, now=NOON)
        if end is ledger.post_refund:
            self.paid[self.effect] = fen
        self.effect = None

    @precondition(lambda self: self.effect is None and self._left() > 0)
    @rule()
    def nobody_can_be_paid(self) -> None:
        ledger.book_unclaimed(closing_id=self.closing_id, now=NOON)

    @precondition(lambda self: self.effect is None and bool(self.paid))
    @rule(owed=st.booleans())
    def what_was_paid_comes_back(self, owed: bool) -> None:
        effect, fen = self.paid.popitem()
        for post in (corrections.charge_back, corrections.owe)[: 1 + owed]:
            for _ in range(2):
                post(closing_id=self.closing_id, effect_id=effect, amount_fen=fen, now=NOON)

    @precondition(lambda self: self.settled and self.effect is None and self._left() == 0)
    @rule()
    def it_ends(self) -> None:
        ledger.complete(closing_id=self.closing_id, now=NOON)

    @rule(fen=st.integers(min_value=1, max_value=9000))
    def a_charge_comes_late(self, fen: int) -> None:
        charge = uuid4()
        for _ in range(2):
            suspense.suspend(
                operator=OPERATOR,
                closing_id=self.closing_id,
                charge_id=charge,
                amount_fen=fen,
                now=NOON,
            )
        self.charges[charge] = fen

    @precondition(lambda self: self.settled and bool(self.charges))
    @rule(end=st.sampled_from([suspense.absorb, suspense.claim]), data=st.data())
    def people_decide(self, end: Callable[..., int], data: st.DataObject) -> None:
        charge = data.draw(st.sampled_from(sorted(self.charges)))
        if charge in self.decided:
            with pytest.raises(LedgerBroken):
                end(closing_id=self.closing_id, charge_id=charge, now=NOON)
        else:
            taken = end(closing_id=self.closing_id, charge_id=charge, now=NOON)
            assert taken == self.charges[charge]
            self.decided.add(charge)

    @invariant()
    def nothing_is_lost(self) -> None:
        standing = ledger.balances(self.closing_id)
        assert sum(standing.values()) == 0
        assert min(fen for account, fen in standing.items() if account != Account.OPERATOR) >= 0
        waiting = sum(fen for charge, fen in self.charges.items() if charge not in self.decided)
        assert standing[Account.SUSPENSE] == waiting
        if self.settled:
            row = self.row()
            assert {a: standing[a] for a in SAID} == {a: getattr(row, c) for a, c in SAID.items()}
            assert standing[Account.BALANCE] + standing[Account.REFUND_PENDING] == row.left_fen


def test_money_is_conserved_whatever_happens() -> None:
    Money.TestCase.settings = settings(
        max_examples=40,
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run(Money, settings=Money.TestCase.settings)
