"""The operator: lines, orders, last bills."""

import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from simulators import billing, operator
from simulators.inventory import fen, read
from simulators.serving import Settings
from tests.simulators.support import LINES, post, truth, write_inventory
from xiaohu.core.facts import LineFacts

SAID = {
    "subscription_id": "S1",
    "status": "active",
    "realname": "registered",
    "cash_fen": 12640,
    "deposit_fen": 10000,
    "promotion_fen": 5,
    "points": 12,
    "arrears_fen": 820,
    "unbilled_fen": 150,
    "contract_end_on": "2999-01-01",
    "exit_fee_fen": 3000,
    "filing": True,
}


def order(client: TestClient, kind: str, key: str, line: str = "S1") -> Any:
    """Give an order."""
    return post(client, "/orders", {"kind": kind, "subscription_id": line}, key)


def bill(client: TestClient, key: str, line: str = "S1") -> Any:
    """Ask for a last bill."""
    return post(client, "/bills", {"subscription_id": line}, key)


def kinds(answer: Any) -> dict[str, int]:
    """Return what a bill asks for, by kind."""
    return {each["kind"]: each["amount_fen"] for each in answer.json()["items"]}


def today() -> str:
    """Return the operator's day."""
    return billing._today().isoformat()


@pytest.mark.parametrize(
    ("yuan", "expected"), [("", 0), ("0", 0), ("1", 100), ("1.5", 150), ("0.29", 29)]
)
def test_reads_yuan_exactly(yuan: str, expected: int) -> None:
    assert fen(yuan) == expected


@pytest.mark.parametrize(
    "wrong",
    [
        {"cash_yuan": "1.234"},
        {"cash_yuan": "-1"},
        {"cash_yuan": "１"},
        {"status": "odd"},
        {"points": "x"},
        {"contract_end_on": "soon"},
        {"legal_hold": "perhaps"},
        {"realname": "odd"},
        {"restriction": "odd"},
        {"restricted_on": "2026-02-30"},
        {"subscription_id": "S2"},
    ],
)
def test_says_which_row_is_wrong(tmp_path: Path, wrong: dict[str, str]) -> None:
    path = write_inventory(tmp_path / "bad.csv", [LINES[1], {**LINES[0], **wrong}])
    with pytest.raises(ValueError, match="line 3"):
        read(path)


def test_loads_ten_thousand_lines_quickly(tmp_path: Path) -> None:
    lines = [{**LINES[0], "subscription_id": f"S{number}"} for number in range(10_000)]
    path = write_inventory(tmp_path / "many.csv", lines)
    begun = time.monotonic()
    assert len(read(path)) == 10_000
    assert time.monotonic() - begun < 2


def test_shows_a_line(at_operator: TestClient) -> None:
    shown = at_operator.get("/lines/S1").json()
    assert {name: shown[name] for name in SAID} == SAID
    # What the file does not say does not apply.
    assert {shown[name] for name in set(shown) - set(SAID)} == {False, None, "holder", "none"}
    assert set(shown) == {"subscription_id", *LineFacts.model_fields}
    assert LineFacts.model_validate(shown).filing
    assert at_operator.get("/lines/S9").json() == {"error": "unknown_line"}


def test_does_an_order_once(at_operator: TestClient, tmp_path: Path) -> None:
    first = order(at_operator, "disconnect", "k/1")
    assert first.json() == {
        "key": "k/1",
        "kind": "disconnect",
        "state": "done",
        "reference": "OP-000001",
    }
    assert order(at_operator, "disconnect", "k/1").json() == first.json()
    assert at_operator.get("/orders/k/1").json() == first.json()
    assert order(at_operator, "freeze", "k/1").status_code == 409
    assert len(truth(tmp_path)) == 1


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("freeze", "status", "stopped"),
        ("disconnect", "status", "closed"),
        ("end_filing", "filing", False),
        ("quarantine", "status", "active"),
    ],
)
def test_orders_have_effects_that_survive(
    operator_settings: Settings, kind: str, field: str, value: object
) -> None:
    for _ in range(2):
        with TestClient(operator.application(operator_settings)) as client:
            assert order(client, kind, "k").json()["reference"] == "OP-000001"
            assert client.get("/lines/S1").json()[field] == value
    assert len(truth(Path(operator_settings.data))) == 1


