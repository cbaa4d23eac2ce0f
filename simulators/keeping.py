"""What the operator keeps of a line beside its state: records of months, and what a holder saved.

Invented from the subscription's own id, so that a rehearsal always reads the same. A line that
never held anything has no records and nothing saved.
"""

import zlib
from collections.abc import Collection

from simulators.inventory import Line

PAGE = 200
RECORDS = {
    "bills": ("item", "amount_yuan"),
    "calls": ("started_at", "direction", "number", "seconds", "fee_yuan"),
    "contract": ("clause", "text"),
    "invoices": ("invoice", "issued_on", "amount_yuan"),
}
LEFT_BEHIND = ("payees", "contacts", "recordings", "consents")


def records(line: Line, record: str, month: str) -> list[list[str]]:
    """Return the records of one kind and month."""
    if _blank(line):
        return []
    chance = zlib.crc32(f"{line['subscription_id']}{record}{month}".encode())
    if record == "bills":
        return [["plan", "59.00"], ["calls", f"{chance % 90}.{chance % 10}0"]]
    if record == "contract":
        return [["service", "mobile line"], ["subscription", str(line["subscription_id"])]]
    if record == "invoices":
        return [[f"INV-{chance % 10**6:06d}", f"{month}-28", "59.00"]] if chance % 2 else []
    return [_call(chance, month, n) for n in range(250 + chance % 50)]


def left_behind(line: Line, cleared: Collection[tuple[str, str]]) -> dict[str, int]:
    """Return how much of each kind is still saved."""
    subscription = line["subscription_id"]
    amounts = dict.fromkeys(LEFT_BEHIND, 0)
    if not _blank(line):
        amounts = {
            kind: 1 + zlib.crc32(f"{subscription}{kind}".encode()) % 40 for kind in LEFT_BEHIND
        }
    return {kind: 0 if (subscription, kind) in cleared else n for kind, n in amounts.items()}


def _blank(line: Line) -> bool:
    return not any(line[f"{purse}_fen"] for purse in ("cash", "gift")) and not line["points"]


def _call(chance: int, month: str, n: int) -> list[str]:
    day, hour, minute = 1 + n % 28, 8 + (chance + n) % 12, (chance * (n + 1)) % 60
    other = f"1390000{(chance + n * 37) % 10**4:04d}"
    return [f"{month}-{day:02d} {hour:02d}:{minute:02d}", "out", other, str(30 + n % 400), "0.15"]
