"""Freezes and contracts decide on which day a line is closed, and whoever waits is told."""

from datetime import date, datetime, timedelta

import pytest

from tests.closures import rulings
from tests.stories import CLEAN, CONTRACT, World, closing_of
from xiaohu.closures import checking, deadlines, drafting, splitting, timing, withdrawing
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.calendar import end_of, start_of
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.steps import Scope
from xiaohu.registry import calendars
from xiaohu.registry.models import Line
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
CONTACT = "subscriber@example.com"


def waiting(world: World, case: Case) -> Case:
    """Choose to wait for the end of the contract, and give every answer."""
    drafting.choose(
        case_id=case.pk, check=CheckCode.CONTRACT_TERM, choice=Choice.WAIT_FOR_CONTRACT_END
    )
    world.answer(case)
    return case


def contract_end(world: World) -> date:
    """Return when the contract of the line with one ends."""
    case = world.draft(CONTRACT)
    (line,) = checking.run(case_id=case.pk, now=world.now).lines
    assert line.facts.contract_end_on is not None
    withdrawing.withdraw(
        case_id=case.pk, actor=Actor(ActorKind.SUBSCRIBER, str(case.prepared_by)), now=world.now
    )
    return line.facts.contract_end_on


def text_of(moment: datetime) -> str:
    """Return a moment as texts to phones show it."""
    return (moment + timedelta(hours=8)).strftime("%Y-%m-%d %H:%M")


def test_a_freeze_moves_the_time_and_the_text_says_so(world: World) -> None:
    world.clock.at = datetime.fromisoformat("2026-11-27T12:00:00+08:00")
    rulings.publish("2026.12", rulings.FREEZE, rulings.FROZEN, now=world.now)
    case = world.submitted()
    assert case.execute_at == start_of(date(2026, 12, 7))
    world.send_notices()
    assert text_of(case.execute_at) in world.outside.inbox(CONTACT)[0]


def test_what_comes_due_in_a_freeze_waits_for_its_end(world: World) -> None:
    world.clock.at = datetime.fromisoformat("2026-11-24T12:00:00+08:00")
    rulings.publish("2026.12", rulings.FREEZE, rulings.FROZEN, now=world.now)
    case = world.submitted()
    world.clock.at = datetime.fromisoformat("2026-11-30T08:00:00+08:00")
    world.work()
    case.refresh_from_db()
    assert (case.state, case.execute_at) == ("scheduled", start_of(date(2026, 12, 7)))
    assert "2026-12-07 00:00" in world.outside.inbox(CONTACT)[0]
    assert Event.objects.filter(action="postpone", case_id=case.pk).count() == 1
    world.clock.at = datetime.fromisoformat("2026-12-07T00:01:00+08:00")
    world.work()
    case.refresh_from_db()
    assert case.state == "done"


def test_a_line_that_waits_for_its_contract_is_closed_the_day_after(world: World) -> None:
    end = contract_end(world)
    case = world.submit(waiting(world, world.draft(CONTRACT)))
    assert case.execute_at == start_of(end + timedelta(days=1))
    world.send_notices()
    assert text_of(case.execute_at) in world.outside.inbox(CONTACT)[0]
    world.clock.pass_(days=4)
    world.work()
    assert closing_of(case).step == ""
    world.clock.at = case.execute_at + timedelta(minutes=1)
    world.work()
    case.refresh_from_db()
    assert case.state == "done"


def test_a_contract_that_ends_later_than_it_was_said_is_waited_for_again(world: World) -> None:
    end = contract_end(world)
    case = world.submit(waiting(world, world.draft(CONTRACT)))
    once_said = world.now + timedelta(days=5)
    Case.objects.filter(pk=case.pk).update(execute_at=once_said)
    Closing.objects.filter(case=case).update(next_action_at=once_said)
    world.clock.pass_(days=5, minutes=1)
    world.work()
    case.refresh_from_db()
    after = start_of(end + timedelta(days=1))
    assert (case.state, case.execute_at) == ("scheduled", after)
    assert text_of(after) in world.outside.inbox(CONTACT)[0]


