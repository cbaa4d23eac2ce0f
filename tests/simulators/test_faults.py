"""Bad days, switched on and off."""

import time
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.simulators.support import post, truth

ORDER = {"kind": "freeze", "subscription_id": "S1"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nonsense": True}, "nonsense"),
        ({"down": 1}, "down"),
        ({"slow_s": "x"}, "slow_s"),
        ({"slow_s": True}, "slow_s"),
        ({"slow_s": -1}, "slow_s"),
        ({"hang_s": 1e9}, "hang_s"),
        ({"times": 0}, "times"),
        ({"times": True}, "times"),
        ({"duplicate_callbacks": 1.5}, "duplicate_callbacks"),
        ({"duplicate_callbacks": -1}, "duplicate_callbacks"),
        ({"refuse": "S1"}, "refuse"),
        ({"refuse": [1]}, "refuse"),
        ({"forget": 1}, "forget"),
        ({"callback_lie": "small"}, "callback_lie"),
        ({"callback_lie": 1}, "callback_lie"),
        ({"return_after_s": -1}, "return_after_s"),
        ([], "body"),
    ],
)
def test_refuses_what_is_no_fault(at_operator: TestClient, body: object, field: str) -> None:
    answer = at_operator.put("/faults", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert answer.json()["reason"]


def test_put_replaces_everything(at_operator: TestClient) -> None:
    at_operator.put("/faults", json={"down": True, "refuse": ["S1"]})
    shown = at_operator.put("/faults", json={"error": True}).json()
    assert (shown["down"], shown["refuse"], shown["error"]) == (False, [], True)
    assert shown == at_operator.get("/faults").json()


@pytest.mark.parametrize(("fault", "status"), [({"error": True}, 500), ({"down": True}, 503)])
def test_fails_before_doing_anything(
    at_operator: TestClient, tmp_path: Path, fault: dict[str, object], status: int
) -> None:
    at_operator.put("/faults", json=fault)
    assert post(at_operator, "/orders", ORDER, "k").status_code == status
    assert at_operator.get("/lines/S1").status_code == status
    assert truth(tmp_path) == []
    assert at_operator.get("/healthz").json() == {"ok": True}


def test_down_answers_at_once_and_everywhere(at_operator: TestClient) -> None:
    at_operator.put("/faults", json={"down": True, "slow_s": 3})
    begun = time.monotonic()
    assert at_operator.patch("/lines/S1", json={}).status_code == 503
    assert at_operator.get("/orders/k").status_code == 503
    assert time.monotonic() - begun < 1


def test_slow_is_slow(at_operator: TestClient) -> None:
    at_operator.put("/faults", json={"slow_s": 0.2})
    begun = time.monotonic()
    assert at_operator.get("/lines/S1").status_code == 200
    assert time.monotonic() - begun >= 0.2


def test_timeout_comes_after_the_deed_and_not_for_reading(
    at_operator: TestClient, tmp_path: Path
) -> None:
    at_operator.put("/faults", json={"timeout_after_success": True, "hang_s": 0.3, "times": 1})
    begun = time.monotonic()
    at_operator.get("/lines/S1")
    assert time.monotonic() - begun < 0.3
    post(at_operator, "/orders", ORDER, "k")
    assert time.monotonic() - begun >= 0.3
    assert len(truth(tmp_path)) == 1
    assert at_operator.get("/faults").json()["timeout_after_success"] is False


def test_times_counts_down_and_then_all_is_well(at_operator: TestClient) -> None:
    at_operator.put("/faults", json={"error": True, "times": 2})
    answers = [at_operator.get("/lines/S1").status_code for _ in range(3)]
    assert answers == [500, 500, 200]
    assert at_operator.get("/faults").json()["error"] is False


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[]", b"NaN", b"[" * 100_000])
def test_malformed_is_told_so(at_operator: TestClient, body: bytes) -> None:
    for path, method in [("/faults", "PUT"), ("/orders", "POST"), ("/lines/S1", "PATCH")]:
        answer = at_operator.request(method, path, content=body, headers={"Idempotency-Key": "k"})
        assert (answer.status_code, answer.json()["field"]) == (422, "body")
