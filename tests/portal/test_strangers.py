"""Somebody else's case does not exist, whichever path, method or sign-in is tried."""

import re
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.portal.browser import Answer, Browser, page, still
from tests.stories import CLEAN, EMPTY, World
from xiaohu.closures.models import Case

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

FILLED = {
    "<uuid:case_id>": "{case}",
    "<uuid:paper_id>": "{case}",
    "<uuid:row_id>": "{case}",
    "<uuid:closing_id>": "{case}",
    "<int:number>": "1",
    "<uuid:finding_id>": "{case}",
    "<uuid:hold_id>": "{case}",
    "<uuid:request_id>": "{case}",
    "<str:code>": "ARREARS",
    "<str:kind>": "certificate",
    "<str:reference>": "{reference}",
    "<str:what>": "number",
    "<str:number>": "C7K3-M9QX-4T2P",
}
FREE_AT_THE_DESK = {"desk/sign-in", "desk/sign-out"}
TRIED = {"post": {"declared": "on", "choice": "original", "to": "a@example.com"}, "get": {}}
# It shows its long form again with what was typed, to whoever may fill it in.
SHOWN_AGAIN = "desk/new"


def routes(resolver: URLResolver | None = None, before: str = "") -> list[str]:
    """Return every path of the service as it is written in its urls."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            found.append(path)
        else:
            found += routes(entry, path)
    return found


OF_A_CASE = sorted(route for route in routes() if "<uuid:case_id>" in route)
OF_THE_DESK = sorted(
    route for route in routes() if route.startswith("desk/") and route not in FREE_AT_THE_DESK
)
ALL = sorted(route for route in routes() if not route.startswith("callbacks"))


def filled(route: str, case: Case) -> str:
    """Return a path with the case's own id and reference."""
    for part, value in FILLED.items():
        route = route.replace(part, value.format(case=case.pk, reference=case.reference))
    return f"/{route}"


def visitors(world: World) -> dict[str, Client]:
    """Return everybody whose case it is not."""
    other = Browser(world).sign_in(EMPTY)
    line = Browser(world).sign_in_by_code(EMPTY)
    return {"nobody": Client(), "another holder": other.client, "another line": line.client}


def shut(answer: Answer) -> bool:
    """Whether an answer shows nothing: not found, or sign in first."""
    to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in?next=")
    return answer.status_code == 404 or to_sign_in


def test_the_paths_are_those_of_the_service() -> None:
    assert len(OF_A_CASE) >= 17
    assert len(OF_THE_DESK) >= 4
    for route in (*OF_A_CASE, *OF_THE_DESK):
        parts = set(re.findall("<[^>]+>", route))
        assert parts <= set(FILLED), f"say in FILLED what stands in {route}"


@pytest.mark.parametrize("stage", ["draft", "submitted", "closed"])
def test_a_case_of_somebody_else_does_not_exist(world: World, stage: str) -> None:
    case = {"draft": world.draft, "submitted": world.submitted, "closed": world.close}[stage]()
    before = Case.objects.values().get()
    for who, client in visitors(world).items():
        for route in OF_A_CASE:
            for method in ("get", "post"):
                answer = getattr(client, method)(filled(route, case), TRIED[method])
                assert shut(answer), (who, method, route, answer.status_code)
                assert case.reference not in page(answer)
    assert Case.objects.values().get() == before


def test_a_foreign_case_reads_like_one_that_never_was(world: World) -> None:
    case = world.submitted()
    other = Browser(world).sign_in(EMPTY)
    foreign = still(other.open(f"/case/{case.pk}"))
    assert foreign == still(other.open(f"/case/{uuid4()}"))


def test_a_case_code_opens_one_case_only(world: World) -> None:
    mine, another = world.submitted(), world.submitted(EMPTY)
    browser = Browser(world).sign_in_by_reference(mine)
    assert browser.open(f"/case/{mine.pk}").status_code == 200
    for route in OF_A_CASE:
        assert shut(browser.client.get(filled(route, another))), route


def test_a_line_of_somebody_else_cannot_be_chosen(world: World) -> None:
    browser = Browser(world).sign_in(EMPTY)
    answer = browser.send("/lines", choice=str(world.line(CLEAN).pk))
    assert answer.status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize("route", OF_THE_DESK)
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_desk_asks_for_both_factors(world: World, route: str, method: str) -> None:
    case = world.submitted()
    subscriber = Browser(world).sign_in()
    for client in (Client(), subscriber.client):
        answer = getattr(client, method)(filled(route, case))
        assert answer.status_code == 302
        assert answer["Location"].startswith("/desk/sign-in?next=")


def test_no_form_is_taken_without_its_token(world: World) -> None:
    case = world.submitted()
    client = Client(enforce_csrf_checks=True)
    client.cookies = Browser(world).sign_in().client.cookies
    for route in ALL:
        answer = client.post(filled(route, case), {"choice": "x"})
        if answer.status_code in {404, 405}:
            continue
        if route in {"healthz", "readyz"}:
            continue
        if route == SHOWN_AGAIN:
            assert answer["Location"].startswith("/desk/sign-in")
            continue
        assert answer.status_code == 403, route
        assert "页面打开太久了" in page(answer), route
    case.refresh_from_db()
    assert case.state == "scheduled"
