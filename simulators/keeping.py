"""What the operator keeps of a line beside its state: records of months, and what a holder saved.

Invented from the subscription's own id, so that a rehearsal always reads the same. A line that
never held anything has no records and nothing saved.
"""

import zlib
from collections.abc import Collection

from simulators import papers
from simulators.inventory import Line

PAGE = 200
RECORDS = {
    "bills": ("item", "amount_yuan"),
    "calls": ("started_at", "direction", "number", "seconds", "fee_yuan"),
    "contract": ("clause", "text"),
    "invoices": ("invoice", "issued_on", "amount_yuan"),
    "contacts": ("name", "number"),
    "recordings": ("recorded_at", "number", "seconds"),
    "consents": ("number", "consented_at", "way", "ends_on"),
}
FORMS = {"contract": "pdf", "invoices": "pdf", "recordings": "wav"}
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
    if record in {"contacts", "recordings", "consents"}:
        return [_SAVED[record](chance, n) for n in range(1 + chance % 4)]
    if record == "invoices":
        return [[f"INV-{chance % 10**6:06d}", f"{month}-28", "59.00"]] if chance % 2 else []
    return [_call(chance, month, n) for n in range(250 + chance % 50)]


def files_of(line: Line, record: str, month: str) -> list[str]:
    """Return the forms of the files beside a table: a contract has one, each invoice and recording too."""
    found = records(line, record, month) if record in FORMS else []
    count = min(len(found), 1) if record == "contract" else len(found)
    return [FORMS[record]] * count if count else []


def file_of(line: Line, record: str, month: str, number: int) -> bytes:
    """Return one of them: a page that says what it is, or a second of silence."""
    if FORMS[record] == "wav":
        return papers.silence()
    return papers.page(f"{record} {month} {number} of {line['subscription_id']}")


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


def _contact(chance: int, n: int) -> list[str]:
    return [f"联系人示例{n + 1}", f"1390000{(chance + n * 91) % 10**4:04d}"]


def _recording(chance: int, n: int) -> list[str]:
    return [f"2026-10-{1 + n:02d} 10:{chance % 60:02d}", *_contact(chance, n)[1:], str(20 + n)]


def _consent(chance: int, n: int) -> list[str]:
    return [*_contact(chance, n)[1:], f"2026-0{1 + n}-15", "sms", f"2027-0{1 + n}-15"]


_SAVED = {"contacts": _contact, "recordings": _recording, "consents": _consent}


def _call(chance: int, month: str, n: int) -> list[str]:
    day, hour, minute = 1 + n % 28, 8 + (chance + n) % 12, (chance * (n + 1)) % 60
    other = f"1390000{(chance + n * 37) % 10**4:04d}"
    return [f"{month}-{day:02d} {hour:02d}:{minute:02d}", "out", other, str(30 + n % 400), "0.15"]
