"""Settle the bill to the fen."""

from xiaohu.closures import refund_due, settling
from xiaohu.closures.work import Progress, Work
from xiaohu.core.steps import Step
from xiaohu.settlement import ledger


def run(work: Work) -> Progress:
    """Book where every fen of the balance went."""
    now = work.clock()
    with work.commit(Step.SETTLE) as closing:
        terms = settling.terms_of(closing, now=now)
        settled = ledger.settle_closing(
            operator=closing.operator, closing_id=closing.pk, terms=terms, now=now
        )
        if settled.refundable_fen:
            closing.refund_due_on = refund_due.of_case(closing.case, billed_at=now)
        settling.note_above_shown(closing, settled, terms, now=now)
    return Progress.GOES_ON
