"""What was agreed about the last bill of a closing: what is set off, and from when nothing is charged."""

from collections.abc import Iterable
from datetime import datetime

from xiaohu.closures import checking, queries
from xiaohu.closures.checking import CheckedLine
from xiaohu.closures.models import Case, Closing
from xiaohu.core import exit_fee
from xiaohu.core.calendar import day_of
from xiaohu.core.estimating import claimed
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.core.profile import ArrearsRule
from xiaohu.core.schedule import fees_stop_on
from xiaohu.core.settlement import ItemKind, Terms
from xiaohu.settlement import bills, findings
from xiaohu.settlement.models import SettledClosing


def terms_of(closing: Closing, *, now: datetime) -> Terms:
    """Return the terms by which the bill of a closing is paid from its purses.

    What comes after the day it was to be carried out on is the operator's own delay.
    """
    case, profile = closing.case, queries.profile_of(closing.case)
    gone = closing.disconnected_at or now
    requested = case.submitted_at or gone
    stops = fees_stop_on(
        profile, requested_at=requested, stops_at=min(case.execute_at or gone, gone)
    )
    checked = checking.last_of_line(closing, now=gone)
    chosen = {f.code: f.chosen for f in checked.findings} if checked else {}
    by_notice = case.by_operator  # 民法典 art. 568: set-off by notice, which it gave
    by_rule = profile.fees.arrears is ArrearsRule.SET_OFF
    return Terms(
        exit_fee_at_most_fen=_shown(closing, checked, gone=gone),
        monthly_stops_on=stops,
        late_fees_stop_on=min(day_of(requested), stops),
        claimed=claimed(chosen, sets_off=by_notice or by_rule),
    )


def _shown(closing: Closing, checked: CheckedLine | None, *, gone: datetime) -> int | None:
    """Return the most that leaving early may cost: as shown at submitting, or less since."""
    now_fen = exit_fee.leaving_fen(checked.facts, today=day_of(gone)) if checked else None
    known = [fen for fen in (closing.exit_fee_shown_fen, now_fen) if fen is not None]
    return min(known, default=None)


def note_shown(case: Case, lines: Iterable[CheckedLine], *, now: datetime) -> None:
    """Remember what leaving early was to cost when a case was submitted. Call inside a transaction."""
    closings = Closing.objects.filter(case=case, is_open=True)
    closings.filter(exit_fee_shown_fen__isnull=False).update(exit_fee_shown_fen=None)
    for line in lines:
        shown = exit_fee.leaving_fen(line.facts, today=day_of(now))
        if shown:  # Where nothing was to be paid, nothing is: the facts of the day say so.
            closings.filter(line=line.line).update(exit_fee_shown_fen=shown)


def note_above_shown(
    closing: Closing, settled: SettledClosing, terms: Terms, *, now: datetime
) -> None:
    """Let people know of an exit fee above what was shown. Call inside a transaction."""
    shown = terms.exit_fee_at_most_fen
    lines = bills.lines_of(closing.pk) if settled.operator_cost_fen else ()
    billed = sum(each.item.amount_fen for each in lines if each.item.kind is ItemKind.EXIT_FEE)
    if shown is not None and billed > shown:
        findings.note(
            operator=closing.operator,
            kind=FindingKind.EXIT_FEE_ABOVE_SHOWN,
            source=FindingSource.BILL,
            closing_id=closing.pk,
            ours_fen=shown,
            theirs_fen=billed,
            now=now,
        )
