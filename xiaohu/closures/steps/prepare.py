"""Carry out what the holder chose about the obstacles, before the service stops."""

from xiaohu.closures import checking
from xiaohu.closures.ordering import order
from xiaohu.closures.work import Progress, Work, finish_step
from xiaohu.core.choices import CarriedOut
from xiaohu.gateways.protocols import Order
from xiaohu.queue import effects


def run(work: Work) -> Progress:
    """Give the operator one order for each choice, one after the other."""
    closing = work.seen
    # As things were when it began, so that the orders keep their numbers over midnight.
    began_at = closing.case.execute_at or work.clock()
    choices = checking.chosen(closing, CarriedOut.ORDER, now=began_at)
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
