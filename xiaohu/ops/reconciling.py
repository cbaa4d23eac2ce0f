"""`xiaohu reconcile`: every difference in a table or as JSON, and an exit code that says if there is one."""

import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import asdict
from uuid import UUID

from django.utils.translation import gettext

from xiaohu.closures import reconciling
from xiaohu.closures.reconciling import Report
from xiaohu.core.money import Money
from xiaohu.core.reconciling import Difference
from xiaohu.queue import clock

OK, DIFFERENT = 0, 6
SHOWN = 50
Say = Callable[[str], None]


def reconcile(*, operator: str, as_json: bool, note: bool, say: Say, out: Say) -> int:
    """Compare our money with everybody else's; exit code 6 says that something differs.

    Raises:
        GatewayUnavailable: the provider or the operator cannot be asked.
    """
    report = reconciling.compare(operator=operator)
    if note:
        undecided = reconciling.note_all(report, operator=operator, now=clock.now())
        say(gettext("cli.reconcile.noted").format(count=undecided))
    names = reconciling.references(report.differences)
    if as_json:
        out(json.dumps(_document(report, names), ensure_ascii=False))
    else:
        _table(report, names, out)
    return DIFFERENT if report.differences else OK


def _document(report: Report, names: Mapping[UUID, str]) -> dict[str, object]:
    return {
        "agrees": not report.differences,
        "compared": _compared(report),
        "differences": [
            {name: str(value) if isinstance(value, UUID) else value for name, value in each.items()}
            | {"case": names.get(one.closing_id) if one.closing_id else None}
            for one in report.differences
            for each in [asdict(one)]
        ],
    }


def _compared(report: Report) -> dict[str, int]:
    return {
        "payments": report.payments,
        "books": report.books,
        "lines": report.lines,
        "bills": report.bills,
    }


def _table(report: Report, names: Mapping[UUID, str], out: Say) -> None:
    out(gettext("cli.reconcile.compared").format(**_compared(report)))
    if not report.differences:
        out(gettext("cli.reconcile.agrees"))
        return
    out(gettext("cli.reconcile.differs").format(count=len(report.differences)))
    head = [gettext(f"cli.reconcile.column.{name}") for name in ("kind", "case", "ours", "theirs")]
    rows = [_row(one, names) for one in report.differences[:SHOWN]]
    widths = [max(map(_width, column)) for column in zip(head, *rows, strict=True)]
    for row in [head, *rows]:
        cells = zip(row, widths, strict=True)
        out("  ".join(cell + " " * (width - _width(cell)) for cell, width in cells).rstrip())
    if len(report.differences) > SHOWN:
        out(gettext("cli.reconcile.more").format(count=len(report.differences) - SHOWN))


def _row(one: Difference, names: Mapping[UUID, str]) -> list[str]:
    where = names.get(one.closing_id, "") if one.closing_id else ""
    what = gettext(f"finding.{one.kind}")
    return [
        what,
        " ".join(filter(None, (where, one.reference))) or "—",
        _yuan(one.ours_fen),
        _yuan(one.theirs_fen),
    ]


def _yuan(fen: int | None) -> str:
    return "—" if fen is None else Money(fen).yuan()


def _width(text: str) -> int:
    """Return how wide a terminal shows a text: Chinese characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
