"""End the outbound filing of the line; it registered a use that is over."""

from datetime import datetime

from xiaohu.closures.models import Closing
from xiaohu.closures.ordering import line_of, order
from xiaohu.closures.work import Progress, Work, finish_step
from xiaohu.gateways.protocols import Answer, Order
from xiaohu.queue.models import Effect
from xiaohu.registry import filings
from xiaohu.screening import facts


def run(work: Work) -> Progress:
    """Have the operator end the filing, where the line has one."""
    known = facts.last(work.closing_id)
    if known is not None and known.filing:
        return order(work, Order.END_FILING, done=_end)
    with work.transaction() as closing:
        # The operator knows of none, so one of ours is left over from an older export.
        filings.end(line=line_of(closing), reference="", now=work.clock())
        finish_step(closing, now=work.clock())
    return Progress.GOES_ON


def _end(closing: Closing, _effect: Effect, answer: Answer, now: datetime) -> None:
    filings.end(line=line_of(closing), reference=answer.reference, now=now)
