"""What a step has in hand while a worker carries a closing: the lease, the clock, one way to write."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Func, QuerySet, TextField

from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.steps import Scope, Step, next_step
from xiaohu.queue import faults, lease, retry
from xiaohu.queue.asking import Question, Slot

PEOPLE_HAVE = timedelta(hours=24)
PERSON_HAS = timedelta(days=15)
TRIES_COUNTED = 1000
CALL_TAKES = 15  # A call ends within twelve seconds; three are for clocks that disagree a little.


class Progress(StrEnum):
    """How a step ended for now."""

    GOES_ON = "goes_on"
    LATER = "later"  # goes on with a job of its own, behind those that wait already
    WAITS = "waits"


@dataclass(eq=False)
class Work:
    """One worker's turn at one closing; `from_step` is where it stood when the turn began."""

    closing_id: UUID
    lease: int
    clock: Callable[[], datetime]
    seen: Closing
    from_step: str = ""
    trusted: bool = True
    stopwatch: Callable[[], float] = time.monotonic
    held_since: float = field(default_factory=time.monotonic)

    def require_time(self) -> None:
        """Pass while the lease surely outlasts a call that begins now.

        Whoever was stopped since must not call any more: by now another worker may have been
        told that the call never came, and have done it in another way.

        Raises:
            LeaseLost: it may not.
        """
        if self.stopwatch() - self.held_since > lease.SECONDS - CALL_TAKES:
            raise lease.LeaseLost

    @contextmanager
    def transaction(self, *, fresh: bool = False) -> Iterator[Closing]:
        """Write under the lease: case and closing are locked, in this order.

        What one step wrote is what the next one sees, so nothing is read twice while case and
        step are where this worker left them; `fresh` reads them where any row was written since.

        Raises:
            LeaseLost: another worker has taken over; nothing was written.
        """
        try:
            with transaction.atomic(durable=True):
                self._hold(fresh=fresh)
                yield self.seen
        except BaseException:
            self.trusted = False  # What is in memory may not be what is stored.
            raise

    def _hold(self, *, fresh: bool) -> None:
        self._look(lease.hold(_LOCKED, self.closing_id, self.lease), fresh=fresh)

    def _look(self, found: tuple[object, ...], *, fresh: bool = False) -> None:
        """Read a locked closing again where it is not as it was seen."""
        state, step, version = found
        moved = (state, step) != (self.seen.case.state, self.seen.step)
        if moved or not self.trusted or (fresh and version != self.seen.version):
            self.seen = see(self.closing_id)
            self.trusted = True

    @contextmanager
    def commit(self, step: Step) -> Iterator[Closing]:
        """Carry out a step that is one transaction, and go on to the next."""
        began = self.stopwatch()
        with self.transaction() as closing:
            yield closing
            finish_step(closing, now=self.clock())
            faults.hit(f"{step.value}.before_commit")
        self.held_since = began
        faults.hit(f"{step.value}.after_commit")


@contextmanager
def together(works: Sequence[Work]) -> Iterator[list[Work]]:
    """Write under several leases at once; whoever has lost theirs is left out.

    Cases and closings are locked in one order for all workers, so that none waits for another
    that waits for it.

    Raises:
        LeaseLost: everybody has; nothing was written.
    """
    try:
        with transaction.atomic(durable=True):
            yield _held(works)
    except BaseException:
        for work in works:
            work.trusted = False
        raise


def _held(works: Sequence[Work]) -> list[Work]:
    found = lease.hold_many(_ALL_LOCKED, {work.closing_id: work.lease for work in works})
    if not found:
        raise lease.LeaseLost
    held = [work for work in works if work.closing_id in found]
    for work in held:
        work._look(found[work.closing_id])
    return held


def see(closing_id: UUID) -> Closing:
    """Return a closing with its case and line, without a lock."""
    found = _ONE.one(closing_id=closing_id)
    if found is None:
        raise Closing.DoesNotExist
    return found


def seen_among(rows: QuerySet[Closing]) -> QuerySet[Closing]:
    """Return closings with their cases and lines, as `see` does."""
    return rows.select_related("case__holder", "line").annotate(**_WITH_VERSION)


_ONE = Question(lambda: seen_among(Closing.objects.filter(pk=Slot("closing_id"))))


