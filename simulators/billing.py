"""What stands on the last bill of a line, part by part."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

from simulators.inventory import Line
from simulators.truth import Record
from simulators.wire import Body

# The operator's day is China's, which knows no summer time.
CHINA = timezone(timedelta(hours=8))
BILLED_FIRST = ("unbilled_fen", "arrears_fen", "monthly_fen", "late_fee_fen")
ROAMING = ("roaming_fen",)


def part(line: Line, body: Body) -> tuple[list[Body], bool]:
    """Return the items of a part of the last bill, and whether it is the last part.

    Records of roaming come apart, as the second.
    """
    if body.get("part", 0) > 0:
        return _items((("usage", line["roaming_fen"], _today()),)), True
    chosen, today = body.get("settle", []), _today()
    fees_on = line["fees_on"] or today.isoformat()
    items = (
        # What was billed earlier and never paid stands on the last bill as well.
        ("arrears", line["arrears_fen"], today),
        ("usage", line["unbilled_fen"], today),
        ("monthly", line["monthly_fen"], fees_on),
        ("late_fee", line["late_fee_fen"], fees_on),
        ("exit_fee", _leaving_early(line), today),
        ("equipment", line["equipment_fen"] if "pay_value" in chosen else 0, today),
        ("device", line["instalment_fen"], today),
    )
    return _items(items), not line["roaming_pending"]


def after(record: Record) -> Body:
    """Return what changes in a line once a part of its bill was given."""
    billed = ROAMING if record.get("part", 0) else BILLED_FIRST
    return {**dict.fromkeys(billed, 0), "roaming_pending": not record.get("last", True)}


def _items(items: Iterable[tuple[str, int, date | str]]) -> list[Body]:
    return [{"kind": kind, "amount_fen": fen, "on": str(on)} for kind, fen, on in items if fen]


def _leaving_early(line: Line) -> int:
    """Return what leaving the contract and the special number before their end costs."""
    bound = (("contract_end_on", "exit_fee_fen"), ("vanity_end_on", "vanity_fee_fen"))
    today = _today().isoformat()
    return sum(line[fee] for until, fee in bound if line[until] is not None and line[until] > today)


def _today() -> date:
    return datetime.now(CHINA).date()
