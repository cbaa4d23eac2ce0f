"""Two operators in one database: for the people of one, nothing of the other exists."""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import QuerySet

from tests.assistance.asking import call, complaint
from tests.assistance.test_incidents import opened
from tests.closures.test_repaying import came_back, maybe_paid
from tests.desk.officers import OTHERS, Desk, officer, waiting
from tests.desk.test_retaining import agree, asked
from tests.portal.browser import page
from tests.portal.test_strangers import OF_THE_DESK
from tests.stories import ADMIN, OPERATOR, World
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import ActorKind
from xiaohu.core.kept import KeptAct
from xiaohu.erasure.models import KeptRequest
from xiaohu.registry import policies
from xiaohu.settlement.models import Finding
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
PART = re.compile("<[^>]+>")
SENT = {"do": "retry", "outcome": "approve", "reasons": "x", "reason": "callback", "take": "1"}


@pytest.fixture
def here(world: World) -> dict[str, list[str]]:
    """Of every kind of thing at the desk one, by how an address names it."""
    back, closed = came_back(world), world.close(OTHERS[1])
    finding, review = maybe_paid(world, back), waiting(world, OTHERS[0])
    one, other = (officer(world, name, ActorKind.COMPLIANCE).sign_in() for name in ("wei", "xu"))
    for act in (KeptAct.HOLD, KeptAct.OPEN):
        assert asked(one, closed, act).status_code == 302
        assert agree(other).status_code == 302
    kept = [str(KeptRequest.objects.get(act=act).pk) for act in (KeptAct.HOLD, KeptAct.OPEN)]
    references = [each.reference for each in (back, closed, review)]
    return {
        "<uuid:closing_id>": [str(pk) for pk in Closing.objects.values_list("pk", flat=True)],
        "<uuid:finding_id>": [str(finding.pk)],
        "<uuid:hold_id>": kept,
        "<uuid:request_id>": kept,
        "<uuid:paper_id>": [str(uuid4())],
        "<uuid:row_id>": [str(uuid4())],
        "<str:what>": ["number"],
        "<str:reference>": [*references, call(world).reference, complaint(world).reference],
        "<int:number>": [str(opened(world).pk)],
    }


@pytest.fixture
def stranger(world: World, here: dict[str, list[str]], settings: Any) -> Desk:
    """Somebody of another operator who may do everything there, signed in at its service."""
    elsewhere = "elsewhere"
    policies.publish(
        operator=elsewhere, toml=policies.shipped("generic-cn"), actor=ADMIN, now=world.now
    )
    settings.XIAOHU = settings.XIAOHU.model_copy(update={"operator": elsewhere})
    desk = officer(world, "lu", *ActorKind)
    desk.officer.operator = elsewhere
    desk.officer.save()
    return desk.sign_in()


def paths(route: str, here: dict[str, list[str]]) -> Iterator[str]:
    """Return every path of a route to something that exists here."""
    parts = PART.findall(route)
    for values in product(*(here[part] for part in parts)):
        path = f"/{route}"
        for part, value in zip(parts, values, strict=True):
            path = path.replace(part, value, 1)
        yield path


def rows() -> list[list[Any]]:
    """Return all that could have been changed."""
    tables: list[QuerySet[Any]] = [
        model.objects.order_by("pk").values() for model in (Case, Closing, Finding, KeptRequest)
    ]
    return [list(table) for table in tables]


def test_nothing_of_another_operator_is_opened_changed_or_listed(
    stranger: Desk, here: dict[str, list[str]]
) -> None:
    before, told = rows(), Event.objects.filter(operator=OPERATOR).count()
    for route in OF_THE_DESK:
        for path in paths(route, here):
            for answer in (stranger.client.get(path), stranger.client.post(path, SENT)):
                if PART.search(route):
                    gone = answer.get("Location") == path.rpartition("/")[0]  # back to the list
                    assert gone or answer.status_code == 404, path
                else:
                    shown = page(answer)
                    assert [each for each in here["<str:reference>"] if each in shown] == [], path
    assert rows() == before
    assert Event.objects.filter(operator=OPERATOR).count() == told


def test_and_searching_finds_nothing_of_it(stranger: Desk, here: dict[str, list[str]]) -> None:
    for asked_for in (*here["<str:reference>"], OTHERS[0], OTHERS[1]):
        found = page(stranger.client.post("/desk/search", {"find": asked_for}))
        assert not re.search('href="/desk/case/', found), asked_for
