"""Incidents: opened, told of, closed once; what was said stays."""

from datetime import timedelta

import pytest

from tests.stories import ADMIN, OPERATOR, World
from xiaohu.assistance import incidents
from xiaohu.assistance.incidents import IncidentOver, IncidentUnknown
from xiaohu.assistance.models import Incident
from xiaohu.core.profile import Bilingual
from xiaohu.core.working import Part, Works

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
WORDS = Bilingual(
    zh="运营商系统维护，检查暂时查不到结果。", en="The operator's system is being serviced."
)


def opened(world: World, *parts: Part, works: Works = Works.SLOW) -> Incident:
    """Open an incident."""
    return incidents.open_incident(
        operator=OPERATOR,
        parts=parts or (Part.CHECKS,),
        works=works,
        words=WORDS,
        expected_at=world.now + timedelta(hours=2),
        actor=ADMIN,
        now=world.now,
    )


def test_an_open_incident_is_told_of_its_parts(world: World) -> None:
    opened(world, Part.REFUNDS, Part.CHECKS)
    opened(world, Part.CHECKS, works=Works.DOWN)
    shown = incidents.recent(OPERATOR, now=world.now)
    assert incidents.told(shown) == {Part.CHECKS: Works.DOWN, Part.REFUNDS: Works.SLOW}
    assert shown[1].parts == ["checks", "refunds"]
    assert incidents.recent("another", now=world.now) == []


def test_news_are_added_and_a_new_time_replaces_the_old_one(world: World) -> None:
    made = opened(world)
    later = world.now + timedelta(hours=5)
    given = {"operator": OPERATOR, "words": WORDS, "actor": ADMIN, "now": world.now}
    incidents.update(incident_id=made.pk, expected_at=later, **given)  # type: ignore[arg-type]
    row = incidents.update(incident_id=made.pk, expected_at=None, **given)  # type: ignore[arg-type]
    assert row.expected_at == later
    assert row.news.count() == 3
    with pytest.raises(IncidentUnknown):
        incidents.update(incident_id=made.pk + 1, expected_at=None, **given)  # type: ignore[arg-type]


def test_closed_once_and_shown_for_a_month(world: World) -> None:
    made = opened(world)
    given = {"operator": OPERATOR, "incident_id": made.pk, "words": WORDS, "actor": ADMIN}
    for _ in range(2):
        incidents.close(now=world.now, **given)  # type: ignore[arg-type]
    with pytest.raises(IncidentOver):
        incidents.update(now=world.now, expected_at=None, **given)  # type: ignore[arg-type]
    [row] = incidents.recent(OPERATOR, now=world.now)
    assert row.news.count() == 2
    assert incidents.told([row]) == {}
    assert incidents.recent(OPERATOR, now=world.now + timedelta(days=31)) == []
