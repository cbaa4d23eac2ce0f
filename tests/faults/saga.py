"""The real driver and effect protocol over rows in memory, worker by worker, beat by beat.

Each worker is a greenlet that stops at every fault point, so that anything may happen there:
another worker goes on, time passes, the process dies.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock
from uuid import UUID

from greenlet import getcurrent

from tests.faults.hearing import Hearing
from tests.faults.providers import Mood, Provider, capabilities
from tests.faults.rows import START, Died, Rows
from tests.faults.workers import Worker
from xiaohu.closures import driver, effecting, work
from xiaohu.closures.effecting import Doing, carry_out
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.work import Progress, Work, ask_people, finish_step
from xiaohu.core import moves
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.moves import Action
from xiaohu.core.settlement import Item, Purses, settle
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.gateways.protocols import Answer
from xiaohu.queue import effects, faults, lease
from xiaohu.queue.models import Effect, EffectState

BALANCE, PENDING, REFUNDED, UNCLAIMED, REST = "balance", "pending", "refunded", "unclaimed", "rest"
OPEN = (EffectState.INTENDED.value, EffectState.UNKNOWN.value)


class Saga:
    """The money of one closing, from its bill to the end."""

    def __init__(
        self,
        purses: Purses,
        items: Sequence[Item] = (),
        *,
        idempotent: bool = True,
        lookup: bool = True,
    ) -> None:
        self.rows = Rows()
        self.purses, self.items = purses, items
        self.billing = Provider(capabilities(idempotent=True, lookup=True))
        self.paying = Provider(capabilities(idempotent=idempotent, lookup=lookup))
        self.workers = [Worker(self.rows), Worker(self.rows)]
        self.ended = False
        self.by_hand = 0
        self.hearing = Hearing(self.rows)

    # What stands for the steps around the protocol.

    def collect_bill(self, turn: Work) -> Progress:
        """Ask for the bill; the same key gives the same bill, so asking is looking up."""
        return carry_out(
            turn,
            Doing(
                kind=Step.COLLECT_BILL.value,
                can=self.billing.can,
                call=lambda key: self._ask(self.billing, key, 0),
                look_up=lambda key: self._ask(self.billing, key, 0),
            ),
        )

    def settle(self, turn: Work) -> Progress:
        """Book where the balance went, by the real rule."""
        with turn.commit(Step.SETTLE):
            result = settle(self.purses, self.items)
            rest = result.opening_fen - result.refundable_fen
            if result.opening_fen:
                self.rows.post("operator", BALANCE, result.opening_fen)
            if rest:
                self.rows.post(BALANCE, REST, rest)
            self.rows.refundable_fen = result.refundable_fen
        return Progress.GOES_ON

    def refund(self, turn: Work) -> Progress:
        """Pay what is left, once."""
        left = self._left()
        if left == 0:
            with turn.transaction() as closing:
                finish_step(closing, now=self.rows.now)
            return Progress.GOES_ON
        return carry_out(
            turn,
            Doing(
                kind=Step.REFUND.value,
                round=turn.seen.refund_round,
                can=self.paying.can,
                call=lambda key: self._ask(self.paying, key, left),
                look_up=lambda key: self._look(self.paying, key),
                prepare=self._reserve,
                done=self._post,
                pays=True,
                refused=self._came_back,
            ),
        )

    def end(self, turn: Work) -> Progress:
        """Be done: only where nothing is open."""
        with turn.transaction() as closing:
            assert self.rows.standing(BALANCE) == self.rows.standing(PENDING) == 0
            closing.is_open, closing.next_action_at = False, None
            closing.save()
        return Progress.WAITS

    def _left(self) -> int:
        settled = self.rows.refundable_fen
        assert settled is not None, "a refund follows a settlement"
        return settled - self.rows.standing(REFUNDED) - self.rows.standing(UNCLAIMED)

    def _ask(self, provider: Provider, key: UUID, fen: int) -> Answer:
        answer = provider.do(key, fen, now=self.rows.now)
        self.pause("on its way")
        return answer

    def _look(self, provider: Provider, key: UUID) -> Answer:
        answer = provider.look_up(key, now=self.rows.now)
        self.pause("on its way")
        return answer

    def _reserve(self, _closing: Closing, effect: Effect, _now: datetime) -> None:
        if not any((d, c, e) == (BALANCE, PENDING, effect.pk) for d, c, _, e in self.rows.postings):
            self.rows.post(BALANCE, PENDING, self.rows.standing(BALANCE), effect.pk)

    def _post(self, _closing: Closing, effect: Effect, _answer: Answer, _now: datetime) -> None:
        self.rows.post(PENDING, REFUNDED, self.rows.standing(PENDING), effect.pk)

    def _came_back(
        self, closing: Closing, effect: Effect, _answer: Answer, now: datetime
    ) -> Progress:
        self.rows.post(PENDING, BALANCE, self.rows.standing(PENDING), effect.pk)
        closing.refund_round += 1
        closing.state = self._move(Action.RETURN_PAYOUT, ActorKind.WORKER)
        closing.save()
        due = timedelta(days=15)
        return ask_people(closing, HumanQueue.SUBSCRIBER, trouble="refused", now=now, due=due)

    def _move(self, action: Action, actor: ActorKind) -> str:
        state = CaseState(self.rows.row.state)
        return moves.target(state=state, action=action, actor=Actor(actor, "x").kind).value

    # What happens around the workers.

    def pause(self, point: str) -> None:
        """Let anything happen here. Inside a transaction only death can."""
        running = getcurrent()
        worker = next((w for w in self.workers if w.running is running), None)
        if worker is None:
            return
        worker.at = point
        if worker.dies_at == point:
            worker.dies_at = ""
            raise Died
        if not self.rows.inside:
            running.parent.switch()

    def send_again(self) -> None:
        """Let the holder choose another way, or the desk try again."""
        with self.rows.atomic():
            row = self.rows.see()
            row.state = self._move(Action.RESUME_REFUND, ActorKind.SUBSCRIBER)
            row.next_action_at, row.owner, row.owner_due_at = self.rows.now, "", None
            row.attempts, row.trouble = 0, ""
            row.save()

    def pay_by_hand(self) -> None:
        """Let finance pay what came back, outside of any provider."""
        with self.rows.atomic():
            by_hand = UUID(int=self.rows.row.refund_round)
            left = self.rows.standing(BALANCE)
            assert left == self._left()
            self.rows.post(BALANCE, PENDING, left, by_hand)
            self.rows.post(PENDING, REFUNDED, left, by_hand)
            self.by_hand += left
        self.send_again()

    def call_back(self, lie: str = "") -> None:
        """Let callbacks come of all that was paid, early, late or again; one may lie."""
        for deed in self.paying.deeds:
            self.hearing.hear(deed.key, deed.amount_fen, lie)
        self.hearing.look_sooner()

    def finish(self) -> None:
        """Stop all faults and let fresh workers go on until nothing moves by itself."""
        for worker in self.workers:
            worker.die()
            worker.dies_at = ""
        self.billing.mood = self.paying.mood = Mood.GOOD
        for _ in range(80):
            row = self.rows.row
            if row.state == CaseState.REFUND_ATTENTION.value:
                self.send_again()
            if not row.is_open or row.next_action_at is None:
                return
            later = max(row.next_action_at, self.rows.now + timedelta(minutes=1))
            self.rows.now = later
            while self.workers[0].go_on():
                pass
        raise AssertionError(f"no progress at {self.rows.row.step}: {self.rows.row.trouble}")


@contextmanager
def running(saga: Saga) -> Iterator[None]:
    """Put the rows in memory under the real driver."""
    rows = saga.rows
    steps = {
        Step.COLLECT_BILL: saga.collect_bill,
        Step.SETTLE: saga.settle,
        Step.REFUND: saga.refund,
        Step.SEAL: saga.end,
    }
    stopwatch = lambda: (rows.now - START).total_seconds()  # noqa: E731
    with ExitStack() as stack:
        for target, name, stand_in in (
            (work, "transaction", SimpleNamespace(atomic=rows.atomic)),
            (work, "see", rows.see),
            (driver, "see", rows.see),
            (driver, "STEPS", steps),
            (driver, "time", SimpleNamespace(monotonic=stopwatch)),
            (lease, "take", rows.take),
            (lease, "hold", rows.hold),
            (lease, "release", rows.release),
            (effecting, "matching", saga.hearing),
            (effecting, "findings", saga.hearing.findings),
            (effecting, "corrections", saga.hearing),
            (effects, "known", rows.known),
            (effects, "record", rows.record),
            (Effect, "save", lambda effect, **_: rows.keep(effect)),
            (faults, "hit", saga.pause),
        ):
            stack.enter_context(mock.patch.object(cast(Any, target), name, stand_in))
        timed = partial(Work, stopwatch=stopwatch)
        stack.enter_context(mock.patch.object(driver, "Work", timed))
        yield