def test_refuses(at_operator: TestClient, tmp_path: Path) -> None:
    order(at_operator, "disconnect", "k1")
    assert order(at_operator, "disconnect", "k2").json()["reason"] == "already_closed"
    assert order(at_operator, "freeze", "k3", "S9").json()["reason"] == "unknown_line"
    for refuse in ("freeze", "S2"):
        at_operator.put("/faults", json={"refuse": [refuse]})
        answer = order(at_operator, "freeze", "k4", "S2")
        assert answer.status_code == 422
        assert answer.json() == {"state": "refused", "reason": "refused_by_operator"}
    assert len(truth(tmp_path)) == 1
    at_operator.put("/faults", json={})
    assert order(at_operator, "freeze", "k4", "S2").status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "subscription_id"),
        ({"subscription_id": 1}, "subscription_id"),
        ({"subscription_id": "S1"}, "kind"),
        ({"subscription_id": "S1", "kind": []}, "kind"),
        ({"subscription_id": "S1", "kind": "explode"}, "kind"),
    ],
)
def test_tells_what_is_wrong_with_an_order(
    at_operator: TestClient, body: object, field: str
) -> None:
    answer = post(at_operator, "/orders", body, "k")
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("path", ["/orders", "/bills"])
def test_needs_a_key(at_operator: TestClient, path: str) -> None:
    answer = at_operator.post(path, json={"kind": "freeze", "subscription_id": "S1"})
    assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_does_later_what_it_accepts_now(operator_settings: Settings) -> None:
    with TestClient(operator.application(operator_settings)) as client:
        client.put("/faults", json={"asynchronous": True})
        assert order(client, "disconnect", "k").status_code == 202
        assert order(client, "disconnect", "k").json()["state"] == "accepted"
        assert order(client, "disconnect", "k2").json()["reason"] == "already_closed"
        assert client.get("/lines/S1").json()["status"] == "active"
    with TestClient(operator.application(operator_settings)) as client:
        assert client.get("/orders/k").json()["state"] == "accepted"
        time.sleep(1.1)
        assert client.get("/orders/k").json()["state"] == "done"
        assert client.get("/lines/S1").json()["status"] == "closed"
    assert len(truth(Path(operator_settings.data))) == 1


def test_bills_a_closed_line(at_operator: TestClient, tmp_path: Path) -> None:
    assert bill(at_operator, "b").json()["reason"] == "still_active"
    assert bill(at_operator, "b", "S9").json()["reason"] == "unknown_line"
    order(at_operator, "disconnect", "k1")
    order(at_operator, "disconnect", "k2", "S2")
    first = bill(at_operator, "b")
    assert first.json() == {
        "key": "b",
        "state": "done",
        "items": [
            {"kind": "arrears", "amount_fen": 820, "on": today()},
            {"kind": "usage", "amount_fen": 150, "on": today()},
            {"kind": "exit_fee", "amount_fen": 3000, "on": today()},
        ],
        "last": True,
        "cash_fen": 12640,
        "deposit_fen": 10000,
        "promotion_fen": 5,
        "gift_fen": 0,
    }
    assert bill(at_operator, "b").json() == first.json() == at_operator.get("/bills/b").json()
    assert bill(at_operator, "b", "S2").status_code == 409
    assert "exit_fee" not in kinds(bill(at_operator, "b2", "S2"))
    assert [each["kind"] for each in truth(tmp_path)].count("bill") == 2


def test_lines_can_be_changed_for_a_rehearsal(operator_settings: Settings) -> None:
    with TestClient(operator.application(operator_settings)) as client:
        assert client.post("/lines/S1/pay").json()["arrears_fen"] == 0
        client.patch("/lines/S1", json={"legal_hold": True, "cash_fen": 7})
        assert client.patch("/lines/S9", json={}).status_code == 404
    with TestClient(operator.application(operator_settings)) as client:
        line = client.get("/lines/S1").json()
    assert (line["arrears_fen"], line["legal_hold"], line["cash_fen"]) == (0, True, 7)


def test_everything_said_of_a_line_can_be_changed(at_operator: TestClient) -> None:
    changes: dict[str, object] = {
        "status": "banned",
        "restriction": "police_notice",
        "restriction_grade": 3,
        "restricted_on": "2026-11-01",
        "realname": "missing",
        "instalment_fen": 100,
        "sublines": 2,
        "esim": True,
        "group_network": "family",
        "contract_end_on": None,
    }
    assert at_operator.patch("/lines/S1", json=changes).status_code == 200
    shown = at_operator.get("/lines/S1").json()
    assert {name: shown[name] for name in changes} == changes


def test_a_special_number_left_early_is_on_the_last_bill(at_operator: TestClient) -> None:
    changes = {"vanity_end_on": "2999-01-01", "vanity_fee_fen": 500}
    at_operator.patch("/lines/S1", json=changes)
    order(at_operator, "disconnect", "k1")
    assert kinds(bill(at_operator, "b"))["exit_fee"] == 3000 + 500


def test_a_rehearsed_fee_is_billed_for_its_day(at_operator: TestClient) -> None:
    changes = {"monthly_fen": 5900, "late_fee_fen": 12, "fees_on": "2026-12-01"}
    at_operator.patch("/lines/S2", json=changes)
    order(at_operator, "disconnect", "k1", "S2")
    billed = bill(at_operator, "b", "S2").json()["items"]
    assert [each for each in billed if each["on"] == "2026-12-01"] == [
        {"kind": "monthly", "amount_fen": 5900, "on": "2026-12-01"},
        {"kind": "late_fee", "amount_fen": 12, "on": "2026-12-01"},
    ]


