"""A system asked over HTTP: signed, repeated under the same key, believed only when it says a number."""

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from uuid import uuid4

import pytest

from xiaohu.erasure.stores import file
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.erasure.stores.protocol import Identities, StoreAway
from xiaohu.erasure.stores.shape import IdentityKind, WebhookStore
from xiaohu.erasure.stores.webhook import Webhook

FILE = """
[stores.partner]
kind = "webhook"
names = {{ zh = "合作方", en = "Partner" }}
secret = "PARTNER"
url = "{url}"
[stores.partner.datasets.leads]
identity = "number"
fields = {{ phone = "contact" }}
"""
SECRET = "a secret of the two"
THEIRS = Identities({IdentityKind.NUMBER: ("13000000001",)})


@dataclass
class Partner:
    """The other side: a few people, a mood, and all it was asked."""

    people: dict[str, int] = field(default_factory=lambda: {"13000000001": 3, "13000000002": 1})
    status: int = 200
    body: bytes | None = None
    asked: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    port: int = 0

    def answer(self, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Check the signature, do what is asked, and say how much is there."""
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
        said = json.loads(body)
        self.asked.append((headers, said))
        if said["action"] == "erase":
            for value in said["values"]:
                self.people.pop(value, None)
        found = sum(self.people.get(value, 0) for value in said["values"])
        return self.status, self.body if self.body is not None else b'{"found": %d}' % found


@pytest.fixture
def partner() -> Iterator[Partner]:
    """Run the other side on the loopback."""
    made = Partner()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = made.answer(headers, body)
            self.send_response(status)
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *said: object) -> None:
            """Say nothing: what is asked names people."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def opened(partner: Partner) -> Iterator[Webhook]:
    """Open it as the service does."""
    stores, wrong = file.parse(FILE.format(url=f"http://127.0.0.1:{partner.port}/erase"))
    assert not wrong
    store = stores["partner"]
    assert isinstance(store, WebhookStore)
    made = Webhook("partner", store, secret=SECRET)
    yield made
    made.close()


def erase(opened: Webhook) -> None:
    """Have the other side erase somebody."""
    opened.erase("leads", THEIRS, key=uuid4(), until=time.monotonic() + 5)


def test_erases_what_is_theirs_and_nothing_else(partner: Partner, opened: Webhook) -> None:
    assert opened.found("leads", THEIRS) == 3
    erase(opened)
    assert opened.found("leads", THEIRS) == 0
    assert partner.people == {"13000000002": 1}


def test_what_is_repeated_has_the_same_key(partner: Partner, opened: Webhook) -> None:
    key = uuid4()
    for _ in range(2):
        opened.erase("leads", THEIRS, key=key, until=time.monotonic() + 5)
    assert [headers["webhook-id"] for headers, _ in partner.asked] == [str(key)] * 2


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_one_that_fails_is_away(partner: Partner, opened: Webhook, status: int) -> None:
    partner.status = status
    with pytest.raises(StoreAway):
        erase(opened)


@pytest.mark.parametrize("status", [301, 400, 403, 404])
def test_one_that_says_no_is_for_people(partner: Partner, opened: Webhook, status: int) -> None:
    partner.status = status
    with pytest.raises(StoresRefused) as refused:
        erase(opened)
    assert refused.value.params == {
        "field": "stores.partner.datasets.leads",
        "why": "said_no",
        "value": str(status),
    }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"found": "0"}',
        b'{"found": true}',
        b'{"found": -1}',
        b"1" * 70_000,
    ],
)
def test_an_answer_without_a_number_is_not_believed(
    partner: Partner, opened: Webhook, body: bytes
) -> None:
    partner.body = body
    with pytest.raises(StoresRefused) as refused:
        opened.found("leads", THEIRS)
    assert refused.value.params["why"] == "unreadable_answer"


def test_one_that_is_down_is_away(partner: Partner, opened: Webhook) -> None:
    opened.store = opened.store.model_copy(update={"url": "http://127.0.0.1:1/"})
    with pytest.raises(StoreAway):
        erase(opened)


def test_a_dataset_the_other_side_does_not_know_is_named(partner: Partner, opened: Webhook) -> None:
    assert opened.flaws(whole=True) == []
    partner.status = 404
    (flaw,) = opened.flaws(whole=True)
    assert (flaw.dataset, flaw.refused.params["why"]) == ("leads", "said_no")
