"""When each line of a case is closed: after cooling-off, after what was chosen, never in a freeze."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from xiaohu.closures import checking, queries
from xiaohu.closures.checking import Checked
from xiaohu.closures.models import Case
from xiaohu.core.schedule import Execution, execution, not_before
from xiaohu.core.steps import Scope


def earliest(case: Case, *, accepted_at: datetime) -> Execution:
    """Return when the first line of a case would be closed if it were accepted now."""
    return first(case, of_lines(case, accepted_at=accepted_at), accepted_at=accepted_at)


def first(case: Case, planned: Mapping[UUID, Execution], *, accepted_at: datetime) -> Execution:
    """Return the earliest of what is planned; cooling-off alone where no line is."""
    if planned:
        return min(planned.values(), key=lambda each: each.at)
    return execution(queries.profile_of(case), accepted_at=accepted_at)


def of_lines(case: Case, *, accepted_at: datetime) -> Mapping[UUID, Execution]:
    """Return when each line of a case would be closed, by the line's id.

    Where the account goes as well it goes last, so all lines wait for the one that waits longest.
    """
    checked = checking.last(case, now=accepted_at)
    waits = _waits(checked) if checked is not None else {}
    if case.scope != Scope.LINE.value:
        longest = max((day for day in waits.values() if day is not None), default=None)
        waits = dict.fromkeys(waits, longest)
    profile = queries.profile_of(case)
    return {
        line: execution(profile, accepted_at=accepted_at, not_before=day)
        for line, day in waits.items()
    }


def _waits(checked: Checked) -> dict[UUID, date | None]:
    return {each.line.pk: not_before(each.findings) for each in checked.lines}
