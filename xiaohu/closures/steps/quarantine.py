"""Put the number to rest, without a link to whoever had it."""

from datetime import datetime

from xiaohu.closures import queries
from xiaohu.closures.models import Closing
from xiaohu.closures.ordering import line_of, order
from xiaohu.closures.work import Progress, Work
from xiaohu.gateways.protocols import Answer, Order
from xiaohu.queue.models import Effect
from xiaohu.registry import lines


def run(work: Work) -> Progress:
    """Have the operator keep the number back, and end the line here."""
    return order(work, Order.QUARANTINE, done=_rest)


def _rest(closing: Closing, _effect: Effect, _answer: Answer, now: datetime) -> None:
    days = queries.profile_of(closing.case).number.quarantine_days
    closing.number_free_on = lines.rest(line=line_of(closing), days=days, now=now)
