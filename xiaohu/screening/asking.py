"""Asking about lines in the background: a reader waits a moment, and looks again for the rest.

What is being asked is known to this process alone. Another one would ask once more, which changes
nothing at the operator.
"""

import os
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from threading import Lock
from uuid import UUID

from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.registry.models import Line
from xiaohu.screening.facts import Gathered, gather

PATIENCE_S = 2.0  # how long a page waits for the operator before it is shown without its answer
AT_ONCE = 8  # calls to the operator that one process makes at a time
KEPT_S = 60.0  # how long an answer waits for whoever asked


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said so far, by closing; why nothing will be said of some; and whether more may come."""

    said: Mapping[UUID, Gathered]
    refused: GatewayUnavailable | UnknownLine | None
    pending: bool


@dataclass(frozen=True, slots=True)
class _Question:
    answer: Future[Gathered]
    since: float


_asked: dict[UUID, _Question] = {}
_one_at_a_time = Lock()


def hear(lines: Mapping[UUID, Line], *, now: datetime, patience_s: float) -> Heard:
    """Ask about the line of each closing, once, and return what is said within a moment.

    Call outside any transaction.
    """
    with _one_at_a_time:
        _forget_old()
        answers = {closing_id: _ask(closing_id, line, now) for closing_id, line in lines.items()}
    wait(answers.values(), timeout=patience_s)
    done = {closing_id: answer for closing_id, answer in answers.items() if answer.done()}
    with _one_at_a_time:
        for closing_id in done:
            _asked.pop(closing_id, None)
    said: dict[UUID, Gathered] = {}
    refused = None
    for closing_id, answer in done.items():
        try:
            said[closing_id] = answer.result()
        except (GatewayUnavailable, UnknownLine) as told:
            refused = told
    return Heard(said, refused, pending=len(done) < len(answers))


def unheard(closing_ids: Iterable[UUID]) -> set[UUID]:
    """Return the closings something was asked about that nobody has heard the answer of."""
    with _one_at_a_time:
        _forget_old()
        return {closing_id for closing_id in closing_ids if closing_id in _asked}


def _ask(closing_id: UUID, line: Line, now: datetime) -> Future[Gathered]:
    if closing_id not in _asked:
        answer = _pool(os.getpid()).submit(gather, line, now=now)
        _asked[closing_id] = _Question(answer, time.monotonic())
    return _asked[closing_id].answer


def _forget_old() -> None:
    """Forget what nobody came back for."""
    ends = time.monotonic() - KEPT_S
    for closing_id in [each for each, question in _asked.items() if question.since < ends]:
        del _asked[closing_id]


@cache
def _pool(_process: int) -> ThreadPoolExecutor:
    """Return the threads of one process: a forked one has none of its parent's."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="asking")
