"""Collect the operator's final bill, which may come days later and in parts.

Each part is an effect of its own, numbered; the next is asked for once one came that was not the
last.
"""

from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from xiaohu.closures import checking
from xiaohu.closures.effecting import Doing, carry_out
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.ordering import line_of
from xiaohu.closures.work import Progress, Work, ask_people, wait_until
from xiaohu.core import bills as waiting
from xiaohu.core.choices import CarriedOut
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.core.steps import Step
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import UNREADABLE, Answer, FinalBill
from xiaohu.queue import effects
from xiaohu.queue.models import Effect
from xiaohu.settlement import bills, findings

LATE = "collect_bill_late"


def run(work: Work) -> Progress:
    """Ask for the next part; asking again under the same key gives the same part."""
    operator = providers.operator()
    subscription = line_of(work.seen).subscription_id
    # As things were when the line went: what is asked under one key must never differ.
    went_at = work.seen.disconnected_at or work.clock()
    chosen = checking.chosen(work.seen, CarriedOut.SETTLEMENT, now=went_at)
    part = len(effects.done_rounds(subject_id=work.closing_id, kind=Step.COLLECT_BILL.value))

    def ask(key: UUID) -> FinalBill:
        return operator.final_bill(
            subscription, key=key, settle=[c.value for c in chosen], part=part
        )

    return carry_out(
        work,
        Doing(
            kind=Step.COLLECT_BILL.value,
            can=operator.capabilities,
            call=ask,
            look_up=ask,
            round=part,
            done=_keep,
            follows=_follows,
            accepted=_not_ready,
            unclear=_unreadable,
        ),
    )


def _keep(closing: Closing, effect: Effect, answer: Answer, now: datetime) -> None:
    received = cast(FinalBill, answer)
    if received.purses is None:
        raise ValueError("a bill that is done has purses")
    bills.keep(
        closing_id=closing.pk,
        number=effect.round,
        last=received.last,
        items=received.items,
        purses=received.purses,
        now=now,
    )


def _follows(answer: Answer) -> timedelta | None:
    return None if cast(FinalBill, answer).last else waiting.NEXT_PART_AFTER


def _not_ready(closing: Closing, effect: Effect, now: datetime) -> Progress:
    """Look again less and less often; after days people ask the operator as well."""
    waited = now - (effect.first_sent_at or now)
    if waited >= waiting.PEOPLE_ASK_AFTER and not closing.owner:
        ask_people(closing, HumanQueue.OPERATIONS, trouble=LATE, now=now)
    return wait_until(closing, now + waiting.look_again_in(waited))


def _unreadable(closing: Closing, effect: Effect, answer: Answer, now: datetime) -> None:
    """Leave a bill nobody can read to people; it is asked for on and on meanwhile."""
    if answer.reason == UNREADABLE:
        findings.note(
            operator=closing.operator,
            kind=FindingKind.BILL_UNREADABLE,
            source=FindingSource.ANSWER,
            closing_id=closing.pk,
            effect_id=effect.pk,
            now=now,
        )
