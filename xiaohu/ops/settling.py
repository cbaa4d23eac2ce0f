"""`xiaohu settle`: carry on what is due, show where money stands, try again, hand refunds to finance."""

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import reconciling, standing
from xiaohu.closures.standing import Refund
from xiaohu.core.calendar import day_of, start_of
from xiaohu.core.cells import write_row
from xiaohu.core.money import Money
from xiaohu.ops.columns import in_columns
from xiaohu.ops.reconciling import yuan
from xiaohu.queue import clock
from xiaohu.settlement import findings
from xiaohu.ui.templatetags.words import moment

OK, LATE = 0, 6
FIRST = date(2000, 1, 1)
COLUMNS = (
    "case",
    "settled_at",
    "refundable_yuan",
    "refunded_yuan",
    "unclaimed_yuan",
    "waived_yuan",
    "left_yuan",
    "route",
    "account_tail",
    "our_reference",
    "provider_reference",
    "slip",
    "paid_at",
)
Say = Callable[[str], None]


def run(*, out: Say) -> int:
    """Carry on what is due, as the worker would."""
    out(gettext("cli.settle.ran").format(count=standing.run(clock=clock.now)))
    return OK


def status(*, operator: str, as_json: bool, out: Say) -> int:
    """Show where money stands; exit code 6 says that something is late."""
    waiting, ended = standing.waiting(operator, now=clock.now()), standing.ended(operator)
    kinds = Counter(findings.open_ones(operator).values_list("kind", flat=True))
    last = reconciling.last(operator)
    if as_json:
        document = {
            "waiting": {
                one.place: {
                    "count": one.count,
                    "left_fen": one.left_fen,
                    "since": one.since.isoformat() if one.since else None,
                    "late": one.late,
                }
                for one in waiting
            },
            "ended_fen": ended,
            "findings": dict(sorted(kinds.items())),
            "compared_at": last.ended_at.isoformat() if last and last.ended_at else None,
            "differences": last.differences if last else None,
        }
        out(json.dumps(document, ensure_ascii=False))
    else:
        names = ("place", "count", "left", "since", "late")
        head = [gettext(f"cli.settle.column.{name}") for name in names]
        rows = [
            [
                gettext(f"cli.settle.place.{one.place}"),
                str(one.count),
                yuan(one.left_fen),
                moment(one.since) or "—",
                str(one.late),
            ]
            for one in waiting
        ]
        for line in in_columns([head, *rows]):
            out(line)
        amounts = {name: Money(fen).yuan() for name, fen in ended.items()}
        out(gettext("cli.settle.ended").format(**amounts))
        out(gettext("cli.settle.findings").format(count=kinds.total()))
        for kind, count in kinds.most_common():
            out(f"  {gettext(f'finding.{kind}')} {count}")
        if last is not None and last.ended_at is not None:
            told = gettext("cli.settle.compared")
            out(told.format(date=moment(last.ended_at), count=last.differences))
    return LATE if any(one.late for one in waiting) else OK


def retry(what: str, *, by: StaffUser, out: Say) -> int:
    """Try once more what waits for people.

    Raises:
        CaseNotFound, NothingToTry, NotYoursToPay, PaymentPending, SumMismatch: it may not be.
    """
    count = standing.retry(what=what, officer=by, now=clock.now())
    out(gettext("cli.settle.retried").format(count=count))
    return OK


def _for_us_alone(path: str, flags: int) -> int:
    """Open a file nobody else on the machine reads, also where one of its name was there before."""
    opened = os.open(path, flags, 0o600)
    os.fchmod(opened, 0o600)
    return opened


def export(
    file: Path, *, operator: str, since: datetime | None, until: datetime | None, say: Say
) -> int:
    """Write refunds as CSV every spreadsheet opens and none takes for formulas."""
    first = since.date() if since else FIRST
    last = until.date() if until else day_of(clock.now())
    rows = standing.refunds(
        operator, since=start_of(first), until=start_of(last + timedelta(days=1))
    )
    count = 0
    with open(file, "w", encoding="utf-8-sig", newline="", opener=_for_us_alone) as opened:
        write_row(opened, COLUMNS)
        for row in rows:
            write_row(opened, _cells(row))
            count += 1
    say(gettext("cli.settle.exported").format(count=count, file=file))
    return OK


def _cells(row: Refund) -> list[str]:
    left = row.refundable_fen - row.refunded_fen - row.unclaimed_fen - row.waived_fen
    amounts = (
        row.refundable_fen,
        row.refunded_fen,
        row.unclaimed_fen,
        row.waived_fen,
        left,
    )
    return [
        row.case,
        _time(row.settled_at),
        *(Money(fen).yuan() for fen in amounts),
        row.route,
        row.account_tail,
        str(row.key or ""),
        row.provider_reference or "",
        row.slip or "",
        _time(row.paid_at),
    ]


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at is not None else ""
