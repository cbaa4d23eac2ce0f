"""Callbacks: signed, fresh, once; whatever else comes is refused without a fault."""

import base64
import hashlib
import hmac
import json
import random
import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from xiaohu.gateways.callbacks import WAKE, CallbackRefused, body_of, receive
from xiaohu.gateways.models import InboxEvent
from xiaohu.queue import clock, engine

pytestmark = pytest.mark.django_db


def headers(body: bytes, *, event_id: str = "evt-1", sent: str = "") -> dict[str, str]:
    """Return the headers of a genuine callback."""
    sent = sent or str(int(time.time()))
    assert settings.XIAOHU.callback_secret is not None
    secret = settings.XIAOHU.callback_secret.get_secret_value().encode()
    signed = f"{event_id}.{sent}.".encode() + body
    signature = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": sent,
        "webhook-signature": f"v1,{signature}",
    }


def post(client: Client, body: bytes, given: dict[str, str]) -> HttpResponse:
    """Send a callback."""
    return client.post(  # type: ignore[return-value] # the test client's response
        "/callbacks/payout", data=body, content_type="application/json", headers=given
    )


BODY = json.dumps({"type": "payout.paid", "key": str(uuid4()), "amount_fen": 12640}).encode()


def test_keeps_a_genuine_one_once_and_wakes_the_case(client: Client) -> None:
    waiting = engine.waiting(WAKE)  # tests with real workers may leave jobs behind
    for _ in range(3):
        assert post(client, BODY, headers(BODY)).status_code == 204
    event = InboxEvent.objects.get()
    assert b"12640" not in bytes(event.box)
    assert engine.waiting(WAKE) == waiting + 1


def test_of_what_is_said_only_what_is_read_again_is_kept(client: Client) -> None:
    body = json.dumps({**json.loads(BODY), "payee": "金示例"}).encode()
    assert post(client, body, headers(body)).status_code == 204
    kept = json.loads(body_of(InboxEvent.objects.get()))
    assert (kept["type"], kept["amount_fen"]) == ("payout.paid", 12640)
    assert "payee" not in kept
    receive(
        source="messages", headers=headers(body, event_id="evt-2"), body=body, now=datetime.now(UTC)
    )
    assert body_of(InboxEvent.objects.get(source="messages")) == b""


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,\xe9"},
        {"webhook-id": "evt-2"},
        {"webhook-id": ""},
        {"webhook-timestamp": str(int(time.time()) - 600)},
        {"webhook-timestamp": "9" * 30},
        {"webhook-timestamp": "9" * 12},
        {"webhook-timestamp": "9" * 11},
        {"webhook-timestamp": "soon"},
    ],
)
def test_refuses_what_is_not_signed_like_that(client: Client, change: dict[str, str]) -> None:
    assert post(client, BODY, {**headers(BODY), **change}).status_code == 400
    assert not InboxEvent.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'"text"', b'{"key": 7}', b'{"key": "x"}']
)
def test_odd_bodies_are_kept_for_people(client: Client, body: bytes) -> None:
    waiting = engine.waiting(WAKE)
    assert post(client, body, headers(body)).status_code == 204
    assert InboxEvent.objects.count() == 1
    assert InboxEvent.objects.filter(effect_id__isnull=False).count() == 0
    assert engine.waiting(WAKE) == waiting


@given(
    st.dictionaries(st.sampled_from(sorted(headers(b""))), st.text(max_size=40)),
    st.binary(max_size=80),
)
@hypothesis_settings(max_examples=100, deadline=None)
def test_no_stranger_gets_in(given: dict[str, str], body: bytes) -> None:
    with pytest.raises(CallbackRefused):
        receive(source="payout", headers=given, body=body, now=clock.now())


ODD = [b"", b"\x00", b"\xff\xfe", b"{}", b"[[[" * 9000, b"1" * 5000, BODY, b'{"key": {}}']


def test_twenty_thousand_strangers_leave_no_trace() -> None:
    chance = random.Random(7)
    genuine = headers(BODY)
    for _ in range(20_000):
        given = dict(genuine)
        body = chance.choice(ODD) + chance.randbytes(chance.randrange(4))
        name = chance.choice(sorted(given))
        match chance.randrange(4):
            case 0:
                given.pop(name)
            case 1:
                given[name] = "".join(chance.choices("\x00\ud800,v1 9=é", k=chance.randrange(140)))
            case 2:
                place = chance.randrange(len(given[name]))
                given[name] = given[name][:place] + "\x7f" + given[name][place + 1 :]
            case _:
                body += b" "
        with pytest.raises(CallbackRefused):
            receive(source="payout", headers=given, body=body, now=datetime.now(UTC))
    assert not InboxEvent.objects.exists()


def test_whatever_is_signed_is_kept(client: Client) -> None:
    chance = random.Random(7)
    for number in range(200):
        body = chance.choice(ODD) + chance.randbytes(chance.randrange(40))
        given = headers(body, event_id=f"evt-{number}")
        assert receive(source="payout", headers=given, body=body, now=datetime.now(UTC))
    assert InboxEvent.objects.count() == 200


def test_what_was_heard_at_one_source_is_not_heard_at_another() -> None:
    """One secret signs for all sources, and the signature does not say for which."""
    given = headers(BODY)
    assert receive(source="operator", headers=given, body=BODY, now=datetime.now(UTC))
    with pytest.raises(CallbackRefused):
        receive(source="payout", headers=given, body=BODY, now=datetime.now(UTC))
    assert InboxEvent.objects.get().source == "operator"
