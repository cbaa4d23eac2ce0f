"""Bringing in an operator's export: bad rows are reported, good rows go on, repeats change nothing."""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from xiaohu.core.actors import Actor
from xiaohu.core.calendar import day_of
from xiaohu.registry import ahead, taking
from xiaohu.registry.ahead import Batch, Reading
from xiaohu.registry.files.opening import opened
from xiaohu.registry.ids import ids
from xiaohu.registry.judging import Judge, Judged
from xiaohu.registry.rows import BadRow, Flaw
from xiaohu.trail import events


class Reached(NamedTuple):
    """How far an import is: rows read, and the share of the file from 0 to 1."""

    rows: int
    share: float


@dataclass
class Report:
    """What became of the rows; of the bad ones only how many there are of each kind."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    reasons: Counter[Flaw] = field(default_factory=Counter)
    stopped: bool = False

    @property
    def rows(self) -> int:
        """How many rows were judged."""
        return self.added + self.changed + self.unchanged + self.bad


def import_lines(
    *,
    path: Path,
    operator: str,
    actor: Actor,
    now: datetime,
    progress: Callable[[Reached], None] = lambda _: None,
    on_bad: Callable[[BadRow], None] = lambda _: None,
    stop: Callable[[], bool] = lambda: False,
    dry_run: bool = False,
) -> Report:
    """Bring in a file of lines, batch by batch, each in its own transaction.

    `stop` is asked after each batch; what is in by then stays. A dry run judges every row as an
    import would and writes nothing.

    Raises:
        FileRefused: it cannot be read as a whole; nothing was changed then.
    """
    work = _Import(operator, now, on_bad, Judge(operator), ids(now), Report())
    with opened(path) as source, _collector_at_rest():
        reading = Reading(source, operator=operator, today=day_of(now))
        apart = ahead.is_worth_a_process(path)
        with closing(ahead.batches(reading, apart=apart)) as batches:
            for batch in batches:
                work.rehearse(batch) if dry_run else work.take(batch, reading.present)
                progress(Reached(work.report.rows, batch.share))
                if stop():
                    work.report.stopped = True
                    break
    if not dry_run:
        _leave_an_event(operator, actor, work.report, now)
    return work.report


@dataclass(frozen=True, slots=True)
class _Import:
    """One file on its way in."""

    operator: str
    now: datetime
    on_bad: Callable[[BadRow], None]
    judge: Judge
    ids: Iterator[UUID]
    report: Report

    def take(self, batch: Batch, present: frozenset[str]) -> None:
        """Judge a batch and write its news."""
        with transaction.atomic(durable=True):
            taking.alone(self.operator)
            judged = self.judge.judge(batch.rows)
            if judged.news:
                taking.take(
                    judged.news,
                    operator=self.operator,
                    present=present,
                    ids=self.ids,
                    now=self.now,
                )
        self._count(judged)

    def rehearse(self, batch: Batch) -> None:
        """Judge a batch."""
        self._count(self.judge.judge(batch.rows))

    def _count(self, judged: Judged) -> None:
        known = sum(news.fresh.line is not None for news in judged.news)
        self.report.changed += known
        self.report.added += len(judged.news) - known
        self.report.unchanged += judged.unchanged
        for bad in judged.bad:
            self.report.bad += 1
            self.report.reasons[bad.reason] += 1
            self.on_bad(bad)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the cycle collector from looking at rows: there are millions, and no cycle in them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@transaction.atomic(durable=True)
def _leave_an_event(operator: str, actor: Actor, report: Report, now: datetime) -> None:
    counts = {"added": report.added, "changed": report.changed, "bad": report.bad}
    events.record(
        operator=operator,
        actor=actor,
        action="import_lines",
        case_id=None,
        reason="stopped" if report.stopped else "",
        evidence={name: str(count) for name, count in counts.items()},
        now=now,
    )