def test_records_of_roaming_come_as_a_second_part(at_operator: TestClient) -> None:
    at_operator.patch("/lines/S1", json={"roaming_pending": True, "roaming_fen": 2300})
    order(at_operator, "disconnect", "k1")
    first = bill(at_operator, "b")
    assert (first.json()["last"], kinds(first)["usage"]) == (False, 150)
    second = post(at_operator, "/bills", {"subscription_id": "S1", "part": 1}, "b2")
    assert (second.json()["last"], kinds(second)) == (True, {"usage": 2300})
    assert at_operator.get("/lines/S1").json()["roaming_pending"] is False


def test_a_late_bill_is_accepted_and_ready_afterwards(operator_settings: Settings) -> None:
    with TestClient(operator.application(operator_settings)) as client:
        order(client, "disconnect", "k1")
        client.put("/faults", json={"late_bill_s": 1})
        for _ in range(2):
            assert (bill(client, "b").status_code, bill(client, "b").json()["state"]) == (
                202,
                "accepted",
            )
        assert order(client, "quarantine", "k2").json()["state"] == "done"
    with TestClient(operator.application(operator_settings)) as client:
        time.sleep(1.1)
        assert (bill(client, "b").status_code, bill(client, "b").json()["last"]) == (200, True)


@pytest.mark.parametrize("wrong", [{"part": -1}, {"part": True}, {"part": "1"}, {"settle": "x"}])
def test_a_bill_is_asked_for_properly(at_operator: TestClient, wrong: dict[str, object]) -> None:
    answer = post(at_operator, "/bills", {"subscription_id": "S1", **wrong}, "b")
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(wrong)))


@pytest.mark.parametrize(
    "body",
    [
        {"status": "odd"},
        {"status": []},
        {"cash_fen": True},
        {"port_out": 1},
        {"points": "1"},
        {"restriction_grade": 4},
        {"restricted_on": "20260230"},
        {"payer": "nobody"},
        {"restriction": []},
        {"subscription_id": "S2"},
    ],
)
def test_changes_are_checked(at_operator: TestClient, body: dict[str, object]) -> None:
    answer = at_operator.patch("/lines/S1", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(body)))


def test_passes_a_message_on_once(at_operator: TestClient, tmp_path: Path) -> None:
    body = {"subscription_id": "S1", "party": "affected_payer", "text": "你好"}
    for _ in range(2):
        answer = post(at_operator, "/notices", body, "k")
        assert answer.json() == {"key": "k", "state": "done", "reference": "TOLD-000001"}
    assert [(each["kind"], each["party"]) for each in truth(tmp_path)] == [
        ("notice", "affected_payer")
    ]
    assert post(at_operator, "/notices", {**body, "party": ""}, "k2").status_code == 422
    assert post(at_operator, "/notices", {**body, "subscription_id": "S9"}, "k3").status_code == 422
    at_operator.put("/faults", json={"refuse": ["notice"]})
    assert post(at_operator, "/notices", body, "k4").json()["reason"] == "refused_by_operator"


def test_a_late_charge_names_the_bill_it_comes_after(operator_settings: Settings) -> None:
    with TestClient(operator.application(operator_settings)) as client:
        late = client.post("/lines/S1/late-charge", json={"amount_fen": 730})
        assert late.json()["reason"] == "not_billed"
        order(client, "disconnect", "k1")
        bill(client, "b")
        late = client.post("/lines/S1/late-charge", json={"amount_fen": 730})
        assert late.json() == {"key": "b", "reference": "LATE-000001", "amount_fen": 730}
        for wrong in ({}, {"amount_fen": 0}, {"amount_fen": True}):
            assert client.post("/lines/S1/late-charge", json=wrong).status_code == 422
    with TestClient(operator.application(operator_settings)) as client:
        late = client.post("/lines/S1/late-charge", json={"amount_fen": 5})
        assert late.json()["reference"] == "LATE-000002"


@pytest.mark.parametrize(
    ("kind", "begins"), [("contract", b"%PDF-"), ("recordings", b"RIFF"), ("contacts", b"")]
)
def test_files_lie_beside_records(at_operator: TestClient, kind: str, begins: bytes) -> None:
    said = at_operator.get(f"/lines/S1/records/{kind}").json()
    assert all(len(row) == len(said["columns"]) for row in said["rows"])
    assert bool(said["files"]) is bool(begins)
    for number, _ in enumerate(said["files"], start=1):
        answer = at_operator.get(f"/lines/S1/records/{kind}/files/{number}")
        assert answer.content.startswith(begins)
    beyond = len(said["files"]) + 1
    assert at_operator.get(f"/lines/S1/records/{kind}/files/{beyond}").status_code == 404
    at_operator.put("/faults", json={"refuse": [f"files:{kind}"]})
    assert at_operator.get(f"/lines/S1/records/{kind}/files/1").status_code == 422
