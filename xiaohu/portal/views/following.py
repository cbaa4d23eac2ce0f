"""S18 to S23: where a request stands, and every turn it can take afterwards."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from xiaohu.closures import claiming
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.core.schedule import promised_by
from xiaohu.core.states import CaseState
from xiaohu.core.unclaimed import Owed
from xiaohu.portal import journey, returned, steps
from xiaohu.portal.entering import own_case
from xiaohu.portal.polling import look_again
from xiaohu.portal.shown import numbers_apart, shown_case
from xiaohu.queue import clock
from xiaohu.settlement import unclaimed
from xiaohu.ui.said import late
from xiaohu.ui.shown import ShownClosing, messages, promised, told
from xiaohu.ui.shown import involuntary as of_operator

RUNNING = frozenset({CaseState.EXECUTING, CaseState.SETTLING})


@own_case
def progress(request: HttpRequest, case: Case) -> HttpResponse:
    """S18: the state in a sentence, dated steps, the money, the documents."""
    if CaseState(case.state) is CaseState.DRAFT:
        return HttpResponseRedirect(journey.next_page(case, now=clock.now()))
    shown = shown_case(case)
    now = clock.now()
    sent = messages(case)
    waits = _waits(shown["closings"], now)
    page = {
        **shown,
        "steps": steps.of_case(shown, waits_until=waits["waits_until"]),
        "back_fen": steps.expected_back(shown, now=now) if shown["pays"] else 0,
        "refund_by": None if waits["helped"] else steps.refund_by(shown),
        "settled_by": steps.settled_by(shown),
        "concerned": _concerned(shown),
        "to_do": returned.to_do(case, now=now),
        "notices": told(sent),
        "lost": any(message.lost for message in told(sent)),
        "late_until": promised(sent),
        "running": shown["state"] in RUNNING
        and not all(s.closing.owner for s in shown["closings"]),
        "look_again": look_again(request),
        **waits,
        "now": now,
        "unclaimed": _claim_until(shown["closings"]),
        "owed": _owed(shown),
        "came_back": any(s.state is CaseState.REFUND_ATTENTION for s in shown["closings"]),
        **of_operator(case),
    }
    partial = "#status" if getattr(request, "htmx", False) else ""
    return render(request, f"portal/progress.html{partial}", page)


def _concerned(shown: dict[str, Any]) -> list[str]:
    """Return the numbers a sentence on the state is about, where it is not about all of them."""
    closings: list[ShownClosing] = shown["closings"]
    troubled = [s for s in closings if s.closing.owner == HumanQueue.OPERATIONS]
    about = troubled or [s for s in closings if s.state is shown["state"]]
    return numbers_apart(about, closings)


def _owed(shown: dict[str, Any]) -> Owed | None:
    """Say where money of a request that has ended still stands."""
    if shown["state"] is not CaseState.DONE:
        return None
    return claiming.owed([s.closing for s in shown["closings"]])


def _claim_until(closings: list[ShownClosing]) -> date | None:
    """Return until when money that waits can be claimed; nothing where none does."""
    waiting = [s.closing.pk for s in closings if s.settled and s.settled.unclaimed_fen]
    kept = unclaimed.of_closings(waiting).values()
    return min((each.claim_until for each in kept), default=None)


def _waits(closings: list[ShownClosing], now: datetime) -> dict[str, Any]:
    """Return whose turn it is and until when; a date of ours that has passed is renewed."""
    due = [s.closing.owner_due_at for s in closings if s.closing.owner_due_at]
    troubled = [s.closing for s in closings if s.closing.owner == HumanQueue.OPERATIONS]
    until = max(due, default=None)
    if not troubled or until is None:
        return {"helped": bool(troubled), "waits_until": until}
    missed = until if until <= now else None
    until = promised_by(until, now=now)
    return {
        "helped": True,
        "missed": missed,
        "waits_until": until,
        "why_late": late(troubled[0].trouble),
    }
