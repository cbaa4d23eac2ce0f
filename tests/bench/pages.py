"""Pages at ten thousand lines: milliseconds, queries, beside a page of one SELECT."""

import statistics
import time

from django.conf import settings
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from tests.bench.rows import Row
from tests.bench.world import BenchWorld
from tests.stories import staff
from xiaohu.access import sessions
from xiaohu.access.models import SubscriberAccount
from xiaohu.access.sessions import Method
from xiaohu.closures.models import Case, Document
from xiaohu.desk.entering import SECOND_FACTOR

VISITS = 60


def measure(world: BenchWorld) -> list[Row]:
    """Return a row for each page."""
    case = world.world.ready(world.take(1)[0])
    here, desk = holder(case), officer("bench")
    certificate = Document.objects.filter(kind="certificate").first()
    screens = {
        "home": (here, "/"),
        "sign_in": (Client(), "/sign-in"),
        "lines": (here, "/lines"),
        "checks": (here, f"/case/{case.pk}/checks"),
        "review": (here, f"/case/{case.pk}/check"),
        "desk_queue": (desk, "/desk/queue?view=all"),
        "verify": (Client(), f"/verify/{certificate.pk if certificate else ''}"),
    }
    with override_settings(ROOT_URLCONF="tests.bench.floor_page", ALLOWED_HOSTS=["*"]):
        return [row(f"page_{name}", client, path) for name, (client, path) in screens.items()]


def row(name: str, client: Client, path: str, *, note: str = "") -> Row:
    """Visit a page and the floor in turns; return both medians."""
    ours, floors = [], []
    for number in range(VISITS):
        ours.append(_visit(client, path, number))
        floors.append(_visit(client, "/floor", number))
    with CaptureQueriesContext(connections["default"]) as main:
        client.get(path)
    p95 = sorted(ours)[int(VISITS * 0.95)]
    floor = statistics.median(floors)
    return Row(
        name,
        round(statistics.median(ours), 1),
        round(floor, 1),
        round(statistics.median(ours) / floor, 1),
        "ms p50",
        f"p95 {p95:.1f} ms, {len(main)} queries{note}",
    )


def _visit(client: Client, path: str, number: int) -> float:
    """Return the milliseconds of a visit; each comes from an address of its own."""
    began = time.perf_counter()
    answer = client.get(path, REMOTE_ADDR=f"192.0.2.{number}")
    passed = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return passed


def holder(case: Case) -> Client:
    """Return the browser of a case's holder, signed in."""
    account = SubscriberAccount.objects.get(holder_id=case.holder_id)
    token = sessions.begin(operator="demo", method=Method.PASSWORD, account_id=account.pk)
    client = Client()
    client.cookies[sessions.COOKIE] = token
    return client


def officer(name: str) -> Client:
    """Return the browser of somebody of the desk, signed in with both factors."""
    client = Client()
    client.force_login(staff(name))
    session = client.session
    session[SECOND_FACTOR] = True
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key or ""
    return client
