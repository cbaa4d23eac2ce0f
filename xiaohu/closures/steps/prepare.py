"""Carry out what the holder chose about the obstacles, before the service stops."""

from xiaohu.closures import checking
from xiaohu.closures.ordering import order
from xiaohu.closures.work import Progress, Work, finish_step
from xiaohu.gateways.protocols import Order
from xiaohu.queue import effects
from xiaohu.screening import facts as screening


def run(work: Work) -> Progress:
    """Give the operator one order for each choice, one after the other."""
    closing = work.seen
    gathered = screening.last_of([closing.pk])[closing.pk]
    choices = checking.orders(checking.judge(closing, gathered, now=work.clock()).findings)
    done = effects.done_rounds(subject_id=closing.pk, kind=Order.PREPARE.value)
    left = [number for number in range(len(choices)) if number not in done]
    if not left:
        with work.transaction() as held:
            finish_step(held, now=work.clock())
        return Progress.GOES_ON
    number = left[0]
    return order(
        work, Order.PREPARE, detail=choices[number].value, round_=number, more=len(left) > 1
    )
