"""Refunds a second from settled to paid, beside three bare transactions for each."""

import time
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, cast
from unittest import mock

import psycopg
from django.conf import settings

from tests.bench.closings import do_jobs, forked
from tests.bench.world import BenchWorld
from tests.stories import closing_of
from xiaohu.closures import alarms, driver
from xiaohu.closures.models import Case, Closing
from xiaohu.closures.steps import STEPS
from xiaohu.closures.work import Progress, Work
from xiaohu.core.steps import Step
from xiaohu.notices import outbox
from xiaohu.queue import clock, engine
from xiaohu.settlement.models import SettledClosing

OURS = 80
FLOOR = 300
SCHEMA = """
DROP SCHEMA IF EXISTS floor_refunds CASCADE;
CREATE SCHEMA floor_refunds;
SET search_path TO floor_refunds;
CREATE TABLE effect (id bigserial PRIMARY KEY, closing bigint UNIQUE, state text);
CREATE TABLE transfer (id bigserial PRIMARY KEY, effect bigint, debit text, credit text,
    amount bigint CHECK (amount > 0), UNIQUE (effect, debit, credit));
CREATE TABLE event (id bigserial PRIMARY KEY, effect bigint, action text, at timestamptz DEFAULT now());
"""


def round_of(world: BenchWorld) -> tuple[float, float]:
    """Return refunds a second of ours and of the floor, one after the other."""
    return _ours(world), _floor()


def _ours(world: BenchWorld) -> float:
    """Pay what is settled by a real worker, the provider's simulator included.

    A refund is paid once it is booked: what is told of it goes afterwards, as in the service,
    where a thread of its own sends it, and is sent before the next round.
    """
    cases = _settled(world)
    paid_before = len(world.simulators.truth("payout"))
    alarms.sweep(now=clock.now())
    with ending_before(Step.SEAL):
        began = time.perf_counter()
        forked(1, do_jobs)
        passed = time.perf_counter() - began
    while outbox.flush(now=clock.now()):
        pass
    _require_paid(world, cases, paid_before)
    # They go on one day; in the next round they would only be in the way.
    later = clock.now() + timedelta(days=365)
    Closing.objects.filter(case__in=cases).update(next_action_at=later)
    return OURS / passed


def _settled(world: BenchWorld) -> list[Case]:
    """Return cases that were settled and wait for their refund."""
    cases = [world.world.submitted(number) for number in world.take(OURS)]
    clock.move(by=timedelta(days=3, minutes=1))
    with ending_before(Step.REFUND):
        for case in cases:
            driver.advance(closing_id=closing_of(case).pk, clock=clock.now)
    engine.delete_finished()
    Closing.objects.filter(case__in=cases).update(next_action_at=clock.now())
    return cases


def ending_before(step: Step) -> ExitStack:
    """Let closings stop before a step."""

    def stop(_work: Work) -> Progress:
        return Progress.WAITS

    stack = ExitStack()
    stack.enter_context(mock.patch.dict(cast(dict[Step, Any], STEPS), {step: stop}))
    return stack


def _require_paid(world: BenchWorld, cases: list[Case], before: int) -> None:
    """Only right results count: booked and really paid, once each."""
    closings = Closing.objects.filter(case__in=cases).values_list("pk", flat=True)
    settled = SettledClosing.objects.filter(pk__in=list(closings), completed_at__isnull=False)
    booked = sum(row.refunded_fen for row in settled)
    paid = world.simulators.truth("payout")[before:]
    if (len(settled), len(paid)) != (OURS, OURS) or booked != sum(p["amount_fen"] for p in paid):
        raise RuntimeError(f"{len(settled)} booked and {len(paid)} paid of {OURS} refunds")


def _floor() -> float:
    place = settings.DATABASES["default"]
    conninfo = f"host='{place['HOST']}' user={place['USER']} dbname={place['NAME']}"
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(SCHEMA.encode())
        began = time.perf_counter()
        for closing in range(1, FLOOR + 1):
            _refund(connection, closing)
        return FLOOR / (time.perf_counter() - began)


def _refund(connection: psycopg.Connection, closing: int) -> None:
    """Intent and pending transfer, status, posted transfer and event: three transactions."""
    pending = "INSERT INTO transfer (effect, debit, credit, amount) VALUES (%s, %s, %s, 12640)"
    with connection.transaction():
        row = connection.execute(
            "INSERT INTO effect (closing, state) VALUES (%s, 'intended') RETURNING id", (closing,)
        ).fetchone()
        if row is None:
            raise RuntimeError("no effect")
        connection.execute(pending, (row[0], "balance", "pending"))
    with connection.transaction():
        done = "UPDATE effect SET state = 'done' WHERE id = %s AND state = 'intended'"
        if connection.execute(done, row).rowcount != 1:
            raise RuntimeError("not one effect")
    with connection.transaction():
        connection.execute(pending, (row[0], "pending", "refunded"))
        connection.execute("INSERT INTO event (effect, action) VALUES (%s, 'refunded')", row)
