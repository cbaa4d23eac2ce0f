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
PURSES = ("cash", "deposit", "promotion", "gift")
COLUMNS = (
    "number", "iccid", "subscription_id", "product", "status", "activated_on", "holder_name",
    "document_kind", "document_number", "username", "cash_yuan", "deposit_yuan",
    "promotion_yuan", "gift_yuan", "points", "contract_end_on", "exit_fee_yuan",
    "arrears_yuan", "unbilled_yuan", "contact",
)  # fmt: skip
# What a rehearsal has on the last bill, beside what the line owes anyway.
BILLED = ("monthly_fen", "late_fee_fen", "roaming_fen")
UNSAID = frozenset({*BILLED, "fees_on"})
# What is said of a line beside its columns of old; a file may leave out any of them.
AMOUNTS = (
    *(f"{purse}_fen" for purse in PURSES),
    "arrears_fen", "unbilled_fen", "exit_fee_fen", "vanity_fee_fen", "instalment_fen",
    "equipment_fen", "contract_monthly_fen", *BILLED,
)  # fmt: skip
COUNTS = ("points", "coupons", "sublines", "restriction_grade")
DAYS = (
    "contract_end_on", "vanity_end_on", "hold_review_on", "restricted_on", "arrears_since_on",
    "suspended_on", "fees_on",
)  # fmt: skip
FLAGS = (
    "filing", "port_out", "open_order", "legal_hold", "roaming_pending", "subline", "bundle",
    "ported_in", "transfer", "fee_dispute", "complaint", "two_factor", "invoice_pending",
    "minor", "dissolved", "esim", "balance_unknown",
)  # fmt: skip
WORDS = {
    "realname": ("registered", "missing", "mismatch", "expired"),
    "group_network": ("none", "group", "family"),
    "payer": ("holder", "organisation", "other"),
    "restriction": (
        None, "complaints", "abnormal_frequency", "changed_use", "subletting", "police_notice",
        "reverification",
    ),
}  # fmt: skip
MOST_GRADE = 3
_YES, _NO = {"yes", "true", "y", "1", "是"}, {"no", "false", "n", "0", "否"}
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


def _flag(text: str, *, otherwise: bool) -> bool:
    text = text.strip().lower()
    if text and text not in _YES | _NO:
        raise ValueError(f"not yes or no: {text!r}")
    return text in _YES if text else otherwise


def _day(text: str) -> str | None:
    return date.fromisoformat(text).isoformat() if (text := text.strip()) else None


def _word(text: str, words: tuple[str | None, ...]) -> str | None:
    word = text.strip() or words[0]
    if word not in words:
        raise ValueError(f"not one of {words}: {word!r}")
    return word


def _line(row: dict[str, str]) -> Line:
    """Return a line in the very shape that is answered, so answering is only serialising."""
    subscription = row["subscription_id"].strip()
    if not subscription:
        raise ValueError("subscription_id is empty")
    amounts = {name: f"{name.removesuffix('_fen')}_yuan" for name in AMOUNTS}
    # A file of old says nothing of filings; its outbound products have them.
    filed = OUTBOUND in row["product"]
    return {
        "subscription_id": subscription,
        "status": _status(row["status"]),
        **{name: fen(row.get(column, "")) for name, column in amounts.items()},
        **{name: _count(row.get(name, "")) for name in COUNTS},
        **{name: _day(row.get(name, "")) for name in DAYS},
        **{name: _flag(row.get(name, ""), otherwise=filed and name == "filing") for name in FLAGS},
        **{name: _word(row.get(name, ""), words) for name, words in WORDS.items()},
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
