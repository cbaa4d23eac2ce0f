"""Whatever is sent to whichever page, at whichever stage: no page breaks, and nothing moves by it."""

import re
from collections.abc import Sequence
from http import HTTPStatus

import pytest
from django.test import Client

from tests.desk.officers import officer, waiting
from tests.portal.browser import Answer, Browser, page
from tests.portal.conftest import world as world
from tests.portal.test_strangers import ALL, OF_A_CASE, filled
from tests.stories import World
from xiaohu.closures.models import Case, Closing
from xiaohu.core.actors import ActorKind

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

FIELD = re.compile(r'name="([a-z_]+)"')
NONSENSE = (
    "",
    " \t\n",
    "\x00",
    "x" * 5000,
    "-1",
    "９９９",
    "1e400",
    "00000000-0000-0000-0000-000000000000",
    "not-a-uuid",
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "\U0001f600" * 40,
    "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
    "../../etc/passwd",
    "//example.com",
    "+8613800138000" * 3,
)
# One of each kind: nothing, bytes no text holds, too long, digits that are none, an id of nobody, half a sign.
KINDS = (NONSENSE[0], NONSENSE[2], NONSENSE[3], NONSENSE[5], NONSENSE[7], NONSENSE[12])
# The short form sends one of each kind everywhere, the nightly one everything.
every_kind = pytest.mark.parametrize(
    "values", [KINDS, pytest.param(NONSENSE, marks=pytest.mark.nightly)], ids=["kinds", "all"]
)
LEFT_OUT = {"sign-out", "readyz"}  # Signing out ends the visit; no worker runs in this test.
STAGES = ("draft", "submitted", "closed")


def fields(answer: Answer) -> set[str]:
    """Return the names a page asks for."""
    html = answer["Content-Type"].startswith("text/html")
    return set(FIELD.findall(page(answer))) - {"csrfmiddlewaretoken"} if html else set()


def tried(client: Client, path: str, values: Sequence[str]) -> list[tuple[str, int]]:
    """Send nonsense to one path and return what was answered.

    What shows no page, such as a redirect to the step before, and what only looks, gets one of each
    kind; whatever takes a form gets everything.
    """
    shown = client.get(path)
    takes = values if shown.status_code == HTTPStatus.OK else KINDS
    names = fields(shown) | {"next", "choice", "to", "declared", "language", "looked", "page"}
    answers = [("plain", shown.status_code)]
    for value in takes:
        given = dict.fromkeys(sorted(names), value)
        answers.append((f"post {value[:20]!r}", client.post(path, given).status_code))
        if value in KINDS:
            answers.append((f"get {value[:20]!r}", client.get(path, given).status_code))
    return answers


def state(case: Case) -> tuple[object, ...]:
    """Return what nonsense must not move."""
    return (
        Case.objects.values_list("state", "decided_by").get(pk=case.pk),
        *Closing.objects.filter(case=case).values_list("step", "outcome"),
    )


@every_kind
@pytest.mark.parametrize("stage", STAGES)
def test_nonsense_from_the_person_of_the_case(
    world: World, stage: str, values: Sequence[str]
) -> None:
    case = {"draft": world.draft, "submitted": world.submitted, "closed": world.close}[stage]()
    browser = Browser(world)
    if stage == "closed":
        browser.sign_in_by_reference(case)
    else:
        browser.sign_in()
    for route in ALL if stage == STAGES[0] else OF_A_CASE:
        if route.startswith("desk/") or route in LEFT_OUT:
            continue
        for what, status in tried(browser.client, filled(route, case), values):
            assert status < 500, (route, what)


@every_kind
def test_nonsense_at_the_desk(world: World, values: Sequence[str]) -> None:
    case = waiting(world)
    before = state(case)
    desk = officer(world, "chen", ActorKind.OFFICER).sign_in()
    for route in ALL:
        if route.startswith("desk/") and route != "desk/sign-out":
            for what, status in tried(desk.client, filled(route, case), values):
                assert status < 500, (route, what)
    assert state(case) == before


def test_nonsense_in_a_path(world: World) -> None:
    browser = Browser(world).sign_in()
    for value in NONSENSE:
        for before in ("/verify/", "/case/", "/desk/case/", "/track?reference=", "/"):
            assert browser.client.get(before + value).status_code < 500, (before, value)
