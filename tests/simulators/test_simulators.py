"""The simulators: each effect once, truth on disk first, faults on demand."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from simulators import messages, operator, payout
from simulators.truth import Truth
from xiaohu.registry.demo_data import write

SUBSCRIPTION = "SUB00000001"
Make = Callable[[], Starlette]


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    """Return an export of ten invented lines."""
    path = tmp_path / "lines.csv"
    write(path=path, lines=10, seed=1, today=date(2026, 11, 23))
    return path


def truth(folder: Path) -> list[dict[str, Any]]:
    """Return what really happened."""
    return [json.loads(line) for line in (folder / "truth.jsonl").read_text().splitlines()]


def order(client: TestClient, kind: str, *, key: str, line: str = SUBSCRIPTION) -> Any:
    """Give an order."""
    body = {"kind": kind, "subscription_id": line}
    return client.post("/orders", json=body, headers={"Idempotency-Key": key})


def pay(client: TestClient, *, key: str, amount: int = 12640, account: str = "6200") -> Any:
    """Pay to a bank account."""
    destination = {
        "route": "bank_account",
        "name": "赵示例",
        "bank": "示例银行",
        "account": account,
    }
    body = {"amount_fen": amount, "currency": "CNY", "reference": "XH", "destination": destination}
    return client.post("/payouts", json=body, headers={"Idempotency-Key": key})


class TestOperator:
    """Lines, orders and bills."""

    @pytest.fixture
    def client(self, tmp_path: Path, inventory: Path) -> TestClient:
        """Return a fresh operator."""
        return TestClient(operator.application(tmp_path, inventory))

    def test_knows_its_lines(self, client: TestClient) -> None:
        facts = client.get(f"/lines/{SUBSCRIPTION}").json()
        assert (facts["status"], facts["cash_fen"], facts["gift_fen"]) == ("active", 12640, 2000)
        assert client.get("/lines/nobody").status_code == 404

    def test_does_each_order_once(self, client: TestClient, tmp_path: Path) -> None:
        first = order(client, "disconnect", key="k1")
        assert order(client, "disconnect", key="k1").json() == first.json()
        assert order(client, "freeze", key="k1").status_code == 422
        assert order(client, "disconnect", key="k2").json()["reason"] == "already_closed"
        assert [record["kind"] for record in truth(tmp_path)] == ["disconnect"]
        assert client.get("/orders/k1").json()["state"] == "done"
        assert client.get("/orders/k9").status_code == 404

    def test_bills_a_closed_line_only(self, client: TestClient) -> None:
        headers = {"Idempotency-Key": "b1"}
        body = {"subscription_id": SUBSCRIPTION}
        assert client.post("/bills", json=body, headers=headers).json()["reason"] == "still_active"
        order(client, "disconnect", key="k1")
        bill = client.post("/bills", json=body, headers=headers).json()
        assert (bill["usage_fen"], bill["cash_fen"], bill["gift_fen"]) == (0, 12640, 2000)

    def test_remembers_after_a_restart(
        self, client: TestClient, tmp_path: Path, inventory: Path
    ) -> None:
        order(client, "disconnect", key="k1")
        again = TestClient(operator.application(tmp_path, inventory))
        assert again.get(f"/lines/{SUBSCRIPTION}").json()["status"] == "closed"
        assert again.get("/orders/k1").json()["state"] == "done"

    def test_arrears_can_be_paid_and_facts_changed(self, client: TestClient) -> None:
        assert client.get("/lines/SUB00000003").json()["arrears_fen"] == 3820
        assert client.post("/lines/SUB00000003/pay").json()["arrears_fen"] == 0
        changed = client.patch(f"/lines/{SUBSCRIPTION}", json={"port_out": True})
        assert changed.json()["port_out"] is True
        assert client.patch(f"/lines/{SUBSCRIPTION}", json={"filing": 7}).status_code == 422

    def test_may_accept_now_and_do_later(self, client: TestClient) -> None:
        with client:
            client.put("/faults", json={"asynchronous": True})
            assert order(client, "freeze", key="k1").status_code == 202
            assert client.get("/orders/k1").status_code == 404
            time.sleep(operator.ACCEPTED_FOR + 0.2)
            assert client.get("/orders/k1").json()["state"] == "done"

    @pytest.mark.parametrize(
        ("fault", "status"),
        [({"error": True}, 500), ({"down": True}, 503), ({"refuse": ["freeze"]}, 422)],
    )
    def test_fails_on_demand_and_does_nothing_then(
        self, client: TestClient, tmp_path: Path, fault: dict[str, Any], status: int
    ) -> None:
        client.put("/faults", json=fault)
        assert order(client, "freeze", key="k1").status_code == status
        assert truth(tmp_path) == []

    def test_may_succeed_without_telling(self, client: TestClient, tmp_path: Path) -> None:
        client.put("/faults", json={"timeout_after_success": True, "hang_s": 0.1, "times": 1})
        order(client, "freeze", key="k1")
        assert len(truth(tmp_path)) == 1
        assert client.get("/faults").json()["timeout_after_success"] is False

    @pytest.mark.parametrize(
        "fault", [{"nonsense": True}, {"down": 1}, {"slow_s": "x"}, {"times": 0}]
    )
    def test_refuses_faults_it_does_not_know(
        self, client: TestClient, fault: dict[str, Any]
    ) -> None:
        assert client.put("/faults", json=fault).status_code == 422


class TestPayout:
    """Payments."""

    @pytest.fixture
    def client(self, tmp_path: Path) -> TestClient:
        """Return a fresh provider."""
        return TestClient(payout.application(tmp_path))

    def test_pays_each_key_once(self, client: TestClient, tmp_path: Path) -> None:
        first = pay(client, key="p1")
        assert pay(client, key="p1").json() == first.json()
        assert pay(client, key="p1", amount=1).status_code == 409
        assert [record["amount_fen"] for record in truth(tmp_path)] == [12640]
        assert client.get("/payouts/p1").json()["state"] == "paid"

    def test_keeps_no_name_and_no_whole_account(self, client: TestClient, tmp_path: Path) -> None:
        pay(client, key="p1", account="6222000011112222")
        written = (tmp_path / "truth.jsonl").read_text()
        assert "赵示例" not in written
        assert "6222000011112222" not in written

    def test_refuses_an_account_on_demand(self, client: TestClient, tmp_path: Path) -> None:
        client.put("/faults", json={"refuse": ["6200"]})
        assert pay(client, key="p1").json() == {"state": "refused", "reason": "account_closed"}
        assert truth(tmp_path) == []

    @pytest.mark.parametrize(
        "body", [b"{", b"\xff", b"[]", b'{"amount_fen": 1.5}', b'{"amount_fen": true}']
    )
    def test_answers_mistakes_clearly(self, client: TestClient, body: bytes) -> None:
        answer = client.post("/payouts", content=body, headers={"Idempotency-Key": "p1"})
        assert answer.status_code == 422
        assert answer.json()["field"]


class TestMessages:
    """Texts and mail."""

    @pytest.fixture
    def client(self, tmp_path: Path) -> TestClient:
        """Return a fresh provider."""
        return TestClient(messages.application(tmp_path))

    def send(self, client: TestClient, text: str, *, key: str) -> Any:
        """Send a text."""
        body = {"to": "+8613000000001", "text": text}
        return client.post("/messages", json=body, headers={"Idempotency-Key": key})

    def test_delivers_each_key_once(self, client: TestClient) -> None:
        for _ in range(2):
            assert self.send(client, "验证码 123456", key="m1").status_code == 200
        assert len(client.get("/inbox.json?to=13000000001").json()) == 1

    def test_shows_the_newest_first_and_escaped(self, client: TestClient) -> None:
        assert "Nothing here yet" in client.get("/").text
        self.send(client, "first", key="m1")
        self.send(client, "<b>second</b>", key="m2")
        page = client.get("/").text
        assert page.index("&lt;b&gt;second") < page.index("first")


def test_a_torn_last_line_is_dropped(tmp_path: Path) -> None:
    Truth(tmp_path).append({"key": "whole"})
    with (tmp_path / "truth.jsonl").open("ab") as file:
        file.write(b'{"key": "to')
    assert [record["key"] for record in Truth(tmp_path).records()] == ["whole"]


def test_a_simulator_ends_with_whoever_started_it(tmp_path: Path) -> None:
    pipe = tmp_path / "alive"
    os.mkfifo(pipe)
    writer = os.open(pipe, os.O_RDWR)
    command = [sys.executable, "-m", "simulators.messages", "--port", "18903"]
    process = subprocess.Popen([*command, "--data", str(tmp_path), "--alive", str(pipe)])
    time.sleep(1.5)
    assert process.poll() is None
    os.close(writer)
    assert process.wait(timeout=5) == 0
