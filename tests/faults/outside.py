"""Simulators as processes, shared by what kills, stops and races; only their newest records count."""

import csv
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from django.conf import settings

from simulators.callbacks import signature
from tests.processes import Simulators
from xiaohu.gateways import callbacks
from xiaohu.queue import clock
from xiaohu.registry import demo_data

NUMBER = {"operator": 1, "payout": 2, "messages": 3}


class Outside(Simulators):
    """Three processes whose past can be passed over."""

    def __init__(self, folder: Path, inventory: Path) -> None:
        super().__init__(folder, inventory)
        self.passed: dict[str, int] = {}

    def truth(self, name: str) -> list[dict[str, Any]]:
        """Return what happened at one of them since the last `begin`."""
        return super().truth(name)[self.passed.get(name, 0) :]

    def begin(self) -> None:
        """Let only what happens from here on count, and all be well."""
        self.passed = {}
        self.passed = {name: len(self._all(name)) for name in NUMBER}
        for name in NUMBER:
            self.fault(name)

    def fault(self, name: str, **faults: Any) -> None:
        """Switch faults on, or all off."""
        url = f"{settings.XIAOHU.simulator_url(NUMBER[name])}/faults"
        assert httpx.put(url, json=faults, timeout=5.0).is_success

    def call_back(self, copies: int) -> None:
        """Deliver a callback for every payment there is, so many times each."""
        for record in self.truth("payout"):
            payload = {
                "type": "payout.paid",
                "key": record["key"],
                "amount_fen": record["amount_fen"],
                "currency": "CNY",
                "reference": record["reference"],
            }
            for _ in range(copies):
                deliver(json.dumps(payload).encode(), event_id=f"evt-{record['reference']}")

    def _all(self, name: str) -> list[dict[str, Any]]:
        return super().truth(name)


def deliver(body: bytes, *, event_id: str) -> bool:
    """Hand in a genuine callback; return whether it was new."""
    secret = settings.XIAOHU.callback_secret
    assert secret is not None
    sent = int(time.time())
    signed = signature(secret.get_secret_value(), event_id, sent, body)
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(sent),
        "webhook-signature": signed,
    }
    now = clock.now()
    return callbacks.receive(
        source="payout", headers=headers, body=body, now=datetime.now(UTC), business_now=now
    )


def clean_numbers(inventory: Path) -> Iterator[str]:
    """Return clean lines with an outbound filing and some money, each once."""
    with inventory.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return iter(
        f"+86{row['number']}"
        for row in rows
        if demo_data.is_clean(row) and row["filing"] and float(row["cash_yuan"]) < 1000
    )
