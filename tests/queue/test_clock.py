"""Business time moves ahead in demo mode only, and the engine keeps its word about transactions."""

import contextlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from xiaohu.queue import clock, engine, heartbeat, retry
from xiaohu.queue.clock import ClockFixed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    clock.forget()


def test_moves_ahead() -> None:
    moved = clock.move(by=timedelta(days=3))
    assert moved - datetime.now(UTC) > timedelta(days=2, hours=23)
    clock.move(by=timedelta(days=1))
    assert clock.now() - datetime.now(UTC) > timedelta(days=3, hours=23)


def test_never_moves_back() -> None:
    with pytest.raises(ClockFixed):
        clock.move(by=timedelta(seconds=-1))


def test_stands_fast_outside_demo_mode(settings: Settings) -> None:
    settings.XIAOHU = SimpleNamespace(demo=False)
    with pytest.raises(ClockFixed):
        clock.move(by=timedelta(days=1))
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_a_job_deferred_in_a_transaction_goes_back_with_it() -> None:
    with contextlib.suppress(RuntimeError), transaction.atomic():
        engine.defer("nobody.listens", thing_id=uuid4())
        raise RuntimeError
    assert engine.waiting("nobody.listens") == 0
    engine.defer("nobody.listens", thing_id=uuid4())
    assert engine.waiting("nobody.listens") == 1


def test_a_heartbeat_counts_for_a_minute() -> None:
    assert not heartbeat.any_alive()
    heartbeat.beat("worker-1")
    assert heartbeat.any_alive()


def test_pauses_grow_to_a_cap() -> None:
    assert retry.wait_before(1) <= timedelta(seconds=6.25)
    assert timedelta(minutes=11) < retry.wait_before(50) <= retry.LONGEST * 1.25
