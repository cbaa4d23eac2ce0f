"""From the operator's app: a signed request, a ticket that works once, a press, and a way back."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.conf import settings
from django.test import Client
from pydantic import SecretStr

from tests.closures import rulings
from tests.portal.browser import Browser, page, words
from tests.stories import CLEAN, World
from xiaohu.access.models import AppTicket, SubscriberSession
from xiaohu.access.sessions import Method
from xiaohu.closures.models import Case
from xiaohu.core.proofs import ProofMethod
from xiaohu.proofing import proofs

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
SECRET = "a shared secret of forty characters here"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app share a secret with us."""
    options = settings.XIAOHU.model_copy(update={"app_secret": SecretStr(SECRET)})
    monkeypatch.setattr(settings, "XIAOHU", options)


def ask(number: str = CLEAN, **changed: str) -> tuple[int, dict[str, str]]:
    """Ask for a ticket as the backend does, with some header changed."""
    body = json.dumps({"number": number}).encode()
    given = {"webhook-id": f"req-{time.time_ns()}", "webhook-timestamp": str(int(time.time()))}
    given |= {name.replace("_", "-"): value for name, value in changed.items()}
    signed = f"{given['webhook-id']}.{given['webhook-timestamp']}.".encode() + body
    mac = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    given.setdefault("webhook-signature", "v1," + base64.b64encode(mac).decode())
    answer = Client(enforce_csrf_checks=True).post(
        "/app/tickets", body, content_type="application/json", headers=given
    )
    return answer.status_code, answer.json()


def ticket() -> str:
    """Return the path of a fresh ticket."""
    status, said = ask()
    assert status == 201
    assert CLEAN[3:] not in said["url"]
    return f"/start?ticket={said['ticket']}"


def test_one_press_leads_to_the_line(world: World) -> None:
    browser = Browser(world)
    path = ticket()
    assert "130 **** 0001" in words(browser.open(path))
    browser.open(path)  # looking twice uses nothing up
    browser.send(path)
    assert browser.at == "/lines?scope=line"
    assert SubscriberSession.objects.get().method == Method.APP
    browser.send(choice=str(world.line().pk))
    assert proofs.given(Case.objects.get().pk) == {ProofMethod.APP}


def test_a_ticket_works_once(world: World) -> None:
    path = ticket()
    Browser(world).send(path)
    answer = Browser(world).send(path)
    assert answer.status_code == 410
    assert "只能用一次" in words(answer)
    assert Browser(world).open(path).status_code == 410
    assert SubscriberSession.objects.count() == 1


def test_a_ticket_is_over_after_two_minutes(world: World) -> None:
    path = ticket()
    world.clock.pass_(minutes=2, seconds=1)
    assert Browser(world).send(path).status_code == 410


@pytest.mark.parametrize("odd", ["x", "%00", "../..", "9" * 5000, "销户"])
def test_a_ticket_that_never_was_opens_nothing(world: World, odd: str) -> None:
    assert Browser(world).open(f"/start?ticket={odd}").status_code == 410


def test_a_request_counts_once(world: World) -> None:
    assert ask(webhook_id="same")[0] == 201
    assert ask(webhook_id="same") == (409, {"code": "APP_REQUEST_REPEATED"})
    assert AppTicket.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook_signature": "v1,AAAA"},
        {"webhook_signature": "v1,销"},
        {"webhook_timestamp": "1"},
        {"webhook_timestamp": "soon"},
        {"webhook_id": ""},
        {"webhook_id": "x" * 200},
    ],
)
def test_what_is_not_genuine_is_refused(world: World, changed: dict[str, str]) -> None:
    assert ask(**changed) == (401, {"code": "APP_REQUEST_REFUSED"})
    assert not AppTicket.objects.exists()


@pytest.mark.parametrize("number", ["+8613000000099", "nonsense", ""])
def test_an_unknown_number_gets_none(world: World, number: str) -> None:
    assert ask(number) == (404, {"code": "LINE_NOT_FOUND"})


def test_without_a_secret_there_are_no_tickets(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = settings.XIAOHU.model_copy(update={"app_secret": None})
    monkeypatch.setattr(settings, "XIAOHU", options)
    assert Client().post("/app/tickets", b"{}", content_type="application/json").status_code == 404


def test_without_a_ticket_one_signs_in(world: World) -> None:
    browser = Browser(world)
    browser.open("/start")
    assert browser.at.startswith("/sign-in")


@pytest.mark.parametrize(
    ("back", "shown"),
    [
        ("https://app.example.com/me", True),
        ("https://APP.example.com/me", True),
        ("https://evil.example/me", False),
        ("http://app.example.com/me", False),
        ("https://app.example.com@evil.example/", False),
        ("https://app.example.com:8443/", False),
        ("https://app.example.com\\@evil.example/", False),
        ("javascript:alert(1)//app.example.com", False),
        ("//app.example.com/", False),
        ("https://[", False),
    ],
)
def test_the_way_back_leads_to_named_hosts_only(world: World, back: str, shown: bool) -> None:
    world.clock.pass_(minutes=5)
    rulings.publish("2026.12", '[app]\nreturn_hosts = ["app.example.com"]', "", now=world.now)
    browser = Browser(world)
    browser.client.get("/start", {"return": back})
    assert ("返回 App" in words(browser.open("/"))) is shown
    assert (f'href="{back}"' in page(browser.open("/verify"))) is shown


def test_a_host_the_rules_no_longer_name_is_left_out(world: World) -> None:
    browser = Browser(world)
    browser.client.get("/start", {"return": "https://app.example.com/"})
    assert "返回 App" not in words(browser.open("/"))
