"""The long forms: real workers killed at random, databases that crash, races two hundred times each.

`make nightly` runs them with everything else; `python -m tests.faults --seed N` runs only these.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import test_callbacks as callbacks
from tests.faults import test_model as model
from tests.faults import test_money_races as money_races
from tests.faults import test_races as races
from tests.faults.outside import Outside
from tests.stories import World

pytestmark = [pytest.mark.nightly, pytest.mark.kill, pytest.mark.timeout(3600)]
RACES_EACH = 200
# Two lines of five can be used.
LINES = 3 * RACES_EACH * (len(races.RACES) + len(money_races.BOUTS))
ROOT = Path(__file__).parents[2]


def test_the_money_ends_where_it_belongs_ten_thousand_times() -> None:
    model.examine(10_000)


def test_the_end_does_not_depend_on_when_callbacks_come_ten_thousand_times() -> None:
    callbacks.permute(10_000)


@pytest.mark.django_db
def test_each_event_is_kept_once_two_thousand_times() -> None:
    callbacks.shuffle(2_000)


def chaos(*asked: str) -> None:
    """Let a process with clusters of its own do it."""
    command = [sys.executable, "-m", "tests.faults.chaos", *asked]
    subprocess.run(command, cwd=ROOT, check=True, timeout=3500)


def test_a_thousand_killed_workers_lose_and_double_nothing() -> None:
    chaos("--kills", "1000")


def test_twenty_crashes_of_a_database_lose_nothing_acknowledged() -> None:
    chaos("--crashes", "20")


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
@pytest.mark.parametrize("name", races.RACES)
def test_one_wins_every_time(
    world: World, outside: Outside, numbers: Iterator[str], name: str
) -> None:
    race = races.RACES[name]
    races.run(race, name, RACES_EACH, world=world, outside=outside, numbers=numbers)


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
@pytest.mark.parametrize("name", money_races.BOUTS)
def test_money_goes_once_or_not_at_all_every_time(
    world: World, outside: Outside, numbers: Iterator[str], name: str
) -> None:
    bout = money_races.BOUTS[name]
    money_races.run(bout, name, RACES_EACH, world=world, outside=outside, numbers=numbers)
