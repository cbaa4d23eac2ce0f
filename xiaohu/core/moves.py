"""Every allowed move of a case; what is not in the table is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from xiaohu.core.actors import ActorKind
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import CaseState


class MoveNotAllowed(Refusal):
    """The case is in another state, or the step belongs to somebody else."""

    code = "MOVE_NOT_ALLOWED"


class Action(StrEnum):
    """What can be done to a case, in the order a case usually meets it."""

    SCHEDULE = "schedule"
    SEND_TO_REVIEW = "send_to_review"
    ASK_CUSTOMER = "ask_customer"
    APPROVE = "approve"
    RETURN = "return"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    OBJECT = "object"
    STOP = "stop"
    EXPIRE = "expire"
    CHANGE_PAYEE = "change_payee"
    RESCHEDULE = "reschedule"
    FAIL_CHECKS = "fail_checks"
    EXECUTE = "execute"
    CERTIFY = "certify"
    RETURN_PAYOUT = "return_payout"
    STOP_REFUND = "stop_refund"
    RESUME_REFUND = "resume_refund"
    BOOK_UNCLAIMED = "book_unclaimed"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Move:
    """Where an action leads, and who may take it."""

    to: CaseState
    actors: frozenset[ActorKind]


_HOLDER = frozenset({ActorKind.SUBSCRIBER, ActorKind.OFFICER})
_REVIEWER = frozenset({ActorKind.REVIEWER})
_CLOCK = frozenset({ActorKind.CLOCK})
_WORKER = frozenset({ActorKind.WORKER})
_COMPLIANCE = frozenset({ActorKind.COMPLIANCE})
_FINANCE = frozenset({ActorKind.FINANCE})

# Who ends a closing the operator started: a person who decides, or the worker once its ground is gone.
_ENDS_OWN = frozenset({ActorKind.REVIEWER, ActorKind.WORKER})

_S = CaseState
_A = Action

MOVES: Mapping[tuple[CaseState, Action], Move] = {
    (_S.DRAFT, _A.SCHEDULE): Move(_S.SCHEDULED, _HOLDER),
    (_S.DRAFT, _A.SEND_TO_REVIEW): Move(_S.IN_REVIEW, _HOLDER | _COMPLIANCE | _CLOCK),
    (_S.DRAFT, _A.ASK_CUSTOMER): Move(_S.AWAITING_CUSTOMER, _HOLDER),
    (_S.DRAFT, _A.WITHDRAW): Move(_S.WITHDRAWN, _HOLDER),
    (_S.DRAFT, _A.EXPIRE): Move(_S.EXPIRED, _CLOCK),
    (_S.AWAITING_CUSTOMER, _A.SCHEDULE): Move(_S.SCHEDULED, _HOLDER),
    (_S.AWAITING_CUSTOMER, _A.SEND_TO_REVIEW): Move(_S.IN_REVIEW, _HOLDER),
    (_S.AWAITING_CUSTOMER, _A.CHANGE_PAYEE): Move(_S.AWAITING_CUSTOMER, _HOLDER),
    (_S.AWAITING_CUSTOMER, _A.WITHDRAW): Move(_S.WITHDRAWN, _HOLDER),
    (_S.AWAITING_CUSTOMER, _A.EXPIRE): Move(_S.EXPIRED, _CLOCK),
    (_S.IN_REVIEW, _A.APPROVE): Move(_S.SCHEDULED, _REVIEWER),
    (_S.IN_REVIEW, _A.RETURN): Move(_S.AWAITING_CUSTOMER, _REVIEWER),
    (_S.IN_REVIEW, _A.REFUSE): Move(_S.REFUSED, _REVIEWER),
    (_S.IN_REVIEW, _A.WITHDRAW): Move(_S.WITHDRAWN, _HOLDER),
    (_S.IN_REVIEW, _A.STOP): Move(_S.WITHDRAWN, _ENDS_OWN),
    (_S.SCHEDULED, _A.OBJECT): Move(_S.IN_REVIEW, _HOLDER),
    (_S.SCHEDULED, _A.STOP): Move(_S.WITHDRAWN, _ENDS_OWN),
    (_S.SCHEDULED, _A.CHANGE_PAYEE): Move(_S.SCHEDULED, _HOLDER),
    (_S.SCHEDULED, _A.RESCHEDULE): Move(_S.SCHEDULED, _HOLDER),
    (_S.SCHEDULED, _A.FAIL_CHECKS): Move(_S.AWAITING_CUSTOMER, _WORKER),
    (_S.SCHEDULED, _A.EXECUTE): Move(_S.EXECUTING, _WORKER),
    (_S.SCHEDULED, _A.WITHDRAW): Move(_S.WITHDRAWN, _HOLDER),
    (_S.EXECUTING, _A.CERTIFY): Move(_S.SETTLING, _WORKER),
    (_S.SETTLING, _A.CHANGE_PAYEE): Move(_S.SETTLING, _HOLDER),
    (_S.SETTLING, _A.RETURN_PAYOUT): Move(_S.REFUND_ATTENTION, _WORKER),
    (_S.SETTLING, _A.STOP_REFUND): Move(_S.REFUND_ATTENTION, _HOLDER | _FINANCE),
    (_S.SETTLING, _A.FINISH): Move(_S.DONE, _WORKER),
    (_S.REFUND_ATTENTION, _A.RESUME_REFUND): Move(_S.SETTLING, _HOLDER | _FINANCE),
    (_S.REFUND_ATTENTION, _A.BOOK_UNCLAIMED): Move(_S.SETTLING, _CLOCK),
}


def target(*, state: CaseState, action: Action, actor: ActorKind) -> CaseState:
    """Return the state an action leads to.

    Raises:
        MoveNotAllowed: the table has no such move, or not for this kind of actor.
    """
    move = MOVES.get((state, action))
    if move is None or actor not in move.actors:
        raise MoveNotAllowed(state=state.value, action=action.value)
    return move.to
