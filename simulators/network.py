"""The operator's network: its lines, and what orders and bills do to them."""

from bisect import insort

from simulators import billing
from simulators.book import Book, due, later, pending
from simulators.faults import Faults
from simulators.inventory import PURSES, Line
from simulators.keeping import LEFT_BEHIND
from simulators.truth import Record, Truth
from simulators.wire import Body

KINDS = ("prepare", "freeze", "disconnect", "end_filing", "quarantine", "clear")
# What the operator does when the holder chose it about an obstacle.
PREPARED: dict[str, Body] = {
    "keep_paying": {"instalment_fen": 0},
    "book_pickup": {"equipment_fen": 0},
    "close_sublines": {"sublines": 0},
    "promote_subline": {"sublines": 0},
    "detach_sublines": {"sublines": 0},
    "split_bundle": {"bundle": False},
    "close_bundle": {"bundle": False},
    "change_payer": {"bundle": False},
    "leave_network": {"group_network": "none"},
    "detach_payer": {"payer": "holder"},
    "cancel_order": {"open_order": False, "transfer": False},
}
BILL_FIELDS = ("items", "last", *(f"{purse}_fen" for purse in PURSES))


class Refused(Exception):
    """The operator understood and says no."""


class Network:
    """Lines in memory, changed only by records that are in the truth."""

    def __init__(self, lines: dict[str, Line], truth: Truth) -> None:
        """Take the lines as the inventory has them, and live through the truth again."""
        self.lines = lines
        self.truth = truth
        self.orders = Book(("key", "kind", "state", "reference"))
        self.bills = Book(("key", "state", *BILL_FIELDS))
        self.notices = Book(("key", "state", "reference"))
        self._coming: list[Record] = []
        self._closing: set[str] = set()
        self.cleared: set[tuple[str, str]] = set()
        self._billed: dict[str, str] = {}
        self.charges = 0
        for record in truth.replay():
            self._take(record)

    def line(self, subscription: str) -> Line | None:
        """Return a line as it stands now."""
        self._settle()
        return self.lines.get(subscription)

    def order(self, key: str, fingerprint: str, body: Body, faults: Faults) -> Record:
        """Carry out an order whose key is new."""
        kind, subscription = body["kind"], body["subscription_id"]
        if kind in faults.refuse or subscription in faults.refuse:
            raise Refused("refused_by_operator")
        line = self._known(subscription)
        if kind == "prepare" and body.get("detail") not in PREPARED:
            raise Refused("unknown_choice")
        if kind == "clear" and body.get("detail") not in LEFT_BEHIND:
            raise Refused("unknown_kind")
        if kind == "disconnect" and (line["status"] == "closed" or subscription in self._closing):
            raise Refused("already_closed")
        return self._write(
            {
                "key": key,
                "kind": kind,
                "subscription_id": subscription,
                "detail": body.get("detail", ""),
                "state": "done",
                "reference": f"OP-{len(self.orders) + 1:06d}",
                "fingerprint": fingerprint,
                **due(faults),
            }
        )

    def bill(self, key: str, fingerprint: str, body: Body, faults: Faults) -> Record:
        """Give a part of the last bill of a closed line whose key is new."""
        subscription = body["subscription_id"]
        if "bill" in faults.refuse or subscription in faults.refuse:
            raise Refused("refused_by_operator")
        line = self._known(subscription)
        if line["status"] != "closed":
            raise Refused("still_active")
        items, last = billing.part(line, body)
        return self._write(
            {
                "key": key,
                "kind": "bill",
                "subscription_id": subscription,
                "state": "done",
                "part": body.get("part", 0),
                "items": items,
                "last": last,
                **{f"{purse}_fen": line[f"{purse}_fen"] for purse in PURSES},
                "fingerprint": fingerprint,
                **later(faults.late_bill_s),
            }
        )

    def pass_on(self, key: str, fingerprint: str, body: Body, faults: Faults) -> Record:
        """Tell somebody whom a closing touches; only the operator knows where they are."""
        subscription = body["subscription_id"]
        if "notice" in faults.refuse or subscription in faults.refuse:
            raise Refused("refused_by_operator")
        self._known(subscription)
        return self._write(
            {
                "key": key,
                "kind": "notice",
                "subscription_id": subscription,
                "party": body["party"],
                "text": body["text"],
                "state": "done",
                "reference": f"TOLD-{len(self.notices) + 1:06d}",
                "fingerprint": fingerprint,
            }
        )

    def charge_late(self, subscription: str, amount_fen: int) -> Record:
        """Name a charge after the last bill of a line, and return it with the bill's key."""
        self._known(subscription)
        key = self._billed.get(subscription)
        if key is None:
            raise Refused("not_billed")
        return self._write(
            {
                "key": key,
                "kind": "late_charge",
                "subscription_id": subscription,
                "state": "done",
                "reference": f"LATE-{self.charges + 1:06d}",
                "amount_fen": amount_fen,
            }
        )

    def change(self, subscription: str, kind: str, changes: Body) -> Line:
        """Change a line for a rehearsal, durably like everything else."""
        line = self._known(subscription)
        self._write(
            {
                "key": None,
                "kind": kind,
                "subscription_id": subscription,
                "state": "done",
                "changes": changes,
            }
        )
        return line

    def _known(self, subscription: str) -> Line:
        line = self.line(subscription)
        if line is None:
            raise Refused("unknown_line")
        return line

    def _write(self, record: Record) -> Record:
        record = self.truth.append(record)
        self._take(record)
        return record

    def _take(self, record: Record) -> None:
        """Remember a record, and let it take effect now or when it is due."""
        if record["kind"] == "bill":
            self.bills.keep(record)
            self._billed[record["subscription_id"]] = record["key"]
        elif record["kind"] == "late_charge":
            self.charges = max(self.charges, int(record["reference"].removeprefix("LATE-")))
        elif record["kind"] == "notice":
            self.notices.keep(record)
        elif record["kind"] in KINDS:
            self.orders.keep(record)
        if pending(record):
            insort(self._coming, record, key=lambda each: str(each["done_at"]))
            if record["kind"] == "disconnect":
                self._closing.add(record["subscription_id"])
        else:
            # Between two looks at the clock an earlier one may have fallen due.
            self._settle()
            self._apply(record)

    def _settle(self) -> None:
        while self._coming and not pending(self._coming[0]):
            record = self._coming.pop(0)
            self._apply(record)
            if record["kind"] == "disconnect":
                self._closing.discard(record["subscription_id"])

    def _apply(self, record: Record) -> None:
        line = self.lines.get(record["subscription_id"])
        if line is None:
            return  # The inventory was exchanged under an older truth.
        kind = record["kind"]
        if kind == "prepare":
            line.update(PREPARED[record["detail"]])
        elif kind == "disconnect":
            line["status"] = "closed"
        elif kind == "freeze" and line["status"] in ("active", "restricted"):
            line["status"] = "stopped"
        elif kind == "clear":
            self.cleared.add((record["subscription_id"], record["detail"]))
        elif kind == "end_filing":
            line["filing"] = False
        elif kind == "bill":
            line.update(billing.after(record))
        line.update(record.get("changes", {}))
