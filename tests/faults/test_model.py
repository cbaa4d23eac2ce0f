"""The saga of the money as a state machine: whatever happens in whatever order, it ends right.

One seed replays everything: `FAULTS_SEED=N python -m pytest tests/faults/test_model.py`; a failing
example is printed as the shortest list of steps that still fails.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

import hypothesis.strategies as st
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.faults import saga, summary
from tests.faults.ordering import HOLDER, PEOPLE
from tests.faults.providers import Mood
from tests.faults.rows import START
from tests.faults.saga import BALANCE, PENDING, REFUNDED, REST, UNCLAIMED, Saga
from tests.faults.seeds import SEED
from xiaohu.core.settlement import Item, ItemKind, Purses
from xiaohu.core.states import CaseState
from xiaohu.queue.models import EffectState

FEN = st.integers(0, 3) | st.integers(0, 100_000)
WAITS = st.sampled_from([1.0, 3.0, 15.0, 41.0, 61.0, 3600.0, 23.5 * 3600, 25 * 3600])
ITEMS = st.builds(Item, st.sampled_from(ItemKind), FEN, st.just(START.date()))
INSIDE = ("collect_bill.after_record", "settle.before_commit", "refund.after_record")


STEPS: set[str] = set()
TAKEN: Counter[str] = Counter()


def counted(step: Callable[..., None]) -> Callable[..., None]:
    """Count how often a step of the model is really taken: one that never is proves nothing."""
    STEPS.add(step.__name__)

    @wraps(step)
    def taken(*args: Any, **kwargs: Any) -> None:
        TAKEN[step.__name__] += 1
        step(*args, **kwargs)

    return taken


class Money(RuleBasedStateMachine):
    """One closing, two workers, two providers, and everything that goes wrong around them."""

    @initialize(
        purses=st.builds(Purses, FEN, FEN, FEN, FEN),
        items=st.lists(ITEMS, max_size=3),
        idempotent=st.booleans(),
        lookup=st.booleans(),
        limit_fen=st.sampled_from([0, 500, 10**9]),
        counter=st.booleans(),
        people=st.booleans(),
        mood=st.sampled_from(Mood),
    )
    def begin(
        self,
        purses: Purses,
        items: list[Item],
        idempotent: bool,
        lookup: bool,
        limit_fen: int,
        counter: bool,
        people: bool,
        mood: Mood,
    ) -> None:
        """Start with a closed line that has some money, and a bank in some mood."""
        self.saga = Saga(
            purses,
            items,
            idempotent=idempotent,
            lookup=lookup,
            limit_fen=limit_fen,
            counter=counter,
        )
        self.running = saga.running(self.saga)
        self.running.__enter__()
        self.saga.paying.mood = mood
        self.lied = self.deceived = False
        self.people = people

    @rule(who=st.integers(0, 1), beats=st.integers(1, 4))
    @counted
    def work(self, who: int, beats: int) -> None:
        """Let a worker go on for some beats."""
        for _ in range(beats):
            if not self.saga.workers[who].go_on():
                break

    @rule(who=st.integers(0, 1), turns=st.integers(1, 6))
    @counted
    def work_on(self, who: int, turns: int) -> None:
        """Let a worker take it up again and again, so that the rest is met at every stage of it."""
        for _ in range(turns):
            self.saga.rows.now += timedelta(seconds=61)
            while self.saga.workers[who].go_on():
                pass

    @rule(who=st.integers(0, 1))
    @counted
    def kill(self, who: int) -> None:
        """Kill a worker between two beats."""
        self.saga.workers[who].die()

    @rule(who=st.integers(0, 1), point=st.sampled_from(INSIDE))
    @counted
    def kill_inside(self, who: int, point: str) -> None:
        """Let a worker die inside a transaction, the next time it comes to a point."""
        self.saga.workers[who].dies_at = point

    @rule(seconds=WAITS)
    @counted
    def pass_time(self, seconds: float) -> None:
        """Let time pass; whoever stands still stands still as long."""
        self.saga.rows.now += timedelta(seconds=seconds)

    @rule(mood=st.sampled_from(Mood))
    @counted
    def change_mood(self, mood: Mood) -> None:
        """Let the payment provider treat the next call in some way."""
        self.saga.paying.mood = mood

    @rule(mood=st.sampled_from([Mood.AWAY, Mood.LOSES_ANSWER, Mood.LATE, Mood.ACCEPTS]))
    @counted
    def change_mood_of_operator(self, mood: Mood) -> None:
        """Let the operator treat the next call in some way."""
        self.saga.billing.mood = mood

    @rule(copies=st.integers(1, 3))
    @counted
    def call_back(self, copies: int) -> None:
        """Let callbacks come, perhaps of something long done."""
        for _ in range(copies):
            self.saga.call_back()

    @rule(lie=st.sampled_from(["amount", "refused"]))
    @counted
    def call_back_and_lie(self, lie: str) -> None:
        """Let a callback come that says something else than what happened."""
        told = bool(self.saga.paying.deeds)
        self.lied = self.lied or told
        # Who cannot be asked and signs that nothing happened is believed: only a statement tells.
        self.deceived = self.deceived or (
            told and lie == "refused" and not self.saga.paying.can.lookup
        )
        self.saga.call_back(lie)

    @precondition(lambda self: self.saga.rows.row.state == CaseState.REFUND_ATTENTION.value)
    @rule()
    @counted
    def send_again(self) -> None:
        """Let the holder name another payee."""
        self.saga.send_again()

    @precondition(lambda self: self.saga.rows.row.state == CaseState.REFUND_ATTENTION.value)
    @rule(by=st.sampled_from([HOLDER, *PEOPLE]))
    @counted
    def name_another(self, by: UUID) -> None:
        """Let the holder, or somebody of ours, name another account."""
        self.saga.name_another(by)

    @rule(by=st.sampled_from(PEOPLE))
    @counted
    def agree(self, by: UUID) -> None:
        """Let somebody agree to a refund that waits; not always somebody who may."""
        self.saga.agree(by)

    @rule()
    @counted
    def stop(self) -> None:
        """Let whoever was told before stop a refund, perhaps too late."""
        self.saga.stop()

    @precondition(lambda self: self.saga.may_claim())
    @rule()
    @counted
    def claim(self) -> None:
        """Let the holder claim what waits after the end."""
        self.saga.make_claim()

    @precondition(lambda self: self.saga.waits_for_decision())
    @rule()
    @counted
    def decide(self) -> None:
        """Let two people decide what became of a payment."""
        self.saga.decide()

    @precondition(lambda self: self.saga.rows.row.state == CaseState.REFUND_ATTENTION.value)
    @rule()
    @counted
    def pay_by_hand(self) -> None:
        """Let finance pay it by hand."""
        self.saga.pay_by_hand()

    @invariant()
    def paid_once(self) -> None:
        """Nothing was paid twice, and never more than is owed."""
        paying, rows = self.saga.paying, self.saga.rows
        assert all(paying.done_under(deed.key) == 1 for deed in paying.deeds)
        paid = sum(deed.amount_fen for deed in paying.deeds) + self.saga.by_hand
        assert paid <= (rows.refundable_fen or 0) or self.deceived

    @invariant()
    def conserved(self) -> None:
        """Every fen is somewhere, and what is booked as paid was paid."""
        rows = self.saga.rows
        for account in (BALANCE, PENDING, REFUNDED, UNCLAIMED, REST):
            assert rows.standing(account) >= 0
        if rows.refundable_fen is not None:
            where = (BALANCE, PENDING, REFUNDED, UNCLAIMED)
            there = sum(rows.standing(account) for account in where)
            assert there == rows.refundable_fen
            assert there + rows.standing(REST) == self.saga.purses.total_fen
        paid = sum(deed.amount_fen for deed in self.saga.paying.deeds) + self.saga.by_hand
        assert rows.standing(REFUNDED) <= paid

    @invariant()
    def never_done_while_open(self) -> None:
        """Done means that nothing stands on the way, and that the truth says the same."""
        row, rows = self.saga.rows.row, self.saga.rows
        assert not row.trouble.endswith("Error"), row.trouble
        if not row.is_open and not rows.claimed:
            assert rows.standing(BALANCE) == rows.standing(PENDING) == 0
            paid = sum(deed.amount_fen for deed in self.saga.paying.deeds) + self.saga.by_hand
            assert paid == rows.standing(REFUNDED) or self.deceived
            assert rows.standing(REFUNDED) + rows.standing(UNCLAIMED) == rows.refundable_fen

    @invariant()
    def only_where_it_was_ordered(self) -> None:
        """Nobody was paid but by an order to them, agreed to by whoever had to."""
        for key, payee in self.saga.paid_to:
            assert payee in self.saga.orders.payees(key)

    @invariant()
    def never_forgotten(self) -> None:
        """An open closing has a next action, or people with a date."""
        row = self.saga.rows.row
        if (row.is_open or self.saga.rows.claimed) and row.next_action_at is None:
            assert row.owner
            assert row.owner_due_at is not None

    def teardown(self) -> None:
        """Let all faults stop: now it ends, or a person has been asked what became of a call."""
        if not hasattr(self, "saga"):
            return
        try:
            self.saga.finish(people=self.people)
            self.never_done_while_open()
            self.conserved()
            self.paid_once()
            row = self.saga.rows.row
            still_open = row.is_open or self.saga.rows.claimed
            assert not (still_open and self.people), "where people do their part, it ends"
            if still_open and not self.lied:
                assert row.trouble in {"refund_unresolved", "refund_contradictory"}
                self._may_be_unresolved()
        finally:
            self.running.__exit__(None, None, None)

    def _may_be_unresolved(self) -> None:
        """Pass where no machine can know: the provider cannot be asked, or forgot the key."""
        open_ones = [e for e in self.saga.rows.effects.values() if e.state in saga.OPEN]
        assert all(effect.state != EffectState.DONE.value for effect in open_ones)
        for effect in open_ones:
            assert effect.first_sent_at is not None
            can = self.saga.paying.can
            old = self.saga.rows.now - effect.first_sent_at > timedelta(hours=22)
            assert old or not (can.idempotent and can.lookup)


def examine(cases: int) -> None:
    """Go through so many cases, and take every step of the model in some of them."""
    TAKEN.clear()
    machine = seed(SEED)(Money)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=cases,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert STEPS - set(TAKEN) == set()
    summary.add("modelled cases", cases)


def test_the_money_ends_where_it_belongs() -> None:
    examine(500)
