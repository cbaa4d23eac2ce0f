"""The operator's lines, read once from a CSV file."""

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

Line = dict[str, Any]

STATUSES = (
    "active", "stopped", "lost", "arrears_stopped", "restricted", "banned", "ported_out", "closed",
)  # fmt: skip
REALNAMES = ("registered", "missing", "mismatch", "expired")
PURSES = ("cash", "deposit", "promotion", "gift")
COLUMNS = (
    "number", "iccid", "subscription_id", "product", "status", "activated_on", "holder_name",
    "document_kind", "document_number", "username", "cash_yuan", "deposit_yuan",
    "promotion_yuan", "gift_yuan", "points", "contract_end_on", "exit_fee_yuan",
    "arrears_yuan", "unbilled_yuan", "contact",
)  # fmt: skip
OUTBOUND = "外呼"

_YUAN = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?")
_COUNT = re.compile(r"[0-9]{1,15}")


def fen(yuan: str) -> int:
    """Turn yuan with up to two decimals into whole fen, never by way of a float."""
    yuan = yuan.strip()
    if not yuan:
        return 0
    match = _YUAN.fullmatch(yuan)
    if match is None:
        raise ValueError(f"not an amount in yuan: {yuan!r}")
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def _count(text: str) -> int:
    text = text.strip()
    if not text:
        return 0
    if not _COUNT.fullmatch(text):
        raise ValueError(f"not a whole number: {text!r}")
    return int(text)


def _status(text: str) -> str:
    status = text.strip() or "active"
    if status not in STATUSES:
        raise ValueError(f"not a status: {status!r}")
    return status


def _line(row: dict[str, str]) -> Line:
    """Return a line in the very shape that is answered, so answering is only serialising."""
    subscription = row["subscription_id"].strip()
    if not subscription:
        raise ValueError("subscription_id is empty")
    contract_end = row["contract_end_on"].strip() or None
    if contract_end is not None:
        date.fromisoformat(contract_end)
    return {
        "subscription_id": subscription,
        "status": _status(row["status"]),
        "realname": "registered",
        **{f"{purse}_fen": fen(row[f"{purse}_yuan"]) for purse in PURSES},
        "points": _count(row["points"]),
        "arrears_fen": fen(row["arrears_yuan"]),
        "unbilled_fen": fen(row["unbilled_yuan"]),
        "contract_end_on": contract_end,
        "exit_fee_fen": fen(row["exit_fee_yuan"]),
        "filing": OUTBOUND in row["product"],
        "port_out": False,
        "open_order": False,
        "legal_hold": False,
    }


def read(path: Path) -> dict[str, Line]:
    """Return every line by its subscription, or say which row is wrong."""
    lines: dict[str, Line] = {}
    # Spreadsheets put a byte order mark in front of UTF-8.
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, restval="")
        absent = [name for name in COLUMNS if name not in (rows.fieldnames or ())]
        if absent:
            raise ValueError(f"{path}: columns missing: {', '.join(absent)}")
        for row in rows:
            try:
                line = _line(row)
                if line["subscription_id"] in lines:
                    raise ValueError(f"subscription_id twice: {line['subscription_id']}")
            except ValueError as error:
                raise ValueError(f"{path}: line {rows.line_num}: {error}") from None
            lines[line["subscription_id"]] = line
    return lines
