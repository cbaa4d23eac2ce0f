"""Closings a second, from submit to done, beside the minimal SQL of a closing."""

import cProfile
import gc
import os
import pstats
import time
from collections.abc import Callable
from datetime import timedelta

import psycopg
from django.conf import settings
from django.db import connections

from tests.bench.case_life import CaseLife, prepare
from tests.bench.world import BenchWorld
from tests.stories import closing_of
from xiaohu.closures import alarms, driver
from xiaohu.closures.models import Case
from xiaohu.core.states import CaseState
from xiaohu.notices import outbox
from xiaohu.ops import worker
from xiaohu.queue import clock, engine

OURS = 100
FLOOR = 300
PARTS = {
    "database": ("psycopg/",),
    "operator and bank over HTTP": ("gateways/http.py",),
    "signing and sealing": ("trail/signing.py", "vault/box.py"),
}


def round_of(world: BenchWorld, workers: int) -> tuple[float, float]:
    """Return closings a second of ours and of the floor, one after the other."""
    return _ours(world, workers), _floor(workers)


def profile(world: BenchWorld) -> dict[str, float]:
    """Return where the time of a closing goes, as shares of the whole."""
    cases = _ready(world, 20)
    for case in cases:
        world.world.submit(case)
    clock.move(by=timedelta(days=3, minutes=1))
    profiler = cProfile.Profile()
    profiler.enable()
    for case in cases:
        driver.advance(closing_id=closing_of(case).pk, clock=clock.now)
    profiler.disable()
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined] # not in the stubs
    total = sum(row[2] for row in stats.values())
    shares = {}
    for part, places in PARTS.items():
        own = [key for key in stats if any(place in key[0] for place in places)]
        outer = [key for key in own if not any(caller in own for caller in stats[key][4])]
        shares[part] = sum(stats[key][3] for key in outer) / total
    shares["the rest (Django, our own code)"] = max(0.0, 1 - sum(shares.values()))
    return shares


def _ours(world: BenchWorld, workers: int) -> float:
    cases = _ready(world, OURS)
    began = time.perf_counter()
    forked(workers, lambda number: _submit(world, cases[number::workers]))
    clock.move(by=timedelta(days=3, minutes=1))
    alarms.sweep(now=clock.now())
    forked(workers, work)
    passed = time.perf_counter() - began
    _require_done(world, cases)
    return OURS / passed


def _submit(world: BenchWorld, cases: list[Case]) -> None:
    for case in cases:
        world.world.submit(case)


def _ready(world: BenchWorld, count: int) -> list[Case]:
    cases = [world.world.ready(number) for number in world.take(count)]
    engine.delete_finished()
    return cases


def work(number: int) -> None:
    """Do every job there is, and send what is to be told."""
    do_jobs(number)
    while outbox.flush(now=clock.now()):
        pass


def do_jobs(_number: int) -> None:
    """Do every job there is, as a worker of the service."""
    from procrastinate.contrib.django import app
    from procrastinate.contrib.django.django_connector import DjangoConnector

    if not isinstance(app.connector, DjangoConnector):
        raise TypeError("the engine is set up by Django")
    clock.forget()
    gc.freeze()
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(
            concurrency=worker.CONCURRENCY, wait=False, listen_notify=False, delete_jobs="always"
        )


def _require_done(world: BenchWorld, cases: list[Case]) -> None:
    """Only right results count: every case done, one payment for each in the truth."""
    states = Case.objects.filter(pk__in=[case.pk for case in cases])
    unfinished = states.exclude(state=CaseState.DONE.value).count()
    references = {case.reference for case in cases}
    paid = len(world.simulators.truth("payout"))
    if unfinished or paid < len(references):
        raise RuntimeError(f"{unfinished} of {len(cases)} closings did not end")


def _floor(workers: int) -> float:
    place = settings.DATABASES["default"]
    conninfo = f"host='{place['HOST']}' user={place['USER']} dbname={place['NAME']}"
    with psycopg.connect(conninfo) as connection:
        prepare(connection, lines=FLOOR)
    share = FLOOR // workers
    began = time.perf_counter()
    forked(workers, lambda number: _close_share(conninfo, number, share))
    return share * workers / (time.perf_counter() - began)


def _close_share(conninfo: str, number: int, share: int) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("SET search_path TO floor")
        life = CaseLife(connection)
        for line in range(number * share + 1, (number + 1) * share + 1):
            life.close(f"1300{line:07d}")


def forked(workers: int, do: Callable[[int], None]) -> None:
    """Do something in so many processes at once and wait for all."""
    connections.close_all()
    children = []
    for number in range(workers):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                do(number)
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    for child in children:
        _, status = os.waitpid(child, 0)
        if status != 0:
            raise RuntimeError("a process failed")
