"""The one order of steps in which a closing is carried out, the same for everyone."""

from enum import StrEnum


class Scope(StrEnum):
    """What the person wants to end; asked first, so that nobody loses a number by mistake."""

    LINE = "line"
    ACCOUNT = "account"
    BOTH = "both"


class Step(StrEnum):
    """The steps, in order."""

    PREPARE = "prepare"
    FREEZE = "freeze"
    DISCONNECT = "disconnect"
    END_FILING = "end_filing"
    QUARANTINE = "quarantine"
    CERTIFY = "certify"
    COLLECT_BILL = "collect_bill"
    SETTLE = "settle"
    REFUND = "refund"
    CLOSE_ACCOUNT = "close_account"
    SEAL = "seal"
    ERASE = "erase"
    STATEMENT = "statement"
    NOTIFY = "notify"


_LINE_ONLY = frozenset(
    {
        Step.PREPARE,
        Step.FREEZE,
        Step.DISCONNECT,
        Step.END_FILING,
        Step.QUARANTINE,
        Step.COLLECT_BILL,
        Step.SETTLE,
        Step.REFUND,
    }
)


def steps_for(scope: Scope) -> tuple[Step, ...]:
    """Return the steps of a scope, in order: an account has no network and no money."""
    return tuple(
        step
        for step in Step
        if not (scope is Scope.ACCOUNT and step in _LINE_ONLY)
        and not (scope is Scope.LINE and step is Step.CLOSE_ACCOUNT)
    )


def first_step(scope: Scope, *, orders: bool) -> Step:
    """Return the step a closing starts with: `orders` says that something chosen comes first."""
    first, *others = steps_for(scope)
    return first if orders or first is not Step.PREPARE else others[0]


def next_step(step: Step, scope: Scope) -> Step | None:
    """Return the step after this one, or None after the last."""
    order = steps_for(scope)
    position = order.index(step) + 1
    return order[position] if position < len(order) else None
