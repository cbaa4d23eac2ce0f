"""`xiaohu retention`: kept records listed, destroyed, held and opened from a terminal, by two proved people."""

import json
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner, Result

from tests.ops.conftest import PASSWORD
from tests.stories import World
from xiaohu.access import mfa
from xiaohu.access.models import StaffUser
from xiaohu.closures.models import Case
from xiaohu.core.retention import Category
from xiaohu.ops import worker
from xiaohu.ops.cli import app
from xiaohu.queue import clock
from xiaohu.vault.models import BucketRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
OK, REFUSED, PARTLY = 0, 5, 6
ORDER = ("--authority", "示例公信〔2026〕12号")


@pytest.fixture
def case(world: World, monkeypatch: pytest.MonkeyPatch) -> Case:
    """A closed case, seen by commands at the time of the world."""
    monkeypatch.setattr(clock, "now", lambda: world.now)
    return world.close()


def run(*arguments: object, by: str = "") -> Result:
    """Run a command in English, as somebody."""
    typed = ""
    if by:
        officer = StaffUser.objects.get(username=by)
        mfa.enrol(officer)  # A code works once, and half a minute is long.
        typed = f"{PASSWORD}\n{mfa.current_code(officer)}\n"
        arguments = (*arguments, "--by", by)
    return CliRunner().invoke(app, ["retention", *map(str, arguments), "--lang", "en"], input=typed)


def said(answer: Result) -> str:
    """Return the last line of a result."""
    assert answer.exit_code == OK, answer.output
    return answer.stdout.splitlines()[-1]


def asked_id(answer: Result) -> str:
    """Return the id of what was just asked for."""
    assert answer.exit_code == OK, answer.output
    return next(word for word in answer.stdout.split() if word.count("-") == 4)


def wind_to(world: World, day: date) -> None:
    """Let time pass until a day."""
    world.clock.at += timedelta(days=(day - world.now.date()).days)


def test_nothing_ends_soon_after_a_closing(case: Case) -> None:
    assert run("list").stdout == "Nothing ends within 60 days\n"


def test_a_month_is_destroyed_once_two_agree_and_it_is_over(world: World, case: Case) -> None:
    until = BucketRecord.objects.get(category=Category.SERVICE_NUMBER).until
    wind_to(world, until - timedelta(days=20))
    listed = json.loads(run("list", "--json").stdout)["months"]
    assert {
        "category": "service_number",
        "until": f"{until}",
        "records": 1,
        "held": 0,
        "over": False,
    } in listed
    wanted = asked_id(run("destroy", "service_number", until, by="lin"))
    assert f"{wanted}  destroy  asked by lin, waits for another person" in run("list").stdout
    same = run("agree", wanted, by="lin")
    assert (same.exit_code, "Whoever asked cannot agree" in same.stderr) == (REFUSED, True)
    agreed = run("agree", wanted, by="zhao")
    assert said(agreed) == f"Agreed; destroyed by itself after {until}"
    wind_to(world, until + timedelta(days=1))
    late = run("list")
    assert (late.exit_code, "registration_identity" in late.stdout) == (PARTLY, True)
    for beat in worker.beats():
        if beat.seconds == 600:
            beat.do()
    assert not BucketRecord.objects.filter(category=Category.SERVICE_NUMBER).exists()
    assert "service_number" not in run("list").stdout


def test_an_authority_reads_through_two_people(world: World, case: Case) -> None:
    wanted = asked_id(run("open", case.reference, *ORDER, by="lin"))
    assert run("read", wanted, by="lin").exit_code == REFUSED
    assert said(run("agree", wanted, by="zhao")) == "Done, records: 4"
    wind_to(world, world.now.date())
    read = run("read", wanted, by="lin")
    assert "13000000001" in read.stdout


def test_a_hold_is_asked_for_and_dropped(case: Case) -> None:
    wanted = asked_id(run("hold", case.reference, *ORDER, by="lin"))
    assert run("drop", wanted, by="zhao").exit_code == OK
    assert not BucketRecord.objects.exclude(hold=None).exists()
    again = asked_id(run("hold", case.reference, *ORDER, by="lin"))
    assert said(run("agree", again, by="zhao")) == "Done, records: 4"
    assert BucketRecord.objects.exclude(hold=None).count() == 4
    assert f"{again}  held for {ORDER[1]}, records: 4" in run("list").stdout
    (held,) = json.loads(run("list", "--json").stdout)["holds"]
    assert held == {"id": again, "authority": ORDER[1], "records": 4}
    end = asked_id(run("release", again, *ORDER, by="zhao"))
    assert said(run("agree", end, by="lin")) == "Done, records: 4"
    assert not BucketRecord.objects.exclude(hold=None).exists()
    gone = run("release", again, *ORDER, by="lin")
    assert (gone.exit_code, "no such hold" in gone.stderr) == (REFUSED, True)


@pytest.mark.parametrize("reference", ["XH-2611-7K3M-9Q", "nonsense"])
@pytest.mark.usefixtures("case")
def test_an_unknown_case_keeps_nothing(reference: str) -> None:
    answer = run("open", reference, *ORDER, by="lin")
    assert answer.exit_code == REFUSED
    assert "Nothing is kept of this" in answer.stderr
