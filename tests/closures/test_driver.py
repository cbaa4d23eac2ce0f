"""The worker's turn: early, twice or late it does no harm, and jobs are only hints."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import Model
from django.db.models.functions import Now

from tests.closures.states import case_in, fails, traces, with_something_chosen
from tests.stories import CLEAN, EMPTY, World, closing_of
from xiaohu.closures import alarms, driver, jobs, work
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.steps import STEPS
from xiaohu.closures.work import Progress, Work
from xiaohu.core.states import TERMINAL, CaseState
from xiaohu.core.steps import Scope, Step
from xiaohu.gateways import http
from xiaohu.gateways.http import Reply
from xiaohu.queue import clock, engine, lease, retry
from xiaohu.queue.lease import LeaseLost

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
KINDS = ["freeze", "disconnect", "end_filing", "quarantine", "bill"]


def happened(world: World) -> list[str]:
    """Return what the operator really did."""
    kinds = [record["kind"] for record in world.outside.truth("operator")]
    return [kind for kind in kinds if kind != "rehearsal"]


def advance(world: World, closing_id: UUID) -> None:
    """Let a worker have one turn."""
    driver.advance(closing_id=closing_id, clock=world.clock)


def without_lease(*seen: object) -> list[object]:
    """Return what was seen of a case, apart from the number of its lease."""
    return [
        {name: value for name, value in part.items() if name != "lease"}
        if isinstance(part, dict)
        else part
        for part in seen
    ]


def taken_over(closing: Closing) -> None:
    """Let another worker take a closing whose lease ran out."""
    Closing.objects.filter(pk=closing.pk).update(lease_until=Now())
    assert lease.take(Closing, closing.pk) is not None


def columns(row: Model | None) -> dict[str, object] | None:
    """Return what a row holds; None where there is none."""
    fields = row._meta.concrete_fields if row is not None else ()
    return {field.attname: getattr(row, field.attname) for field in fields} or None


@pytest.mark.parametrize("scope", [Scope.LINE, Scope.ACCOUNT])
def test_sees_a_closing_as_it_is_stored(
    world: World, scope: Scope, django_assert_num_queries: Any
) -> None:
    closing = closing_of(world.draft(scope=scope))
    stored = [closing, closing.case, closing.case.holder, closing.line]
    with django_assert_num_queries(1):
        seen = work.see(closing.pk)
        read = [seen, seen.case, seen.case.holder, seen.line]
    assert [columns(row) for row in read] == [columns(row) for row in stored]
    assert (seen.line is None) == (scope is Scope.ACCOUNT)


@pytest.mark.parametrize("state", [s for s in CaseState if s not in TERMINAL])
def test_does_nothing_early(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = without_lease(*traces(case))
    for _ in range(3):
        advance(world, closing_of(case).pk)
    assert without_lease(*traces(case)) == before


@pytest.mark.parametrize("state", sorted(TERMINAL))
def test_does_nothing_late(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    before = without_lease(*traces(case))
    advance(world, closing_of(case).pk)
    assert without_lease(*traces(case)) == before


def test_does_nothing_for_a_closing_there_is_not(world: World) -> None:
    advance(world, uuid4())
    assert happened(world) == []


def test_carries_a_closing_from_begin_to_end_in_one_turn(world: World) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    advance(world, closing_of(case).pk)
    closing = closing_of(case)
    assert (closing.is_open, closing.lease_until) == (False, None)
    assert happened(world) == KINDS


def test_does_nothing_twice(world: World) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    for _ in range(2):
        advance(world, closing_of(case).pk)
    assert happened(world) == KINDS
    assert len(world.outside.truth("payout")) == 1


def test_leaves_a_closing_to_the_worker_that_has_it(world: World) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    assert lease.take(Closing, closing_of(case).pk) is not None
    advance(world, closing_of(case).pk)
    case.refresh_from_db()
    assert case.state == CaseState.SCHEDULED
    assert alarms.due(now=world.now) == []


def test_goes_on_when_the_other_worker_died(world: World) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    closing = closing_of(case)
    lease.take(Closing, closing.pk)
    Closing.objects.filter(pk=closing.pk).update(lease_until=Now() - timedelta(seconds=1))
    world.work()
    assert not closing_of(case).is_open


def test_writes_nothing_once_its_lease_was_taken(world: World) -> None:
    case = world.submitted()
    closing = closing_of(case)
    held = lease.take(Closing, closing.pk)
    assert held is not None
    mine = Work(closing_id=closing.pk, lease=held, clock=world.clock, seen=work.see(closing.pk))
    taken_over(closing)
    before = traces(case)
    with pytest.raises(LeaseLost), mine.transaction() as written:
        work.wait_until(written, world.now)
    assert traces(case) == before


def test_records_nothing_when_taken_over_during_a_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.submitted()
    closing = closing_of(case)
    world.clock.pass_(days=3)
    really = http.call
    seen: list[object] = []

    def slow(base_url: str, method: str, path: str, **rest: Any) -> Reply:
        answer = really(base_url, method, path, **rest)
        if path == "/orders" and not seen:
            taken_over(closing)
            seen.append(traces(case))
        return answer

    monkeypatch.setattr(http, "call", slow)
    advance(world, closing.pk)
    assert [traces(case)] == seen
    assert happened(world) == ["freeze"]
    Closing.objects.update(lease_until=None)
    world.work_until(lambda: not closing_of(case).is_open)
    assert happened(world) == KINDS


def test_lets_others_go_on_past_a_bad_closing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = world.submitted(CLEAN), world.submitted(EMPTY)
    world.clock.pass_(days=3)
    certify = STEPS[Step.CERTIFY]

    def failing(turn: Work) -> Progress:
        if turn.seen.case_id == bad.pk:
            raise ZeroDivisionError("13000000001")
        return certify(turn)

    monkeypatch.setitem(STEPS, Step.CERTIFY, failing)
    world.work()
    closing = closing_of(bad)
    assert (closing.trouble, closing.attempts) == ("ZeroDivisionError", 1)
    assert not closing_of(good).is_open


@pytest.mark.parametrize("step", Step)
def test_gives_a_step_that_always_fails_to_people(
    world: World, monkeypatch: pytest.MonkeyPatch, step: Step
) -> None:
    monkeypatch.setitem(STEPS, step, fails)
    case = with_something_chosen(world)
    world.clock.pass_(days=3, minutes=1)
    for _ in range(90):
        world.clock.pass_(minutes=1)
        world.work()
    closing = closing_of(case)
    assert (closing.owner, closing.attempts) == (HumanQueue.OPERATIONS, retry.TRIES)
    assert (closing.step, closing.trouble) == (step, "RuntimeError")
    monkeypatch.setitem(STEPS, step, _original[step])
    alarms.set_due(case, at=world.now, now=world.now)
    world.work_until(lambda: not closing_of(case).is_open)
    assert happened(world) == ["prepare", *KINDS]
    assert len(world.outside.truth("payout")) == 1


_original: dict[Step, Callable[[Work], Progress]] = dict(STEPS)


def test_says_nothing_of_a_person_in_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(_turn: Work) -> Progress:
        raise ValueError("+8613000000001")

    monkeypatch.setitem(STEPS, Step.SETTLE, failing)
    world.close()
    assert "ValueError" in caplog.text
    assert "13000000001" not in caplog.text


def hinted_at(monkeypatch: pytest.MonkeyPatch) -> list[list[UUID]]:
    """Return what jobs would carry; none is made."""
    jobs_: list[list[UUID]] = []
    monkeypatch.setattr(
        engine, "defer_each", lambda _, jobs: jobs_.extend(job["closing_ids"] for job in jobs)
    )
    return jobs_


def test_needs_no_jobs_at_all(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "defer", lambda *_, **__: None)
    hinted_at(monkeypatch)
    case = world.close()
    assert case.state == CaseState.DONE


def test_finds_again_what_lost_its_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hinted = hinted_at(monkeypatch)
    case = world.submitted()
    assert alarms.sweep(now=world.now) == 0
    world.clock.pass_(days=3)
    assert alarms.sweep(now=world.now) == 1
    assert hinted == [[closing_of(case).pk]]


def test_one_job_carries_several_closings(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    hinted = hinted_at(monkeypatch)
    monkeypatch.setattr(clock, "now", world.clock)
    cases = [world.submitted(CLEAN), world.submitted(EMPTY)]
    world.clock.pass_(days=3)
    assert alarms.sweep(now=world.now) == len(cases)
    (together,) = hinted
    jobs.advance_several([str(closing_id) for closing_id in together])
    assert not any(closing_of(case).is_open for case in cases)


def test_adds_no_jobs_to_a_full_table(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.submitted()
    world.clock.pass_(days=3)
    monkeypatch.setattr(engine, "waiting", lambda _task: engine.BACKLOG)
    assert alarms.sweep(now=world.now) == 0


def test_what_was_left_behind_goes_before_all_that_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once: list[UUID] = []
    monkeypatch.setattr(
        engine, "defer", lambda _, *, first, closing_id: at_once.append(closing_id) if first else 0
    )
    hinted = hinted_at(monkeypatch)
    begun, waits = closing_of(world.submitted(CLEAN)), closing_of(world.submitted(EMPTY))
    world.clock.pass_(days=3)
    lease.take(Closing, begun.pk, seconds=0)  # by a worker that died at once
    assert alarms.sweep(now=world.now) == 2
    assert (at_once, hinted) == ([begun.pk], [[waits.pk]])
    monkeypatch.setattr(engine, "waiting", lambda _task: engine.BACKLOG)
    assert alarms.sweep(now=world.now) == 1
    assert (at_once, hinted) == ([begun.pk] * 2, [[waits.pk]])


def test_changes_nothing_when_every_job_comes_five_times(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinted = hinted_at(monkeypatch)
    cases = [world.submitted(CLEAN), world.submitted(EMPTY)]
    world.clock.pass_(days=3)
    for _ in range(60):
        alarms.sweep(now=world.now)
        for closing_id in [*{each for job in hinted for each in job}] * 5:
            advance(world, closing_id)
        world.clock.pass_(seconds=10)
    assert not any(closing_of(case).is_open for case in cases)
    assert sorted(happened(world)) == sorted(KINDS * 2)
    assert len(world.outside.truth("payout")) == 1


@pytest.mark.parametrize("died", [4, 5])
def test_keeps_apart_what_ended_five_workers_in_a_row(world: World, died: int) -> None:
    case = world.submitted()
    world.clock.pass_(days=3)
    over = Now() - timedelta(seconds=1)
    Closing.objects.filter(case=case).update(fallen=died - 1, lease_until=over)
    advance(world, closing_of(case).pk)
    kept = closing_of(case)
    quarantined = (HumanQueue.OPERATIONS, driver.KILLS_WORKERS, True)
    assert (kept.owner, kept.trouble, kept.is_open) == (
        quarantined if died == driver.QUARANTINED_AFTER else ("", "", False)
    )
    assert kept.fallen == 0
    assert happened(world) == ([] if kept.is_open else KINDS)


@pytest.mark.parametrize("state", [CaseState.IN_REVIEW, CaseState.REFUND_ATTENTION])
def test_carries_nothing_on_that_waits_for_people(world: World, state: CaseState) -> None:
    case = case_in(world, state)
    Closing.objects.filter(case=case).update(next_action_at=world.now)
    before = without_lease(*traces(case))
    advance(world, closing_of(case).pk)
    assert without_lease(*traces(case)) == before


def test_pays_nothing_before_the_account_is_settled(world: World) -> None:
    case = case_in(world, CaseState.SETTLING)
    early = {"step": Step.REFUND.value, "next_action_at": world.now, "owner": "", "trouble": ""}
    Closing.objects.filter(case=case).update(**early)
    advance(world, closing_of(case).pk)
    assert closing_of(case).trouble == "LookupError"
    assert world.outside.truth("payout") == []


def test_pays_nothing_of_a_closing_that_ended_and_nobody_claims(world: World) -> None:
    case = case_in(world, CaseState.DONE)
    Closing.objects.filter(case=case).update(next_action_at=world.now)
    before = without_lease(*traces(case))
    advance(world, closing_of(case).pk)
    assert without_lease(*traces(case)) == before


def test_goes_on_where_everything_that_was_chosen_is_done(world: World) -> None:
    case = case_in(world, CaseState.EXECUTING)
    again = {"step": Step.PREPARE.value, "next_action_at": world.now, "owner": "", "trouble": ""}
    Closing.objects.filter(case=case).update(**again)
    advance(world, closing_of(case).pk)
    assert closing_of(case).step != Step.PREPARE
    assert "prepare" not in happened(world)
