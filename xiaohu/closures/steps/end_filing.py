"""End the outbound filing of the line; it registered a use that is over."""

from xiaohu.closures.ordering import order
from xiaohu.closures.work import Progress, Work, finish_step
from xiaohu.gateways.protocols import Order
from xiaohu.screening import facts


def run(work: Work) -> Progress:
    """Have the operator end the filing, where the line has one."""
    known = facts.last(work.closing_id)
    if known is not None and known.filing:
        return order(work, Order.END_FILING)
    with work.transaction() as closing:
        finish_step(closing, now=work.clock())
    return Progress.GOES_ON
