"""The worker: jobs as they come, and a few beats that never depend on a job."""

import gc
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from os import getpid
from socket import gethostname

from django.conf import settings
from django.db import close_old_connections
from procrastinate import BaseConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from xiaohu.access import codes, counters, sessions, tickets
from xiaohu.assistance import purging as asked
from xiaohu.closures import (
    alarms,
    claiming,
    clearing_documents,
    clearing_pictures,
    deadlines,
    erasing_later,
    matching,
    minding,
    purging,
    recalling,
    reconciling,
    refund_due,
    sitting,
    starting,
    unanswered,
)
from xiaohu.core.calendar import day_of
from xiaohu.erasure import kept
from xiaohu.exports import copies, making
from xiaohu.gateways import callbacks, sight
from xiaohu.notices import outbox, reports
from xiaohu.ops import restored, statements
from xiaohu.ops.keyring import require_whole
from xiaohu.ops.reachable import require_known_faults
from xiaohu.ops.sentences import CannotStart
from xiaohu.queue import clock, engine, heartbeat
from xiaohu.registry import calendars
from xiaohu.trail import checkpoints, monitoring, sequencer
from xiaohu.vault import epochs, journal, orphans

logger = logging.getLogger(__name__)
CONCURRENCY = 2
NAME = f"{gethostname()}-{getpid()}"[:64]


@dataclass(slots=True)
class Beat:
    """Something done every so many seconds."""

    seconds: float
    do: Callable[[], object]
    due: float = 0.0


def _clean_up() -> None:
    now = clock.now()
    codes.delete_past(now=now)
    tickets.delete_past(now=now)
    counters.forget_past(now=now)
    callbacks.forget_heard()
    sessions.delete_idle()
    engine.delete_finished()


def _look_at_calendar() -> None:
    """Take over years the library has learned, count again, and warn while next year is missing."""
    now = clock.now()
    calendars.seed(today=day_of(now))
    deadlines.recompute(now=now)
    year = calendars.missing_year(today=day_of(now))
    if year is not None:
        logger.warning("the working days of %s are not known: xiaohu calendar load FILE", year)


def beats() -> list[Beat]:
    """Return every beat; each one failing leaves the others going."""
    return [
        Beat(1, sequencer.run_once),
        Beat(10, lambda: heartbeat.beat(NAME)),
        Beat(10, lambda: alarms.sweep(now=clock.now())),
        Beat(10, lambda: matching.take_in(now=clock.now())),
        Beat(60, lambda: checkpoints.sign(now=clock.now())),
        Beat(60, lambda: monitoring.look(now=clock.now())),
        Beat(600, lambda: purging.purge(now=clock.now())),
        Beat(600, lambda: purging.forget_fingerprints(now=clock.now())),
        Beat(600, lambda: clearing_pictures.drop_due(now=clock.now())),
        Beat(600, lambda: clearing_documents.clear_due(now=clock.now())),
        Beat(600, lambda: asked.purge(now=clock.now())),
        Beat(600, lambda: minding.remind(now=clock.now())),
        Beat(600, lambda: minding.apologise(now=clock.now())),
        Beat(600, lambda: copies.expire(now=clock.now())),
        Beat(600, lambda: recalling.recall(now=clock.now())),
        Beat(600, lambda: refund_due.apologise(now=clock.now())),
        Beat(600, lambda: unanswered.remind(now=clock.now())),
        Beat(600, lambda: unanswered.give_up(now=clock.now())),
        Beat(3600, lambda: claiming.note_late(now=clock.now())),
        Beat(3600, lambda: restored.forget_if_restored(now=clock.now())),
        Beat(3600, lambda: sitting.forget(now=clock.now())),
        Beat(600, _clean_up),
        Beat(60, journal.ship),
        Beat(600, lambda: kept.carry_out(now=clock.now())),
        Beat(24 * 3600, _look_at_calendar),
        Beat(24 * 3600, lambda: starting.start_arrears(now=clock.now())),
    ]


def run() -> None:
    """Work until stopped."""
    gc.collect()
    gc.freeze()  # What is loaded stays; looking through it again and again takes a tenth of the time.
    if settings.XIAOHU.faults and settings.XIAOHU.demo:
        require_known_faults(settings.XIAOHU.faults)
    stop = threading.Event()
    # What asks others or may take long has a thread of its own, and holds up no other beat.
    epoch = timedelta(days=settings.XIAOHU.epoch_days)
    asking = {
        "messages": [Beat(0.3, _send_messages), Beat(30, lambda: reports.ask(now=clock.now()))],
        "neighbours": [Beat(60, lambda: sight.look(now=clock.now()))],
        "outside": [Beat(600, lambda: erasing_later.erase_due(now=clock.now()))],
        "copies": [Beat(0.5, _make_copies)],
        "keys": [
            Beat(10, lambda: epochs.keep_fresh(every=epoch, first=require_whole)),
            Beat(600, partial(_sweep_keys, orphans.Sweep())),
        ],
        "log": [Beat(600, lambda: monitoring.verify_when_due(now=clock.now()))],
        "money": [Beat(30, _read_statements), Beat(600, _reconcile)],
    }
    for name, due in {"beats": beats(), **asking}.items():
        threading.Thread(target=_tick, args=(stop, due), name=name, daemon=True).start()
    try:
        with app.replace_connector(_connector()) as working:
            working.run_worker(
                concurrency=CONCURRENCY,
                wait=True,
                delete_jobs="always",
                fetch_job_polling_interval=1.0,
            )
    finally:
        stop.set()


def _connector() -> BaseConnector:
    """Return a connection of the engine's own: Django's cannot wait for news."""
    if not isinstance(app.connector, DjangoConnector):
        raise TypeError("the engine is set up by Django")
    return app.connector.get_worker_connector()


def _send_messages() -> None:
    while outbox.flush(now=clock.now()):
        pass


def _make_copies() -> None:
    while making.make_one(now=clock.now()):
        pass


def _sweep_keys(sweep: Callable[[], int]) -> None:
    """Sweep orphans, unless the log is shorter than its notes: then their rows may yet be restored."""
    if monitoring.whole():
        sweep()


def _read_statements() -> None:
    statements.take_folder(
        settings.XIAOHU.statements, operator=settings.XIAOHU.operator, now=clock.now()
    )


def _reconcile() -> None:
    reconciling.daily(operator=settings.XIAOHU.operator, now=clock.now())


def _tick(stop: threading.Event, due: list[Beat]) -> None:
    while not stop.wait(0.2):
        for beat in due:
            if time.monotonic() >= beat.due:
                beat.due = time.monotonic() + beat.seconds
                _safely(beat.do)


def _safely(do: Callable[[], object]) -> None:
    close_old_connections()
    try:
        do()
    except CannotStart as reason:
        logger.warning("%s", reason)
    except Exception as error:  # noqa: BLE001 - one failing beat must not stop the others
        logger.warning("a beat failed: %s", type(error).__name__)
