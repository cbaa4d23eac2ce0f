"""An administrator announces an incident at the desk, and everybody reads it."""

import pytest

from tests.assistance.test_incidents import opened
from tests.desk.officers import Desk, officer
from tests.portal.browser import Browser, page, words
from tests.stories import OPERATOR, World
from xiaohu.assistance.models import Incident, IncidentNews
from xiaohu.core.actors import ActorKind
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
SAID = {"zh": "检查暂时查不到结果。", "en": "Checks find nothing for now."}
NEW: dict[str, str | list[str]] = {**SAID, "parts": ["checks", "refunds"], "works": "down"}


@pytest.fixture
def desk(world: World) -> Desk:
    """An administrator at the desk."""
    return officer(world, "zhao", ActorKind.ADMIN).sign_in()


def test_what_is_announced_is_read_by_everybody(world: World, desk: Desk) -> None:
    assert "故障公告" in words(desk.open("/"))
    answer = desk.send("/incidents", **NEW, until="2026-11-23 15:30")
    made = Incident.objects.get()
    assert answer["Location"] == f"/desk/incidents/{made.pk}"
    said = words(Browser(world).open("/status"))
    assert SAID["zh"] in said
    assert "预计 2026年11月23日 15:30 恢复" in said
    assert Event.objects.get(action="open_incident").actor_kind == "admin"


def test_more_is_said_and_then_that_it_is_over(world: World, desk: Desk) -> None:
    at = f"/incidents/{opened(world).pk}"
    assert desk.send(at, **SAID).status_code == 302
    assert desk.send(at, **SAID, end="1").status_code == 302
    assert Incident.objects.get(operator=OPERATOR).ended_at == world.now
    assert "已恢复" in words(Browser(world).open("/status"))
    assert 'name="end"' not in page(desk.open(at))
    late = desk.send(at, **SAID)
    assert late.status_code == 409
    assert desk.send(at, **SAID, end="1").status_code == 302
    assert IncidentNews.objects.count() == 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"parts": []},
        {"parts": ["everything"]},
        {"works": "ok"},
        {"zh": " "},
        {"en": "x" * 201},
        {"until": "tomorrow"},
        {"until": "2026-11-23 11:59"},
        {"until": "\x00"},
    ],
)
def test_what_is_not_whole_is_asked_again_with_what_was_typed(
    world: World, desk: Desk, wrong: dict[str, str | list[str]]
) -> None:
    answer = desk.send("/incidents", **{**NEW, **wrong})
    assert answer.status_code == 422
    assert "请检查以下内容" in words(answer)
    assert not Incident.objects.exists()


def test_nobody_else_announces(world: World) -> None:
    at = f"/incidents/{opened(world).pk}"
    other = officer(world, "lin", ActorKind.OFFICER, ActorKind.REVIEWER).sign_in()
    assert "故障公告" not in words(other.open("/"))
    for answer in (other.open("/incidents"), other.send("/incidents", **NEW), other.send(at)):
        assert answer.status_code == 403
    assert IncidentNews.objects.count() == 1


@pytest.mark.parametrize("number", [0, 999999, 10**40])
def test_an_incident_that_is_not_there_is_not_found(desk: Desk, number: int) -> None:
    assert desk.open(f"/incidents/{number}").status_code == 404
