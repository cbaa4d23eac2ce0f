"""Rows of the queue: masked, with what the checks last said and the time that is left.

However many rows, the questions asked are the same few.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from xiaohu.closures import checking
from xiaohu.closures.models import Case, Closing
from xiaohu.core.calendar import end_of
from xiaohu.core.facts import LineFacts
from xiaohu.core.numbers import mask_name, mask_number
from xiaohu.core.retention import Category
from xiaohu.core.states import CaseState
from xiaohu.registry import lines
from xiaohu.registry.models import Line
from xiaohu.screening import facts as screening
from xiaohu.screening.facts import Known
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """How long until a decision is owed, in the largest whole unit, or how long it has been owed."""

    late: bool
    unit: str
    n: int


@dataclass(frozen=True, slots=True)
class Row:
    """One case in the queue."""

    case: Case
    line: str
    more_lines: int
    holder: str
    to_settle: int | None
    balance_fen: int | None
    left: TimeLeft | None

    @property
    def late(self) -> bool:
        """Say whether its time is over."""
        return self.left is not None and self.left.late


def rows(cases: Sequence[Case], *, now: datetime) -> list[Row]:
    """Return cases as rows; they were read with officer and holder."""
    closings = _closings(cases)
    gathered = screening.last_of(c.pk for found in closings.values() for c in found)
    opened = _opened(cases, closings)
    return [_row(case, closings[case.pk], gathered, opened, now) for case in cases]


def time_left(case: Case, *, now: datetime) -> TimeLeft | None:
    """Return how long a decision on a case may still take; None where none is owed."""
    if case.state != CaseState.IN_REVIEW.value or case.decision_due_on is None:
        return None
    left = end_of(case.decision_due_on) - now
    return _in_words(abs(left), late=left < timedelta())


def left_until(due_at: datetime, *, now: datetime) -> TimeLeft:
    """Return how long something may still take, or how long it has been owed."""
    return _in_words(abs(due_at - now), late=due_at < now)


def mask_of(line_id: str) -> str:
    """Return the masked number of a line; a dash where there is none."""
    found = lines.shown(Line.objects.filter(pk=line_id, operator=settings.XIAOHU.operator))
    return found[0].number if found else "—"


def _in_words(span: timedelta, *, late: bool) -> TimeLeft:
    minutes = int(span.total_seconds()) // 60
    if minutes >= 48 * 60:
        return TimeLeft(late, "days", minutes // (24 * 60))
    if minutes >= 60:
        return TimeLeft(late, "hours", minutes // 60)
    return TimeLeft(late, "minutes", minutes)


def _closings(cases: Iterable[Case]) -> dict[UUID, list[Closing]]:
    by_id = {case.pk: case for case in cases}
    found: dict[UUID, list[Closing]] = defaultdict(list)
    rows = Closing.objects.filter(case__in=list(by_id)).select_related("line").order_by("pk")
    for closing in rows:
        closing.case = by_id[closing.case_id]
        found[closing.case_id].append(closing)
    return found


def _opened(
    cases: Sequence[Case], closings: dict[UUID, list[Closing]]
) -> dict[Ref, dict[str, str]]:
    if not cases:
        return {}
    firsts = [found[0] for found in closings.values() if found]
    refs = [lines.number_ref(c.line_id) for c in firsts if c.line_id is not None]
    refs += [_identity(case.holder_id) for case in cases]
    return records.readable(operator=cases[0].operator, refs=set(refs))


def _identity(holder_id: UUID) -> Ref:
    return Ref(units.holder(holder_id), Category.REGISTRATION_IDENTITY)


def _row(
    case: Case,
    closings: list[Closing],
    gathered: Known,
    opened: dict[Ref, dict[str, str]],
    now: datetime,
) -> Row:
    number = _number(closings, opened)
    known = [(c, gathered[c.pk]) for c in closings if c.pk in gathered and c.line is not None]
    judged = [f for c, said in known for f in checking.judge(c, said, now=now).findings]
    return Row(
        case=case,
        line=mask_number(number) if number else "",
        more_lines=max(0, len(closings) - 1),
        holder=mask_name(opened.get(_identity(case.holder_id), {}).get("name", "")),
        to_settle=sum(finding.blocks for finding in judged) if known else None,
        balance_fen=sum(_balance(said.facts) for _, said in known) if known else None,
        left=time_left(case, now=now),
    )


def _balance(facts: LineFacts) -> int:
    """Return what a line holds for its holder; what is owed counts against it."""
    return facts.refundable_fen - facts.arrears_fen


def _number(closings: list[Closing], opened: dict[Ref, dict[str, str]]) -> str:
    if not closings or closings[0].line_id is None:
        return ""
    return opened.get(lines.number_ref(closings[0].line_id), {}).get("number", "")
