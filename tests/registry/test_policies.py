"""Published rules never change; working days come from the table."""

from datetime import UTC, date, datetime

import pytest

from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.profile import ProfileRefused
from xiaohu.registry import calendars, policies
from xiaohu.registry.models import CalendarDay, PolicyVersion
from xiaohu.registry.policies import NoPolicy, VersionTaken

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ADMIN = Actor(ActorKind.ADMIN, "command line")
GENERIC = policies.shipped("generic-cn")


def publish(toml: str) -> PolicyVersion:
    """Publish for the demo operator."""
    return policies.publish(operator="demo", toml=toml, actor=ADMIN, now=NOON)


def test_puts_a_profile_in_force() -> None:
    published = publish(GENERIC)
    assert policies.in_force("demo").pk == published.pk
    assert policies.profile(published.pk).cooling_off.days == 3


def test_the_same_again_changes_nothing() -> None:
    assert publish(GENERIC).pk == publish(GENERIC).pk


def test_a_version_never_changes() -> None:
    publish(GENERIC)
    with pytest.raises(VersionTaken):
        publish(GENERIC.replace("days = 3", "days = 4", 1))


@pytest.mark.parametrize(
    "toml", ["key = ", GENERIC.replace("working_days = 3", "working_days = 16")]
)
def test_refuses_what_is_unreadable_or_unlawful(toml: str) -> None:
    with pytest.raises(ProfileRefused):
        publish(toml)


def test_says_when_nothing_was_published() -> None:
    with pytest.raises(NoPolicy):
        policies.in_force("nobody")


def test_counts_working_days_from_the_table_and_keeps_corrections() -> None:
    calendars.seed(today=date(2026, 11, 23))
    assert calendars.working().add(date(2026, 9, 28), 3).on == date(2026, 10, 8)
    assert calendars.working().add(date(2026, 12, 30), 5).provisional
    CalendarDay.objects.filter(day=date(2026, 10, 8)).delete()
    CalendarDay.objects.create(day=date(2026, 10, 8), working=False)
    calendars.seed(today=date(2026, 11, 23))
    assert calendars.working().add(date(2026, 9, 28), 3).on > date(2026, 10, 8)
