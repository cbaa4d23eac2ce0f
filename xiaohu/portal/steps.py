"""S18: the dated steps of a request: what happened, where it stands, and what comes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from xiaohu.closures import checking, estimates, expecting, queries, refund_due
from xiaohu.closures.models import Case
from xiaohu.core.calendar import day_of
from xiaohu.core.profile import RefundRoute
from xiaohu.core.schedule import Execution
from xiaohu.core.states import CaseState
from xiaohu.portal.shown import timeline
from xiaohu.registry import calendars
from xiaohu.settlement import ledger
from xiaohu.ui.shown import ShownClosing
from xiaohu.ui.templatetags.words import day, last_day, moment, yuan

PAST, NOW, NEXT = "past", "now", ""
_END = "finish"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the way: `kind` is how it is drawn."""

    kind: str
    words: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class RefundBy:
    """The day by which money is back, and whether it is only expected."""

    on: date
    expected: bool


def of_case(shown: dict[str, Any], *, waits_until: datetime | None) -> list[Step]:
    """Return everything that happened, then the present step, then those to come."""
    case: Case = shown["case"]
    told = [((at, action == _END), gettext(f"event.{action}")) for action, at in timeline(case)]
    paid = [((at, False), words) for at, words in _refunded(shown)]
    happened = sorted([*told, *paid], key=lambda each: each[0])  # of one moment the end comes last
    past = [Step(PAST, words, moment(at)) for (at, _), words in happened]
    to_come = [Step(NEXT, words, when) for words, when in _to_come(shown, waits_until)]
    if to_come:
        to_come[0] = Step(NOW, to_come[0].words, to_come[0].when)
    return past + to_come


def _refunded(shown: dict[str, Any]) -> Iterator[tuple[datetime, str]]:
    """Return how much of the money is back, and since when; of several lines their sum."""
    settled = [each.settled for each in shown["closings"] if each.settled]
    back_fen = sum(each.refunded_fen for each in settled)
    paid_at = ledger.last_paid_at(each.closing_id for each in settled) if back_fen else None
    if paid_at is not None:
        yield paid_at, gettext("event.refunded").format(amount=yuan(back_fen))


def settled_by(shown: dict[str, Any]) -> date | None:
    """Return the working day by which money of the last line that closed is back."""
    days = shown["profile_of_case"].refund.working_days
    closings: list[ShownClosing] = shown["closings"]
    due = [c.closing.refund_due_on for c in closings if c.closing.refund_due_on is not None]
    if due:
        return max(due)
    ended = [c.closing.disconnected_at for c in closings if c.closing.disconnected_at is not None]
    return calendars.working().add(day_of(max(ended)), days).on if ended else None


def _to_come(shown: dict[str, Any], waits_until: datetime | None) -> Iterator[tuple[str, str]]:
    case: Case = shown["case"]
    profile = shown["profile_of_case"]
    state = CaseState(case.state)
    by = gettext("event.by").format(date=moment(waits_until)) if waits_until else ""
    if state is CaseState.AWAITING_CUSTOMER:
        asked = gettext("event.by_day").format(date=last_day(waits_until)) if waits_until else ""
        yield gettext("step.yours"), asked
    if state is CaseState.IN_REVIEW:
        due = expecting.decided_on(case)
        yield (
            gettext("event.to_review"),
            gettext("event.by_day").format(date=day(due)) if due else "",
        )
    begins = expecting.carried_out(case) if state in _FORESEEN else None
    if state in _BEFORE_COOLED and not case.by_operator:
        fixed = case.execute_at if state is not CaseState.AWAITING_CUSTOMER else None
        until = gettext("event.until").format(date=moment(fixed)) if fixed else about(begins)
        yield gettext("event.to_cool").format(days=profile.cooling_off.days), until
    if state in _BEFORE_CLOSING:
        yield gettext("event.to_close"), about(begins)
    if state is CaseState.REFUND_ATTENTION:
        yield gettext("step.payee"), by
    if state in _BEFORE_SETTLED:
        settled = settled_by(shown)
        when = (
            gettext("event.by_day").format(date=day(settled))
            if settled
            else paid_about(case, begins)
        )
        back = gettext("event.to_refund").format(days=profile.refund.working_days)
        if shown["pays"] and not _all_back(shown):
            yield back, when
        else:
            yield gettext("event.to_settle"), "" if shown["pays"] else when


def _all_back(shown: dict[str, Any]) -> bool:
    return all(each.settled and each.settled.left_fen == 0 for each in shown["closings"])


def expected_back(shown: dict[str, Any], *, now: datetime) -> int:
    """Return what of a balance is expected back, of each line until its last bill says it."""
    case: Case = shown["case"]
    checked = checking.last(case, now=now) if CaseState(case.state) in _BEFORE_CLOSING else None
    if checked is None or case.by_operator or case.refund_route == RefundRoute.WAIVE.value:
        return 0
    settled = {each.closing.line_id for each in shown["closings"] if each.settled}
    to_come = tuple(each for each in checked.lines if each.line.pk not in settled)
    return estimates.of(
        replace(checked, lines=to_come), queries.profile_of(case), now=now
    ).payable_fen


def about(begins: Execution | None) -> str:
    """Return in words when a request is expected to be carried out; empty where nobody knows."""
    return gettext("step.about").format(date=day(day_of(begins.at))) if begins else ""


def refund_by(shown: dict[str, Any]) -> RefundBy | None:
    """Return the day by which money of a request is back; nothing where nobody can say, or none is."""
    case, state = shown["case"], CaseState(shown["case"].state)
    if not shown["pays"] or state not in _REFUND_TO_COME:
        return None
    settled = settled_by(shown)
    if settled is not None:
        return RefundBy(settled, expected=False)
    return _paid_by(case, expecting.carried_out(case))


def paid_about(case: Case, begins: Execution | None) -> str:
    """Return in words by when money is expected back, counted from the day a line closes."""
    paid = _paid_by(case, begins)
    if paid is None:
        return ""
    return gettext("step.about_by" if paid.expected else "event.by_day").format(date=day(paid.on))


def _paid_by(case: Case, begins: Execution | None) -> RefundBy | None:
    promised = refund_due.of_case(case, billed_at=None)
    if promised is not None:
        return RefundBy(promised, expected=False)
    expected = refund_due.of_case(case, billed_at=begins.at) if begins is not None else None
    return RefundBy(expected, expected=True) if expected is not None else None


_FORESEEN = frozenset({CaseState.IN_REVIEW, CaseState.SCHEDULED})
_BEFORE_COOLED = frozenset({CaseState.AWAITING_CUSTOMER, CaseState.IN_REVIEW, CaseState.SCHEDULED})
_BEFORE_CLOSING = frozenset(
    {
        CaseState.AWAITING_CUSTOMER,
        CaseState.IN_REVIEW,
        CaseState.SCHEDULED,
        CaseState.EXECUTING,
    }
)
_REFUND_TO_COME = _FORESEEN | {CaseState.EXECUTING, CaseState.SETTLING}
_BEFORE_SETTLED = _BEFORE_CLOSING | {CaseState.SETTLING, CaseState.REFUND_ATTENTION}
