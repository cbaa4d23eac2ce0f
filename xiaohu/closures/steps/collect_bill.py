"""Collect the operator's final bill, which may come days later."""

from datetime import datetime
from typing import cast
from uuid import UUID

from xiaohu.closures import checking
from xiaohu.closures.effecting import Doing, carry_out
from xiaohu.closures.models import Closing
from xiaohu.closures.ordering import line_of
from xiaohu.closures.work import Progress, Work
from xiaohu.core.choices import CarriedOut
from xiaohu.core.steps import Step
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import Answer, FinalBill
from xiaohu.queue.models import Effect
from xiaohu.settlement import ledger


def run(work: Work) -> Progress:
    """Ask for the bill; asking again under the same key gives the same bill."""
    operator = providers.operator()
    subscription = line_of(work.seen).subscription_id
    # As things were when the line went: what is asked under one key must never differ.
    went_at = work.seen.disconnected_at or work.clock()
    chosen = checking.chosen(work.seen, CarriedOut.SETTLEMENT, now=went_at)

    def ask(key: UUID) -> FinalBill:
        return operator.final_bill(subscription, key=key, settle=[c.value for c in chosen])

    return carry_out(
        work,
        Doing(
            kind=Step.COLLECT_BILL.value,
            can=operator.capabilities,
            call=ask,
            look_up=ask,
            done=_keep,
        ),
    )


def _keep(closing: Closing, _effect: Effect, answer: Answer, now: datetime) -> None:
    received = cast(FinalBill, answer)
    if received.bill is None or received.purses is None:
        raise ValueError("a bill that is done has amounts")
    ledger.collect(closing_id=closing.pk, bill=received.bill, purses=received.purses, now=now)
