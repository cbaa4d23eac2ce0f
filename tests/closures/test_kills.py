"""A worker killed at any point: the next one ends the closing as if nothing had happened.

Every fault point is enumerated from the registry and every one must be reached.
"""

import csv
import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models.functions import Now
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from tests.processes import Simulators, forked
from tests.stories import World, closing_of, document_of, set_up_rows
from xiaohu.closures import alarms, drafting
from xiaohu.closures.models import Case, Closing, DocumentKind
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.gateways import http
from xiaohu.queue import clock, faults
from xiaohu.queue.faults import Fault
from xiaohu.registry import demo_data
from xiaohu.registry.models import Line
from xiaohu.settlement import ledger
from xiaohu.trail import checkpoints, sequencer

pytestmark = [
    pytest.mark.kill,
    pytest.mark.django_db(transaction=True, databases=["default", "keystore"]),
]

POINTS = sorted(faults.POINTS)
TODAY = date(2026, 11, 23)
EVERYTHING = ["bill", "disconnect", "end_filing", "freeze", "prepare", "quarantine"]


@pytest.fixture(scope="module")
def simulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulators]:
    """Simulators as processes, with a line for every point."""
    folder = tmp_path_factory.mktemp("outside")
    export = folder / "lines.csv"
    demo_data.write(path=export, lines=900, seed=3, today=TODAY)
    made = Simulators(folder, export)
    made.start()
    yield made
    http._pool(os.getpid()).close()
    http._pool.cache_clear()
    made.stop()


@pytest.fixture(scope="module")
def numbers(simulators: Simulators) -> Iterator[str]:
    """Clean lines with an outbound filing and some money, each taken once."""
    with simulators.inventory.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return iter(
        f"+86{row['number']}"
        for row in rows
        if demo_data.is_clean(row) and row["filing"] and float(row["cash_yuan"]) < 1000
    )


@pytest.fixture
def world(simulators: Simulators) -> World:
    """An operator with rules and lines, reached through real processes."""
    clock.forget()
    return set_up_rows(simulators.inventory, now=datetime.now(UTC))


def work() -> None:
    """Be a real worker for one round: sweep, then every job there is."""
    clock.forget()
    assert isinstance(app.connector, DjangoConnector)
    alarms.sweep(now=clock.now())
    with app.replace_connector(app.connector.get_worker_connector()) as working:
        working.run_worker(concurrency=1, wait=False, listen_notify=False, delete_jobs="always")


def dying_at(point: str) -> None:
    """Work until the fault point kills this process."""
    faults.arm(point, Fault.KILL)
    work()


def let_time_pass() -> None:
    """Let leases run out and a minute go by, as they would in a minute."""
    Closing.objects.update(lease_until=Now() - timedelta(seconds=1))
    clock.move(by=timedelta(minutes=1, seconds=5))


def finish(case: Case) -> None:
    """Let fresh workers go on until the case ends."""
    for _ in range(12):
        let_time_pass()
        assert forked(work) == 0
        case.refresh_from_db()
        if case.state == CaseState.DONE:
            return
    raise AssertionError(f"{case.state} at {closing_of(case).step}: {closing_of(case).trouble}")


def require_one_of_everything(simulators: Simulators, line: Line, case: Case) -> None:
    """Compare our rows with what really happened outside."""
    orders = [
        record["kind"]
        for record in simulators.truth("operator")
        if record["subscription_id"] == line.subscription_id and record["kind"] != "rehearsal"
    ]
    assert sorted(orders) == EVERYTHING
    closing = closing_of(case)
    settled = ledger.of_closing(closing.pk)
    assert settled is not None
    effect = str(ledger.refund_effect_of(closing.pk))
    paid = [p["amount_fen"] for p in simulators.truth("payout") if p["key"] == effect]
    assert paid == [settled.refunded_fen] == [settled.refundable_fen]
    assert ErasureReceipt.objects.filter(pk=closing.pk).count() == 1
    assert document_of(case, DocumentKind.CERTIFICATE) is not None
    assert document_of(case, DocumentKind.STATEMENT) is not None
    while sequencer.run_once():
        pass
    assert checkpoints.verify_all().broken == ()


@pytest.mark.parametrize("point", POINTS)
def test_ends_like_an_undisturbed_run(
    world: World, simulators: Simulators, numbers: Iterator[str], point: str
) -> None:
    kill_and_finish(world, simulators, next(numbers), point)


@pytest.mark.nightly
@pytest.mark.parametrize("turn", range(5))
@pytest.mark.parametrize("point", POINTS)
def test_ends_so_every_time(
    world: World, simulators: Simulators, numbers: Iterator[str], point: str, turn: int
) -> None:
    kill_and_finish(world, simulators, next(numbers), point)


def kill_and_finish(world: World, simulators: Simulators, number: str, point: str) -> None:
    """Kill a worker at a point, let others finish, and compare with the truth."""
    line = world.line(number)
    simulators.change(line.subscription_id, open_order=True)
    case = world.ready(number, scope=Scope.BOTH)
    drafting.choose(case_id=case.pk, check=CheckCode.OPEN_ORDER, choice=Choice.CANCEL_ORDER)
    world.submit(case)
    clock.move(by=timedelta(days=3, minutes=1))
    before = len(simulators.truth("payout"))
    assert forked(lambda: dying_at(point)) == -signal.SIGKILL, f"{point} was not reached"
    finish(case)
    require_one_of_everything(simulators, line, case)
    assert len(simulators.truth("payout")) == before + 1


def test_a_misspelt_point_stops_the_start() -> None:
    with pytest.raises(faults.UnknownPoint):
        faults.arm_from("refund.after_cal:kill")


def test_faults_are_read_from_their_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_armed", {})
    faults.arm_from("settle.before_commit:raise, refund.after_call")
    with pytest.raises(faults.FaultRaised):
        faults.hit("settle.before_commit")
    faults.hit("settle.before_commit")
