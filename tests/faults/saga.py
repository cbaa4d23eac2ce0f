"""The real driver and effect protocol over rows in memory, worker by worker, beat by beat.

Each worker is a greenlet that stops at every fault point, so that anything may happen there:
another worker goes on, time passes, the process dies.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock
from uuid import UUID, uuid4

from greenlet import getcurrent

from tests.faults.hearing import Hearing
from tests.faults.ordering import HOLDER, PEOPLE, Orders
from tests.faults.providers import Mood, Provider, capabilities
from tests.faults.rows import START, Died, Rows
from tests.faults.workers import Worker
from xiaohu.closures import driver, effecting, refund_orders, work
from xiaohu.closures.effecting import Doing, carry_out
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.steps import refund
from xiaohu.closures.work import Progress, Work, ask_people, finish_step
from xiaohu.core import moves
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.moves import Action
from xiaohu.core.ordering import OrderOutcome
from xiaohu.core.profile import RefundRoute
from xiaohu.core.settlement import Item, Purses, settle
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.gateways.protocols import Answer
from xiaohu.queue import effects, faults, lease
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement.models import RefundOrder

BALANCE, PENDING, REFUNDED, UNCLAIMED, REST = "balance", "pending", "refunded", "unclaimed", "rest"
Done = Callable[[Closing, Effect, Answer, datetime], None]
Refused = Callable[[Closing, Effect, Answer, datetime], Progress]
UNDECIDED = {"refund_unresolved", "refund_contradictory", "refund_wrong_amount"}
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
        limit_fen: int = 10**9,
        counter: bool = False,
    ) -> None:
        self.rows = Rows()
        self.purses, self.items = purses, items
        self.billing = Provider(capabilities(idempotent=True, lookup=True))
        self.paying = Provider(capabilities(idempotent=idempotent, lookup=lookup))
        self.workers = [Worker(self.rows), Worker(self.rows)]
        self.ended = False
        self.by_hand = 0
        self.hearing = Hearing(self.rows)
        self.orders = Orders(self.rows, limit_fen)
        self.counter = counter  # the way first chosen: it is fetched there
        self.paid_to: list[tuple[UUID, bytes | None]] = []

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
        if self.counter:
            with turn.transaction() as closing:
                self.rows.post(BALANCE, UNCLAIMED, left)
                finish_step(closing, now=self.rows.now)
            return Progress.GOES_ON
        return self._pay(turn, left, done=self._post, refused=self._came_back)

    def claim(self, turn: Work) -> Progress:
        """Carry a claim on, as a closing that has ended does."""
        if not self.rows.claimed:
            return Progress.WAITS
        left = self.rows.standing(UNCLAIMED) or self._left()
        return self._pay(
            turn, left, done=self._claim_paid, refused=self._claim_came_back, more=True
        )

    def _pay(
        self, turn: Work, fen: int, *, done: Done, refused: Refused, more: bool = False
    ) -> Progress:
        """Pay so much, once its order lets it go: by the real rule of waiting, and the real beats."""
        return carry_out(
            turn,
            Doing(
                kind=Step.REFUND.value,
                round=turn.seen.refund_round,
                can=self.paying.can,
                call=lambda key: self._ask(self.paying, key, fen),
                look_up=lambda key: self._look(self.paying, key),
                waits=refund.under_order(fen),
                prepare=self._reserve,
                done=done,
                more=more,
                pays=True,
                refused=refused,
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
        before = len(provider.deeds)
        answer = provider.do(key, fen, now=self.rows.now)
        if provider is self.paying and len(provider.deeds) > before:
            self.paid_to.append((key, self.to))
        self.pause("on its way")
        return answer

    def _look(self, provider: Provider, key: UUID) -> Answer:
        answer = provider.look_up(key, now=self.rows.now)
        self.pause("on its way")
        return answer

    def _reserve(self, closing: Closing, effect: Effect, now: datetime) -> None:
        self.orders.send(closing.pk, effect_id=effect.pk, now=now)
        self.to = self.rows.row.case.payee_index
        if any((d, c, e) == (BALANCE, PENDING, effect.pk) for d, c, _, e in self.rows.postings):
            return
        if self.rows.standing(UNCLAIMED):
            self.rows.post(UNCLAIMED, BALANCE, self.rows.standing(UNCLAIMED), effect.pk)
        fen = self.rows.standing(BALANCE)
        self.orders.require(fen, effect.pk, self.to)
        self.rows.post(BALANCE, PENDING, fen, effect.pk)

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

    def _claim_paid(self, closing: Closing, effect: Effect, answer: Answer, now: datetime) -> None:
        self._post(closing, effect, answer, now)
        self._end_claim(closing)

    def _claim_came_back(
        self, closing: Closing, effect: Effect, _answer: Answer, _now: datetime
    ) -> Progress:
        fen = self.rows.standing(PENDING)
        self.rows.post(PENDING, BALANCE, fen, effect.pk)
        self.rows.post(BALANCE, UNCLAIMED, fen, effect.pk)
        self._end_claim(closing)
        return Progress.WAITS

    def _end_claim(self, closing: Closing) -> None:
        self.rows.claimed = False
        closing.next_action_at, closing.owner, closing.owner_due_at = None, "", None
        closing.attempts, closing.trouble = 0, ""
        closing.save()

    def _bring(self, closing: Closing, _order: RefundOrder, *, now: datetime) -> None:
        """Leave a closing to people whose refund was stopped."""
        self._stopped(closing, now)

    def _stopped(self, closing: Closing, now: datetime) -> None:
        closing.state = self._move(Action.STOP_REFUND, ActorKind.SUBSCRIBER)
        closing.next_action_at, closing.owner = None, HumanQueue.OPERATIONS.value
        closing.owner_due_at, closing.trouble, closing.attempts = now, "refund_stopped", 0
        closing.save()

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

    def name_another(self, by: UUID = HOLDER) -> None:
        """Let the holder, or somebody of ours, name another account for what came back."""
        with self.rows.atomic():
            self._order_elsewhere(by)
        self.send_again()

    def make_claim(self) -> None:
        """Let the holder claim what waits, to another account."""
        with self.rows.atomic():
            self.rows.row.refund_round += 1
            self.rows.row.next_action_at = self.rows.now
            self.rows.claimed = True
            self._order_elsewhere(HOLDER)

    def _order_elsewhere(self, by: UUID) -> None:
        case = self.rows.row.case
        case.refund_route, case.payee_index = RefundRoute.BANK_ACCOUNT.value, uuid4().bytes
        kind = ActorKind.SUBSCRIBER if by == HOLDER else ActorKind.FINANCE
        refund_orders.anew(
            cast(Any, self.rows.row),
            identity=uuid4(),
            actor=Actor(kind, str(by)),
            stop_code="x",
            now=self.rows.now,
        )

    def waits_for_decision(self) -> bool:
        """Say whether people have to find out what became of a payment."""
        return self.rows.row.trouble in UNDECIDED

    def may_claim(self) -> bool:
        """Say whether money waits that nobody claims yet."""
        rows = self.rows
        return not rows.row.is_open and not rows.claimed and rows.standing(UNCLAIMED) > 0

    def due_fen(self, _closing: object) -> int | None:
        """Return what is to be paid."""
        return self.rows.standing(UNCLAIMED) or self._left() or None

    def agree(self, by: UUID) -> None:
        """Let somebody agree to what waits; with the last word it goes."""
        with self.rows.atomic():
            row, order = self.rows.row, self.orders.current()
            waits = row.state == CaseState.SETTLING.value or self.rows.claimed
            if order is None or not waits or not self.orders.agree(by):
                return
            order = self.orders.current()
            if order is not None and order.missing == 0:
                row.next_action_at = max(self.rows.now, order.held_until or self.rows.now)
                row.owner, row.owner_due_at, row.trouble, row.attempts = "", None, "", 0

    def stop(self) -> None:
        """Let whoever was told before stop what has not gone yet."""
        with self.rows.atomic():
            order, row = self.orders.current(), self.rows.row
            if order is None:
                return
            if self.rows.claimed:
                self.orders.end(order, OrderOutcome.STOPPED, now=self.rows.now)
                row.lease, row.lease_until = row.lease + 1, None
                self._end_claim(cast(Any, self.rows.see()))
            elif row.is_open and row.state == CaseState.SETTLING.value:
                self.orders.end(order, OrderOutcome.STOPPED, now=self.rows.now)
                row.lease, row.lease_until = row.lease + 1, None
                self._stopped(cast(Any, self.rows.see()), self.rows.now)

    def decide(self) -> None:
        """Let two people say of payments nobody could find out what the bank's papers say of them."""
        with self.rows.atomic():
            for effect in self.rows.effects.values():
                if effect.kind == Step.REFUND.value and effect.state in OPEN and effect.sent_at:
                    done = self.paying.done_under(effect.pk)
                    state = EffectState.DONE if done else EffectState.REFUSED
                    self.rows.record(
                        effect.pk, state=state, reference="HD-1", reason=effects.DECIDED
                    )
            self._put_right()
            row = self.rows.row
            row.next_action_at, row.owner, row.owner_due_at = self.rows.now, "", None
            row.trouble, row.attempts = "", 0

    def _put_right(self) -> None:
        """Book what was believed refused and was paid after all, as its decision does."""
        for key in self.hearing.settle():
            fen, booked = self.hearing.reserved(key), self.rows.booked_under(key, REFUNDED)
            refused = self.rows.effects[key].state == EffectState.REFUSED.value
            really_paid = refused and self.paying.done_under(key) and not booked
            if really_paid and self.rows.standing(BALANCE) >= fen:
                self.rows.post(BALANCE, REFUNDED, fen, key)

    def send_again(self) -> None:
        """Let the holder choose another way, or the desk try again."""
        last = self.orders.last()
        if last is not None and last.outcome == OrderOutcome.STOPPED.value:
            with self.rows.atomic():
                self._order_elsewhere(HOLDER)
        with self.rows.atomic():
            row = self.rows.see()
            row.state = self._move(Action.RESUME_REFUND, ActorKind.SUBSCRIBER)
            row.next_action_at, row.owner, row.owner_due_at = self.rows.now, "", None
            row.attempts, row.trouble = 0, ""
            row.save()

    def pay_by_hand(self) -> None:
        """Let finance pay what came back, outside of any provider."""
        with self.rows.atomic():
            by_hand = UUID(int=len(self.rows.orders) + 1)
            left = self.rows.standing(BALANCE)
            assert left == self._left()
            payment = SimpleNamespace(
                pk=by_hand,
                amount_fen=left,
                recorded_by_id=PEOPLE[0],
                confirmed_by_id=PEOPLE[1],
                confirmed_at=self.rows.now,
            )
            row = cast(Any, self.rows.row)
            refund_orders.by_hand(cast(Any, payment), row, now=self.rows.now)
            self.rows.post(BALANCE, PENDING, left, by_hand)
            self.rows.post(PENDING, REFUNDED, left, by_hand)
            self.by_hand += left
        self.send_again()

    def call_back(self, lie: str = "") -> None:
        """Let callbacks come of all that was paid, early, late or again; one may lie."""
        for deed in self.paying.deeds:
            self.hearing.hear(deed.key, deed.amount_fen, lie)
        self.hearing.look_sooner()

    def finish(self, *, people: bool = False) -> None:
        """Stop all faults and let fresh workers go on until nothing moves by itself.

        With `people` others do their part as well: what came back goes elsewhere, what nobody can
        find out is decided, what waits is claimed.
        """
        for worker in self.workers:
            worker.die()
            worker.dies_at = ""
        self.billing.mood = self.paying.mood = Mood.GOOD
        for _ in range(80):
            row = self.rows.row
            if row.state == CaseState.REFUND_ATTENTION.value:
                self.name_another() if people else self.send_again()
            if people:
                self._do_their_part()
            for person in PEOPLE:
                self.agree(person)
            row = self.rows.row
            if row.next_action_at is None:
                return
            later = max(row.next_action_at, self.rows.now + timedelta(minutes=1))
            self.rows.now = later
            while self.workers[0].go_on():
                pass
        raise AssertionError(f"no progress at {self.rows.row.step}: {self.rows.row.trouble}")

    def _do_their_part(self) -> None:
        if self.waits_for_decision():
            self.decide()
        if self.may_claim():
            self.make_claim()


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
            (driver, "paying_claims", SimpleNamespace(go_on=saga.claim)),
            (refund, "orders", saga.orders),
            (refund, "agreeing", SimpleNamespace(bring_to_people=saga._bring)),
            (refund_orders, "orders", saga.orders),
            (refund_orders, "_asked", saga.orders.asked),
            (refund_orders, "_terms", saga.orders.terms),
            (refund_orders, "_due_fen", saga.due_fen),
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
