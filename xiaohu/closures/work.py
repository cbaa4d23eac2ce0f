"""What a step has in hand while a worker carries a closing: the lease, the clock, one way to write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from xiaohu.closures import moves
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.core.steps import Scope, Step, next_step
from xiaohu.queue import faults, lease

PEOPLE_HAVE = timedelta(hours=24)


class Progress(StrEnum):
    """How a step ended for now."""

    GOES_ON = "goes_on"
    WAITS = "waits"


@dataclass
class Work:
    """One worker's turn at one closing."""

    closing_id: UUID
    case_id: UUID
    lease: int
    clock: Callable[[], datetime]

    @contextmanager
    def transaction(self) -> Iterator[Closing]:
        """Write under the lease: case and closing are locked, in this order.

        Raises:
            LeaseLost: another worker has taken over; nothing was written.
        """
        with transaction.atomic(durable=True):
            case = moves.lock(self.case_id)
            closing = lease.hold(Closing, self.closing_id, self.lease)
            closing.case = case
            yield closing

    @contextmanager
    def commit(self, step: Step) -> Iterator[Closing]:
        """Carry out a step that is one transaction, and go on to the next."""
        with self.transaction() as closing:
            yield closing
            finish_step(closing, now=self.clock())
            faults.hit(f"{step.value}.before_commit")
        faults.hit(f"{step.value}.after_commit")

    def closing(self) -> Closing:
        """Return the closing as it is, without a lock."""
        return Closing.objects.select_related("case", "line").get(pk=self.closing_id)


def finish_step(closing: Closing, *, now: datetime) -> None:
    """Go on to the next step. Call inside the transaction that did this one."""
    following = next_step(Step(closing.step), Scope(closing.case.scope))
    if following is None:
        return  # The last step has ended the case, and its closings with it.
    closing.step = following.value
    closing.attempts, closing.trouble = 0, ""
    closing.next_action_at = now
    closing.owner, closing.owner_due_at = "", None
    closing.save()


def wait_until(closing: Closing, moment: datetime, *, trouble: str = "") -> Progress:
    """Look again at a moment. Call inside a transaction."""
    closing.next_action_at = moment
    closing.trouble = trouble[:64]
    closing.save(update_fields=["next_action_at", "trouble"])
    return Progress.WAITS


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