# By which transactions the rows that are seen were written last.
_VERSION = (
    "concat_ws(' ', closures_closing.xmin, closures_case.xmin, registry_holder.xmin,"
    " registry_line.xmin)"
)
_WITH_VERSION = {"version": Func(template=_VERSION, output_field=TextField())}
_SEEN = f"closures_case.state, closures_closing.step, {_VERSION}"
_FROM = (
    " FROM closures_closing JOIN closures_case ON closures_case.id = closures_closing.case_id"
    " JOIN registry_holder ON registry_holder.id = closures_case.holder_id"
    " LEFT JOIN registry_line ON registry_line.id = closures_closing.line_id"
)
_LOCK = " FOR NO KEY UPDATE OF closures_case, closures_closing"
_LOCKED = (
    f"SELECT {_SEEN} {_FROM} WHERE closures_closing.id = %s AND closures_closing.lease = %s {_LOCK}"
)
_ALL_LOCKED = (
    f"SELECT closures_closing.id, {_SEEN} {_FROM}"
    " JOIN unnest(%s::uuid[], %s::int[]) AS ours (id, lease)"
    " ON closures_closing.id = ours.id AND closures_closing.lease = ours.lease"
    f" ORDER BY closures_case.id, closures_closing.id {_LOCK}"
)
_GOING_ON = (
    "step",
    "attempts",
    "trouble",
    "next_action_at",
    "owner",
    "owner_due_at",
    "lease_until",
    "fallen",
)
_STEP_FIELDS = (*_GOING_ON, "disconnected_at", "number_free_on", "refund_due_on")


def finish_step(closing: Closing, *, now: datetime) -> None:
    """Go on to the next step. Call inside the transaction that did this one."""
    following = next_step(Step(closing.step), Scope(closing.case.scope))
    if following is None:
        return  # The last step has ended the case, and its closings with it.
    _go_on(closing, following, now)
    closing.save(update_fields=_STEP_FIELDS)


def finish_all(closings: Sequence[Closing], *, now: datetime) -> None:
    """Go on to the next step, with one statement for all that have the same before them.

    Call inside the transaction that did this one; what else it changed in them it has written.
    """
    going: dict[Step, list[Closing]] = {}
    for closing in closings:
        following = next_step(Step(closing.step), Scope(closing.case.scope))
        if following is not None:
            _go_on(closing, following, now)
            going.setdefault(following, []).append(closing)
    for some in going.values():
        alike = {name: getattr(some[0], name) for name in _GOING_ON}
        Closing.objects.filter(pk__in=[each.pk for each in some]).update(**alike)


def _go_on(closing: Closing, following: Step, now: datetime) -> None:
    closing.step = following.value
    closing.attempts, closing.trouble, closing.fallen = 0, "", 0
    closing.next_action_at = now
    closing.owner, closing.owner_due_at = "", None
    closing.lease_until = lease.extended()


def wait_until(closing: Closing, moment: datetime, *, trouble: str = "") -> Progress:
    """Look again at a moment; what people own keeps its name. Call inside a transaction."""
    closing.next_action_at = moment
    closing.trouble = trouble[:64] or (closing.trouble if closing.owner else "")
    closing.save(update_fields=["next_action_at", "trouble"])
    return Progress.WAITS


def try_later(closing: Closing, *, trouble: str, now: datetime, heals: bool) -> Progress:
    """Note a failed try; after the last quick one people own it. Call inside a transaction.

    What `heals` by itself (the other side is away) is tried on slowly while people own it, so that
    an outage that ends leaves nobody behind. Anything else waits for a person.
    """
    closing.attempts = min(closing.attempts + 1, TRIES_COUNTED)
    closing.save(update_fields=["attempts"])
    if closing.attempts < retry.TRIES:
        pause = retry.wait_before(closing.attempts)
        return wait_until(closing, now + pause, trouble=trouble)
    if not (heals and closing.owner == HumanQueue.OPERATIONS):  # Their date is not put off.
        ask_people(closing, HumanQueue.OPERATIONS, trouble=trouble, now=now)
    if heals:
        return wait_until(closing, now + retry.slow_wait(), trouble=trouble)
    return Progress.WAITS


def take_back(closing: Closing) -> None:
    """Take from operations what has healed by itself. Call inside a transaction."""
    if closing.owner == HumanQueue.OPERATIONS:
        closing.attempts, closing.trouble = 0, ""
        closing.owner, closing.owner_due_at = "", None
        closing.save(update_fields=["attempts", "trouble", "owner", "owner_due_at"])


def ask_people(
    closing: Closing,
    owner: HumanQueue,
    *,
    trouble: str,
    now: datetime,
    due: timedelta = PEOPLE_HAVE,
) -> Progress:
    """Leave a closing to people, by name of their queue and with a date. Call inside a transaction."""
    closing.next_action_at = None
    closing.owner, closing.owner_due_at = owner.value, now + due
    closing.trouble = trouble[:64]
    closing.save(update_fields=["next_action_at", "owner", "owner_due_at", "trouble"])
    return Progress.WAITS
