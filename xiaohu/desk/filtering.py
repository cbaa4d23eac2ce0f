"""D3: what an officer filters the queue by, as codes and ids; never a name or a number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from xiaohu.access.models import StaffUser
from xiaohu.closures.models import URGENCY, Case
from xiaohu.core.channels import CaseChannel
from xiaohu.core.states import CaseState
from xiaohu.desk import work

STATES = tuple(state for state in CaseState if state is not CaseState.DRAFT)
NOBODY, SOMEBODY_ELSES = "none", "others"
MOST_COUNTED = 1000
LONGEST_CURSOR = 80


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters in force; empty ones filter nothing. Anything unknown counts as empty."""

    view: str = "waiting"
    channel: str = ""
    state: str = ""
    officer: str = ""
    line: str = ""

    @property
    def query(self) -> str:
        """Return the filters as an address says them, after the question mark."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode({name: value for name, value in said.items() if value})

    def without(self, name: str) -> str:
        """Return the address without one of them."""
        return replace(self, **{name: ""}).query

    @property
    def cleared(self) -> str:
        """Return the address of the same view with nothing else."""
        return Filters(self.view).query

    @property
    def named(self) -> list[str]:
        """Return the names of those in force, the view aside."""
        return [f.name for f in fields(self) if f.name != "view" and getattr(self, f.name)]


def read(given: Mapping[str, str]) -> Filters:
    """Return the filters of an address; what makes no sense is left out."""
    view, officer = given.get("view", ""), given.get("officer", "")
    return Filters(
        view=view if view in work.VIEWS else "waiting",
        channel=_among(given.get("channel", ""), CaseChannel),
        state=_among(given.get("state", ""), STATES),
        officer=officer if officer in {NOBODY, SOMEBODY_ELSES} else an_id(officer),
        line=an_id(given.get("line", "")),
    )


def filtered(filters: Filters, officer: StaffUser, *, now: datetime) -> QuerySet[Case]:
    """Return the cases the filters leave, most urgent first."""
    condition = work.view(filters.view, officer, now=now)
    if filters.channel:
        condition &= Q(channel=filters.channel)
    if filters.state:
        condition &= Q(state=filters.state)
    if filters.line:
        condition &= Q(closings__line_id=filters.line)
    if filters.officer:
        condition &= _whose(filters.officer, officer)
    return work.cases().filter(condition).order_by(*URGENCY)


def page_of(found: QuerySet[Case], after: str) -> tuple[list[Case], str]:
    """Return one page of cases and the cursor of the next; an empty cursor where there is none."""
    ids = list(ids_behind(found, after))
    by_id = Case.objects.select_related("officer", "holder").in_bulk(ids[: work.PAGE])
    cases = [by_id[pk] for pk in ids[: work.PAGE] if pk in by_id]
    more = len(ids) > work.PAGE and bool(cases)
    return cases, _cursor_of(cases[-1]) if more else ""


def ids_behind(found: QuerySet[Case], after: str) -> QuerySet[Case, UUID]:
    """Return the ids of one page and one more behind a cursor, or of the first page.

    Ids alone come from the index in its order; with what is joined to them the planner, which
    cannot tell how many share a date, would rather sort them all.
    """
    start = _cursor(after)
    if start is not None:
        place = Tuple("due_order", "opened_at", "id")
        found = found.filter(TupleGreaterThan(place, start))
    return found.select_related(None).values_list("pk", flat=True)[: work.PAGE + 1]


def count_of(found: QuerySet[Case]) -> tuple[int, bool]:
    """Return how many there are, and whether there are more than are counted."""
    count = found.order_by()[: MOST_COUNTED + 1].count()
    return min(count, MOST_COUNTED), count > MOST_COUNTED


def officers() -> list[StaffUser]:
    """Return everybody at the desk of this operator."""
    there = StaffUser.objects.filter(operator=settings.XIAOHU.operator, is_active=True)
    return list(there.order_by("display_name", "pk"))


def _whose(said: str, officer: StaffUser) -> Q:
    if said == NOBODY:
        return Q(officer=None)
    if said == SOMEBODY_ELSES:
        return Q(officer__isnull=False) & ~Q(officer=officer)
    return Q(officer_id=said)


def _among(given: str, known: Iterable[StrEnum]) -> str:
    return given if given in {each.value for each in known} else ""


def an_id(given: str) -> str:
    """Return an id as typed into an address or form; an empty text where it is none."""
    try:
        return str(UUID(given))
    except ValueError:
        return ""


def _cursor_of(case: Case) -> str:
    at = case.opened_at.astimezone(UTC)
    return f"{case.due_order:%Y-%m-%d}~{at:%Y-%m-%dT%H:%M:%S.%f}~{case.pk}"


def _cursor(given: str) -> tuple[date, datetime, UUID] | None:
    due, _, rest = given[:LONGEST_CURSOR].partition("~")
    opened, _, pk = rest.partition("~")
    try:
        at = datetime.fromisoformat(opened).replace(tzinfo=UTC)
        return date.fromisoformat(due), at, UUID(pk)
    except ValueError:
        return None
