"""The desk is told while the working days of next year are due and missing."""

from datetime import UTC, datetime

import pytest

from tests.desk.officers import officer
from tests.portal.browser import words
from tests.stories import World
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.registry import calendars

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
NOTICE = "缺少 2027 年工作日"


def test_administrators_are_told_from_november_on(world: World) -> None:
    assert NOTICE in words(officer(world, "root", ActorKind.ADMIN).sign_in().open("/"))
    world.clock.at = datetime(2026, 10, 31, 4, tzinfo=UTC)
    assert NOTICE not in words(officer(world, "wu", ActorKind.ADMIN).sign_in().open("/"))


@pytest.mark.parametrize("role", [ActorKind.OFFICER, ActorKind.REVIEWER, ActorKind.FINANCE])
def test_who_cannot_load_it_is_not_told(world: World, role: ActorKind) -> None:
    assert NOTICE not in words(officer(world, "li", role).sign_in().open("/"))


def test_nobody_is_told_once_the_year_is_loaded(world: World) -> None:
    file = world.outside.folder / "2027.csv"
    file.write_text("day,working\n2027-01-01,0\n", encoding="utf-8")
    actor = Actor(ActorKind.ADMIN, "command line")
    calendars.load(path=file, operator="demo", actor=actor, now=world.now)
    assert NOTICE not in words(officer(world, "root", ActorKind.ADMIN).sign_in().open("/"))
