"""What the tests of the simulators share."""

import csv
import json
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from simulators.inventory import COLUMNS

LINES: list[dict[str, str]] = [
    {
        "subscription_id": "S1",
        "product": "外呼套餐",
        "status": "active",
        "cash_yuan": "126.4",
        "deposit_yuan": "100",
        "promotion_yuan": "0.05",
        "points": "12",
        "contract_end_on": "2999-01-01",
        "exit_fee_yuan": "30",
        "arrears_yuan": "8.20",
        "unbilled_yuan": "1.5",
    },
    {
        "subscription_id": "S2",
        "product": "基础套餐",
        "status": "stopped",
        "contract_end_on": "2020-01-01",
        "exit_fee_yuan": "30",
    },
]


def write_inventory(path: Path, lines: list[dict[str, str]] = LINES) -> Path:
    """Write an export the operator can read."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        more = dict.fromkeys(name for line in lines for name in line if name not in COLUMNS)
        writer = csv.DictWriter(file, [*COLUMNS, *more], restval="")
        writer.writeheader()
        writer.writerows(lines)
    return path


def truth(folder: Path) -> list[dict[str, Any]]:
    """Return what really happened."""
    return [json.loads(line) for line in (folder / "truth.jsonl").read_bytes().splitlines()]


def post(client: TestClient, path: str, body: object, key: str) -> Any:
    """Call with a key."""
    return client.post(path, json=body, headers={"Idempotency-Key": key})
