"""When a refund waits before it goes: who must agree to it, and for how long it is held.

Source: 反电信网络诈骗法 on paying out, GB/T 47746-2026 (refunds are confirmed by a person), and our own rule that nobody
sends money to another place alone. Whoever prepared it is never one of those who agree.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from xiaohu.core.destinations import DESTINATIONS, Asks
from xiaohu.core.profile import RefundRoute
from xiaohu.core.proofs import SEEN_BY_A_PERSON
from xiaohu.core.refusals import Refusal


class OrderStopped(Refusal):
    """The refund was stopped, declined, sent or ordered anew in the meantime."""

    code = "ORDER_STOPPED"


class OrderReason(StrEnum):
    """Why a refund waits."""

    PAYEE_CHANGED = "payee_changed"
    ABOVE_LIMIT = "above_limit"
    SAME_PAYEE = "same_payee"
    SUBSTITUTE = "substitute"
    BY_STAFF = "by_staff"


class OrderOutcome(StrEnum):
    """What became of an order."""

    SENT = "sent"
    STOPPED = "stopped"
    DECLINED = "declined"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is known of a refund that is to go somewhere.

    `changed` says that its destination is not the one decided upon with the request, `by_staff`
    that somebody of the desk named it, `deciders` how many people decide for such an applicant.
    """

    route: RefundRoute
    changed: bool
    by_staff: bool
    deciders: int
    proved: int
    above_limit: bool
    same_payee: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How many people must agree besides whoever prepared it, why, and how long it is held."""

    needed: int = 0
    reasons: tuple[OrderReason, ...] = ()
    held: timedelta = timedelta()

    @property
    def waits(self) -> bool:
        """Say whether it cannot go at once."""
        return self.needed > 0 or self.held > timedelta()


BY_HAND = Terms(needed=1, reasons=(OrderReason.BY_STAFF,))  # one records it, another confirms


def terms(asked: Asked, *, hold_hours: int) -> Terms:
    """Return the terms under which a refund may go.

    What is paid out at the counter, or goes back the way it came, went nowhere else: it is not
    held, and needs somebody only for its amount or its likeness to others.
    """
    destination = DESTINATIONS[asked.route]
    moved = asked.changed and destination.asks is not Asks.NOTHING
    told = {
        OrderReason.PAYEE_CHANGED: moved,
        OrderReason.ABOVE_LIMIT: asked.above_limit,
        OrderReason.SAME_PAYEE: asked.same_payee,
        OrderReason.SUBSTITUTE: asked.deciders > 1,
        OrderReason.BY_STAFF: moved and asked.by_staff,
    }
    unproved = moved and destination.reviewed and asked.proved < SEEN_BY_A_PERSON
    people = max(
        asked.deciders if asked.deciders > 1 else 0,
        int(asked.above_limit or asked.same_payee or unproved),
    )
    if asked.by_staff and (people or moved):
        people = max(people - 1, 1)  # Whoever prepared it is one of two.
    return Terms(
        needed=people,
        reasons=tuple(reason for reason, applies in told.items() if applies),
        held=timedelta(hours=hold_hours) if moved else timedelta(),
    )
