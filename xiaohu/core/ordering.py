"""When a refund waits before it goes: who must agree to it, and for how long it is held.

Source: 反电信网络诈骗法 on paying out, GB/T 47746-2026 (refunds are confirmed by a person), and our own rule that nobody
sends money to another place alone. Whoever prepared it is never one of those who agree. The database holds every order
to the same floor (`RefundOrder`), so what is known of a refund is kept with its order.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from xiaohu.core.destinations import DESTINATIONS, Asks
from xiaohu.core.profile import RefundRoute
from xiaohu.core.refusals import Refusal


class PayeeUnproved(Refusal):
    """Money goes elsewhere only where whoever named the payee has shown again who they are."""

    code = "PAYEE_UNPROVED"


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

    `moved` says that it goes to another account, wallet or line than was decided upon with the
    request, `identity` which upload shows who named that place (a person sees it before they
    agree), `by_staff` that somebody of the desk named it, `deciders` how many people decide for
    such an applicant. `together_fen` is what its holder gets these days, this refund among it;
    `amount_fen` is None as long as nothing is settled.
    """

    moved: bool
    by_staff: bool
    deciders: int
    same_payee: bool
    amount_fen: int | None
    together_fen: int
    limit_fen: int
    identity: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How many people must agree besides whoever prepared it, why, and how long it is held."""

    needed: int = 0
    reasons: tuple[OrderReason, ...] = ()
    held: timedelta = timedelta()


BY_HAND = Terms(needed=1, reasons=(OrderReason.BY_STAFF,))  # one records it, another confirms


def goes_elsewhere(route: RefundRoute, *, changed: bool) -> bool:
    """Say whether a changed way leads to another place: the counter and the way it came do not."""
    return changed and DESTINATIONS[route].asks is not Asks.NOTHING


def terms(asked: Asked, *, hold_hours: int) -> Terms:
    """Return the terms under which a refund may go.

    What is paid out at the counter, or goes back the way it came, went nowhere else: it is not
    held, and needs somebody only for its amount or its likeness to others.
    """
    above_limit = asked.together_fen > asked.limit_fen
    told = {
        OrderReason.PAYEE_CHANGED: asked.moved,
        OrderReason.ABOVE_LIMIT: above_limit,
        OrderReason.SAME_PAYEE: asked.same_payee,
        OrderReason.SUBSTITUTE: asked.deciders > 1,
        OrderReason.BY_STAFF: asked.moved and asked.by_staff,
    }
    people = max(
        asked.deciders if asked.deciders > 1 else 0,
        int(above_limit or asked.same_payee or asked.moved),
    )
    if asked.by_staff and people:
        people = max(people - 1, 1)  # Whoever prepared it is one of two.
    return Terms(
        needed=people,
        reasons=tuple(reason for reason, applies in told.items() if applies),
        held=timedelta(hours=hold_hours) if asked.moved else timedelta(),
    )
