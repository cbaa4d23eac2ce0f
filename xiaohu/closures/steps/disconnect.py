"""Take the line off the network and retire its card. Nothing says "closed" before this is done."""

from datetime import datetime

from xiaohu.closures.models import Closing
from xiaohu.closures.ordering import order
from xiaohu.closures.work import Progress, Work
from xiaohu.gateways.protocols import Answer, Order
from xiaohu.queue.models import Effect


def run(work: Work) -> Progress:
    """Have the operator disconnect the line."""
    return order(work, Order.DISCONNECT, done=_note_time)


def _note_time(closing: Closing, _effect: Effect, _answer: Answer, now: datetime) -> None:
    closing.disconnected_at = now