def two_lines(world: World, scope: Scope = Scope.LINE) -> Case:
    """Open a draft for a clean line and one with a contract, of the same holder."""
    contract = world.line(CONTRACT)
    Line.objects.filter(pk=world.line(CLEAN).pk).update(holder_id=contract.holder_id)
    return drafting.open_case(
        subscriber=world.subscriber(CONTRACT),
        scope=scope,
        line_ids=[world.line(CLEAN).pk, contract.pk],
        language="zh-hans",
        now=world.now,
    )


def test_a_line_that_waits_goes_on_alone_and_the_others_do_not_wait(world: World) -> None:
    end = contract_end(world)
    case = world.submit(waiting(world, two_lines(world)))
    (apart,) = splitting.made_from(case)
    case.refresh_from_db()
    assert (case.size, case.execute_at) == (1, world.now + timedelta(days=3))
    assert (apart.state, apart.execute_at) == ("scheduled", start_of(end + timedelta(days=1)))
    due = dict(Closing.objects.values_list("line_id", "next_action_at").filter(is_open=True))
    assert due[world.line(CONTRACT).pk] == apart.execute_at
    assert due[world.line(CLEAN).pk] == case.execute_at
    world.send_notices()
    told = "".join(world.outside.inbox(CONTACT)[:2])
    assert case.reference in told
    assert apart.reference in told


def test_where_the_account_goes_too_all_lines_wait_for_the_last(world: World) -> None:
    end = contract_end(world)
    case = world.submit(waiting(world, two_lines(world, Scope.BOTH)))
    assert splitting.made_from(case) == []
    assert case.execute_at == start_of(end + timedelta(days=1))


def test_an_account_alone_waits_for_nothing(world: World) -> None:
    case = world.draft(scope=Scope.ACCOUNT)
    assert timing.earliest(case, accepted_at=world.now).at == world.now + timedelta(days=3)


def provisional(world: World) -> Case:
    """Return a case whose decision falls into a year not arranged yet."""
    world.clock.at = datetime.fromisoformat("2026-12-30T12:00:00+08:00")
    case = world.submitted("+8613000000002")
    assert (case.state, case.decision_provisional) == ("in_review", True)
    return case


def load_2027(world: World, *days: str) -> None:
    """Load the working days of 2027."""
    file = world.outside.folder / "2027.csv"
    file.write_text("\n".join(["day,working", *days]), encoding="utf-8")
    actor = Actor(ActorKind.ADMIN, "command line")
    calendars.load(path=file, operator="demo", actor=actor, now=world.now)


def test_a_provisional_deadline_becomes_firm_once_the_year_is_known(world: World) -> None:
    case = provisional(world)
    promised = case.decision_due_on
    assert deadlines.recompute(now=world.now) == 0
    load_2027(world, "2027-01-02,1")
    assert deadlines.recompute(now=world.now) == 1
    case.refresh_from_db()
    assert (case.decision_due_on, case.decision_provisional) == (date(2027, 1, 2), False)
    assert promised == date(2027, 1, 4)
    assert closing_of(case).owner_due_at == end_of(date(2027, 1, 2))
    assert Event.objects.get(action="recompute_deadline").evidence == {
        "promised": "2027-01-04",
        "due": "2027-01-02",
    }
    assert deadlines.recompute(now=world.now) == 0


def test_a_deadline_never_moves_beyond_what_was_promised(world: World) -> None:
    case = provisional(world)
    load_2027(world, "2027-01-01,0", "2027-01-04,0", "2027-01-05,0")
    deadlines.recompute(now=world.now)
    case.refresh_from_db()
    assert (case.decision_due_on, case.decision_provisional) == (date(2027, 1, 4), False)
