"""Carrying a closing as far as it can go before it must wait.

Harmless to call early, twice or late: the row says what is next, the lease says who may write.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import OperationalError

from xiaohu.closures import alarms, beginning, moves, paying_claims, withdrawing
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.steps import STEPS
from xiaohu.closures.work import Progress, Work, ask_people, see, try_later
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.queue import engine, lease
from xiaohu.queue.lease import LeaseLost
from xiaohu.vault.keys import KeystoreUnavailable

logger = logging.getLogger(__name__)
# Somebody is away and comes back: tried on and on. Anything else is for a person to look at.
_OUTAGES = (GatewayUnavailable, KeystoreUnavailable, OperationalError)
# So many workers may die at a closing, one after the other, before it is kept from the next.
QUARANTINED_AFTER = 5
KILLS_WORKERS = "worker_died"
_WAITS_FOR_ANSWERS = frozenset({CaseState.DRAFT, CaseState.AWAITING_CUSTOMER})
_UNDER_WAY = frozenset({CaseState.EXECUTING, CaseState.SETTLING})


def advance(*, closing_id: UUID, clock: Callable[[], datetime]) -> None:
    """Do what is due for a closing, step by step, until it waits or ends."""
    began = time.monotonic()
    held = lease.take(Closing, closing_id)
    if held is None:
        return  # Another worker is at it.
    seen = see(closing_id)
    work = Work(
        closing_id=closing_id,
        lease=held,
        clock=clock,
        seen=seen,
        from_step=seen.step,
        held_since=began,
    )
    try:
        go_on = _once if seen.fallen < QUARANTINED_AFTER else _quarantine
        while (progress := go_on(work)) is Progress.GOES_ON:
            pass
    except LeaseLost:
        return  # Another worker took over; what it writes counts.
    lease.release(Closing, closing_id, held)
    if progress is Progress.LATER:
        engine.defer(alarms.TASK, closing_id=closing_id)


def _once(work: Work) -> Progress:
    try:
        return _do_next(work)
    except LeaseLost:
        raise
    except Refusal as expected:
        return _try_later(work, expected.code, expected)
    except Exception as unexpected:  # noqa: BLE001 - one bad closing must not stop the others
        # Only the kind is logged: the text of an error may carry what nobody may read.
        logger.error("closing %s failed: %s", work.closing_id, _place(unexpected))
        return _try_later(work, type(unexpected).__name__, unexpected)


def _do_next(work: Work) -> Progress:
    closing, now = work.seen, work.clock()
    if not closing.is_open and closing.next_action_at is not None and closing.next_action_at <= now:
        return paying_claims.go_on(work)
    if not closing.is_open or closing.next_action_at is None or closing.next_action_at > now:
        return Progress.WAITS
    state = moves.state_of(closing)
    if state in _WAITS_FOR_ANSWERS:
        withdrawing.expire(case_id=closing.case_id, now=now)
        return Progress.WAITS
    if state is CaseState.SCHEDULED:
        return beginning.begin(work)
    if state in _UNDER_WAY:
        return STEPS[Step(closing.step)](work)
    return Progress.WAITS


def _quarantine(work: Work) -> Progress:
    """Leave to people what nobody survived, so that it takes no more workers from the others."""
    logger.error("closing %s ended %s workers in a row", work.closing_id, work.seen.fallen)
    with work.transaction() as closing:
        closing.fallen = 0
        closing.save(update_fields=["fallen"])
        return ask_people(closing, HumanQueue.OPERATIONS, trouble=KILLS_WORKERS, now=work.clock())


def _try_later(work: Work, trouble: str, failed: Exception) -> Progress:
    heals = isinstance(failed, _OUTAGES)
    with work.transaction() as closing:
        return try_later(closing, trouble=trouble, now=work.clock(), heals=heals)


def _place(error: BaseException) -> str:
    """Return kind and place of an error, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} in {where}"
