"""The payout provider: paid once, told of, and discreet."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from simulators import payout
from simulators.callbacks import signature
from simulators.serving import Settings
from tests.simulators.support import post, truth

SECRET = "shared"
ACCOUNT = "6222000011112222"
BANK = {"route": "bank_account", "name": "赵示例", "bank": "示例银行", "account": ACCOUNT}
ORIGINAL = {"route": "original", "subscription_id": "S1"}
BODY = {"amount_fen": 5, "currency": "CNY", "reference": "XH", "destination": BANK}


class Receiver(httpx.MockTransport):
    """Takes callbacks, failing as often as it is told."""

    def __init__(self) -> None:
        """Start with nothing received."""
        super().__init__(self._take)
        self.seen: list[httpx.Request] = []
        self.failures = 0

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        if len(self.seen) <= self.failures:
            raise httpx.ConnectError("nobody there")
        return httpx.Response(204)

    def wait(self, count: int) -> None:
        """Wait for so many, and a moment longer for one too many."""
        end = time.monotonic() + 5
        while len(self.seen) < count and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        assert len(self.seen) == count


@pytest.fixture
def receiver() -> Receiver:
    """Return the other side."""
    return Receiver()


@pytest.fixture
def start(tmp_path: Path, receiver: Receiver) -> Callable[[], TestClient]:
    """Start a provider, as often as a test likes."""
    settings = Settings(data=str(tmp_path), callback="http://other/side", secret=SECRET)
    return lambda: TestClient(payout.application(settings, receiver, (0.01, 0.01, 0.01)))


@pytest.fixture
def client(start: Callable[[], TestClient]) -> Iterator[TestClient]:
    """Talk to a provider."""
    with start() as client:
        yield client


def test_pays_once_across_restarts(start: Callable[[], TestClient], tmp_path: Path) -> None:
    for _ in range(2):
        with start() as client:
            answer = post(client, "/payouts", BODY, "k")
            assert answer.json() == {
                "key": "k",
                "state": "paid",
                "reference": "PAY-000001",
                "amount_fen": 5,
                "currency": "CNY",
            }
            assert client.get("/payouts/k").json() == answer.json()
            other = post(client, "/payouts", {**BODY, "amount_fen": 6}, "k")
            assert other.status_code == 409
            assert client.get("/payouts/k2").status_code == 404
    assert len(truth(tmp_path)) == 1


def test_keeps_neither_name_nor_account(client: TestClient, tmp_path: Path) -> None:
    post(client, "/payouts", BODY, "k")
    text = (tmp_path / "truth.jsonl").read_text()
    assert ACCOUNT not in text
    assert "赵示例" not in text
    record = truth(tmp_path)[0]
    assert (record["route"], record["account_tail"]) == ("bank_account", "2222")


@pytest.mark.parametrize(
    ("refuse", "destination"),
    [(ACCOUNT, BANK), ("bank_account", BANK), ("S1", ORIGINAL), ("original", ORIGINAL)],
)
def test_refuses(
    client: TestClient, receiver: Receiver, refuse: str, destination: dict[str, str]
) -> None:
    client.put("/faults", json={"refuse": [refuse], "times": 1})
    body = {**BODY, "destination": destination}
    answer = post(client, "/payouts", body, "k")
    assert answer.status_code == 422
    assert answer.json() == {"state": "refused", "reason": "account_closed"}
    receiver.wait(0)
    assert post(client, "/payouts", body, "k").status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_fen": 0}, "amount_fen"),
        ({"amount_fen": 1.0}, "amount_fen"),
        ({"amount_fen": True}, "amount_fen"),
        ({"amount_fen": None}, "amount_fen"),
        ({"currency": "USD"}, "currency"),
        ({"reference": 1}, "reference"),
        ({"destination": None}, "destination"),
        ({"destination": []}, "destination"),
        ({"destination": {"route": "sea"}}, "destination.route"),
        ({"destination": {"route": "original"}}, "destination.subscription_id"),
        ({"destination": {**BANK, "account": "6200"}}, "destination.account"),
    ],
)
def test_tells_what_is_wrong(
    client: TestClient, tmp_path: Path, change: dict[str, Any], field: str
) -> None:
    answer = post(client, "/payouts", {**BODY, **change}, "k")
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert truth(tmp_path) == []


def test_half_a_character_is_no_text(client: TestClient) -> None:
    content = b'{"amount_fen": 5, "reference": "\\ud800"}'
    answer = client.post("/payouts", content=content, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 422


def test_callback_is_signed(client: TestClient, receiver: Receiver) -> None:
    post(client, "/payouts", BODY, "k")
    receiver.wait(1)
    request = receiver.seen[0]
    identity, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    signed = f"{identity}.{at}.".encode() + request.content
    digest = hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()
    assert request.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
    assert abs(int(at) - time.time()) < 5
    assert httpx.Response(200, content=request.content).json() == {
        "type": "payout.paid",
        "key": "k",
        "amount_fen": 5,
        "currency": "CNY",
        "reference": "PAY-000001",
    }


def test_callback_copies_share_an_id_and_a_repeat_sends_none(
    client: TestClient, receiver: Receiver
) -> None:
    client.put("/faults", json={"duplicate_callbacks": 2})
    post(client, "/payouts", BODY, "k")
    post(client, "/payouts", BODY, "k")
    receiver.wait(3)
    assert len({request.headers["webhook-id"] for request in receiver.seen}) == 1


def test_callback_may_be_late(client: TestClient, receiver: Receiver) -> None:
    client.put("/faults", json={"late_callback_s": 0.3, "times": 1})
    begun = time.monotonic()
    post(client, "/payouts", BODY, "k")
    receiver.wait(1)
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize(("failures", "attempts"), [(2, 3), (9, 4)])
def test_callback_is_retried_three_times(
    client: TestClient, receiver: Receiver, failures: int, attempts: int
) -> None:
    receiver.failures = failures
    post(client, "/payouts", BODY, "k")
    receiver.wait(attempts)


def test_without_an_address_nobody_is_told(tmp_path: Path, receiver: Receiver) -> None:
    settings = Settings(data=str(tmp_path), secret=SECRET)
    with TestClient(payout.application(settings, receiver, ())) as client:
        assert post(client, "/payouts", BODY, "k").json()["state"] == "paid"
    assert receiver.seen == []


def test_callback_does_not_wait_for_a_hanging_answer(
    client: TestClient, receiver: Receiver
) -> None:
    client.put("/faults", json={"timeout_after_success": True, "hang_s": 0.5})
    post(client, "/payouts", BODY, "k")
    assert len(receiver.seen) == 1


def bodies_of(receiver: Receiver) -> list[dict[str, Any]]:
    """Return what was told, in order."""
    return [json.loads(request.content) for request in receiver.seen]


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("wrong_amount", {"amount_fen": 6}),
        ("wrong_currency", {"currency": "USD"}),
        ("unknown_reference", {"reference": "PAY-UNKNOWN"}),
    ],
)
def test_a_callback_can_say_something_else(
    client: TestClient, receiver: Receiver, tmp_path: Path, lie: str, said: dict[str, Any]
) -> None:
    client.put("/faults", json={"callback_lie": lie})
    post(client, "/payouts", BODY, "k")
    receiver.wait(1)
    (told,) = bodies_of(receiver)
    assert told.items() >= said.items()
    assert truth(tmp_path)[0]["amount_fen"] == BODY["amount_fen"]


def test_a_callback_can_contradict_the_one_before(client: TestClient, receiver: Receiver) -> None:
    client.put("/faults", json={"callback_lie": "contradictory"})
    post(client, "/payouts", BODY, "k")
    receiver.wait(2)
    assert [told["type"] for told in bodies_of(receiver)] == ["payout.paid", "payout.refused"]
    assert len({request.headers["webhook-id"] for request in receiver.seen}) == 2


@pytest.mark.parametrize("lie", ["not_utf8", "not_json"])
def test_a_callback_can_be_unreadable_and_is_signed_all_the_same(
    client: TestClient, receiver: Receiver, lie: str
) -> None:
    client.put("/faults", json={"callback_lie": lie})
    post(client, "/payouts", BODY, "k")
    receiver.wait(1)
    with pytest.raises(ValueError, match=r"."):
        json.loads(receiver.seen[0].content)
    sent = receiver.seen[0].headers
    expected = signature(
        SECRET, sent["webhook-id"], int(sent["webhook-timestamp"]), receiver.seen[0].content
    )
    assert sent["webhook-signature"] == expected


def test_pays_and_loses_the_answer(client: TestClient, tmp_path: Path) -> None:
    client.put("/faults", json={"lost_answer": True, "times": 1})
    assert post(client, "/payouts", BODY, "k").status_code == 502
    assert client.get("/payouts/k").json()["state"] == "paid"
    assert len(truth(tmp_path)) == 1


def test_forgets_keys_and_pays_again(client: TestClient, tmp_path: Path) -> None:
    post(client, "/payouts", BODY, "k")
    client.put("/faults", json={"forget": True})
    assert client.get("/payouts/k").status_code == 404
    post(client, "/payouts", BODY, "k")
    assert [record["reference"] for record in truth(tmp_path)] == ["PAY-000001", "PAY-000002"]


def test_can_pay_twice_under_one_key(
    client: TestClient, receiver: Receiver, tmp_path: Path
) -> None:
    client.put("/faults", json={"pay_twice": True})
    post(client, "/payouts", BODY, "k")
    receiver.wait(2)
    assert [told["reference"] for told in bodies_of(receiver)] == ["PAY-000001", "PAY-000002"]
    assert {record["key"] for record in truth(tmp_path)} == {"k"}


def test_what_was_paid_can_come_back(client: TestClient, receiver: Receiver) -> None:
    client.put("/faults", json={"return_after_s": 0.2})
    assert post(client, "/payouts", BODY, "k").json()["state"] == "paid"
    receiver.wait(2)
    assert [told["type"] for told in bodies_of(receiver)] == ["payout.paid", "payout.returned"]
    assert client.get("/payouts/k").json()["state"] == "returned"
