"""Orders to the operator's network, which differ only in what follows them."""

from collections.abc import Callable
from datetime import datetime

from xiaohu.closures.effecting import Doing, carry_out
from xiaohu.closures.models import Closing
from xiaohu.closures.work import Progress, Work
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import Answer, Order
from xiaohu.queue.models import Effect
from xiaohu.registry.models import Line


def line_of(closing: Closing) -> Line:
    """Return the line of a closing whose step needs one."""
    if closing.line is None:
        raise LookupError("this step belongs to a line")
    return closing.line


def order(
    work: Work,
    kind: Order,
    *,
    done: Callable[[Closing, Effect, Answer, datetime], None] | None = None,
    detail: str = "",
    round_: int = 0,
    more: bool = False,
) -> Progress:
    """Have the operator do something to the line; a refusal is for people to look at.

    A step that gives several orders numbers them by `round_` and has `more` until the last.
    """
    operator = providers.operator()
    subscription = line_of(work.seen).subscription_id
    return carry_out(
        work,
        Doing(
            kind=kind.value,
            can=operator.capabilities,
            call=lambda key: operator.order(kind, subscription, key=key, detail=detail),
            look_up=operator.look_up_order,
            round=round_,
            more=more,
            done=done,
        ),
    )
