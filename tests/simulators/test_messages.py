"""The message provider and its inbox."""

import json
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulators import messages
from simulators.callbacks import signature
from simulators.serving import Settings
from tests.simulators.support import post, truth
from tests.simulators.test_payout import Receiver


def send(client: TestClient, key: str, to: str = "13000000001", text: str = "你好") -> Any:
    """Send a text."""
    return post(client, "/messages", {"to": to, "text": text}, key).status_code


def test_sends_once_across_restarts(tmp_path: Path) -> None:
    for _ in range(2):
        with TestClient(messages.application(Settings(data=str(tmp_path)))) as client:
            answer = post(client, "/messages", {"to": "1", "text": "x"}, "k")
            assert answer.json() == {
                "key": "k",
                "state": "done",
                "reference": "MSG-000001",
                "delivery": "delivered",
            }
            assert client.get("/messages/k").json() == answer.json()
            assert send(client, "k") == 409
            assert len(client.get("/inbox.json").json()) == 1
    assert len(truth(tmp_path)) == 1


def test_refuses_who_cannot_be_reached(at_messages: TestClient) -> None:
    at_messages.put("/faults", json={"refuse": ["1"]})
    answer = post(at_messages, "/messages", {"to": "1", "text": "x"}, "k")
    assert (answer.status_code, answer.json()["reason"]) == (422, "unreachable")
    assert at_messages.get("/messages/k").status_code == 404


def test_takes_what_it_cannot_deliver_and_says_so(at_messages: TestClient) -> None:
    at_messages.put("/faults", json={"undelivered": ["1"]})
    assert (send(at_messages, "a", to="1"), send(at_messages, "b", to="2")) == (200, 200)
    said = [at_messages.get(f"/messages/{key}").json()["delivery"] for key in "ab"]
    assert said == ["undelivered", "delivered"]
    assert [each["to"] for each in at_messages.get("/inbox.json").json()] == ["2"]


def test_tells_by_a_signed_callback_what_became_of_a_message(tmp_path: Path) -> None:
    receiver = Receiver()
    settings = Settings(data=str(tmp_path), callback="http://other/side", secret="shared")
    with TestClient(messages.application(settings, receiver, (0.01,))) as client:
        client.put("/faults", json={"undelivered": ["1"], "duplicate_callbacks": 1})
        send(client, "k", to="1")
        receiver.wait(2)
    first, copy = receiver.seen
    assert json.loads(first.content) == {
        "key": "k",
        "reference": "MSG-000001",
        "delivery": "undelivered",
        "type": "message.undelivered",
    }
    assert first.headers["webhook-id"] == copy.headers["webhook-id"]
    sent = int(first.headers["webhook-timestamp"])
    signed = signature("shared", first.headers["webhook-id"], sent, first.content)
    assert first.headers["webhook-signature"] == signed


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "to"), ({"to": 1}, "to"), ({"to": "1"}, "text"), ({"to": "1", "text": " "}, "text")],
)
def test_tells_what_is_wrong(at_messages: TestClient, body: object, field: str) -> None:
    answer = post(at_messages, "/messages", body, "k")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_inbox_is_newest_first_filtered_and_bounded(at_messages: TestClient) -> None:
    for number in range(205):
        send(at_messages, f"k{number}", to=str(number % 2), text=str(number))
    everything = at_messages.get("/inbox.json").json()
    assert (len(everything), everything[0]["text"]) == (200, "204")
    assert set(everything[0]) == {"at", "to", "text"}
    filtered = at_messages.get("/inbox.json", params={"to": "1"}).json()
    assert {each["to"] for each in filtered} == {"1"}
    assert at_messages.get("/inbox.json", params={"to": "nobody"}).json() == []


def test_page_reads_well_and_escapes(at_messages: TestClient) -> None:
    assert "There are no messages yet" in at_messages.get("/").text
    send(at_messages, "a", text="first")
    send(at_messages, "b", text="<b>second</b>{x}")
    page = at_messages.get("/").text
    assert 'lang="zh-CN"' in page
    assert page.index("&lt;b&gt;second&lt;/b&gt;{x}") < page.index("first")
    assert '"><i>' not in at_messages.get("/", params={"to": '"><i>'}).text
