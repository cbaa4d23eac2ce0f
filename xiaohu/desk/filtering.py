"""D3: what an officer filters the queue by, as codes and ids; never a name or a number."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet

from xiaohu.access.models import StaffUser
from xiaohu.closures.models import Case
from xiaohu.core.channels import CaseChannel
from xiaohu.core.states import CaseState
from xiaohu.desk import sorting, work

STATES = tuple(state for state in CaseState if state is not CaseState.DRAFT)
NOBODY, SOMEBODY_ELSES = "none", "others"
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters in force; empty ones filter nothing. Anything unknown counts as empty."""

    view: str = "waiting"
    channel: str = ""
    state: str = ""
    officer: str = ""
    line: str = ""
    sort: str = ""

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
        """Return the address of the same view with no filter."""
        return Filters(self.view, sort=self.sort).query

    @property
    def by(self) -> str:
        """Return the column it is sorted by."""
        return self.sort.removeprefix(sorting.DOWN) or "left"

    @property
    def down(self) -> bool:
        """Say whether the greatest stands first."""
        return self.sort.startswith(sorting.DOWN)

    @property
    def columns(self) -> dict[str, str]:
        """Return the address of each way to sort: the other way round where it is the one in force."""
        turned = {self.by: self.by if self.down else f"{sorting.DOWN}{self.by}"}
        ways = {name: turned.get(name, name) for name in sorting.SORTS}
        return {name: replace(self, sort=sorting.known(way)).query for name, way in ways.items()}

    @property
    def named(self) -> list[str]:
        """Return the names of those in force; view and order are none."""
        apart = {"view", "sort"}
        return [f.name for f in fields(self) if f.name not in apart and getattr(self, f.name)]


def read(given: Mapping[str, str]) -> Filters:
    """Return the filters of an address; what makes no sense is left out."""
    view, officer = given.get("view", ""), given.get("officer", "")
    return Filters(
        view=view if view in work.VIEWS else "waiting",
        channel=_among(given.get("channel", ""), CaseChannel),
        state=_among(given.get("state", ""), STATES),
        officer=officer if officer in {NOBODY, SOMEBODY_ELSES} else an_id(officer),
        line=an_id(given.get("line", "")),
        sort=sorting.known(given.get("sort", "")),
    )


def filtered(filters: Filters, officer: StaffUser, *, now: datetime) -> QuerySet[Case]:
    """Return the cases the filters leave, in the order they ask for: most urgent first."""
    condition = work.view(filters.view, officer, now=now)
    if filters.channel:
        condition &= Q(channel=filters.channel)
    if filters.state:
        condition &= Q(state=filters.state)
    if filters.line:
        condition &= Q(closings__line_id=filters.line)
    if filters.officer:
        condition &= _whose(filters.officer, officer)
    return sorting.sorted_by(work.cases().filter(condition), filters.sort)


def page_of(found: QuerySet[Case], after: str, *, sort: str = "") -> tuple[list[Case], str]:
    """Return one page of cases and the cursor of the next; an empty cursor where there is none."""
    ids = list(ids_behind(found, after, sort=sort))
    by_id = Case.objects.select_related("officer", "holder").in_bulk(ids[: work.PAGE])
    cases = [by_id[pk] for pk in ids[: work.PAGE] if pk in by_id]
    more = len(ids) > work.PAGE and bool(cases)
    return cases, sorting.cursor_of(cases[-1], sort) if more else ""


def ids_behind(found: QuerySet[Case], after: str, *, sort: str = "") -> QuerySet[Case, UUID]:
    """Return the ids of one page and one more behind a cursor, or of the first page.

    Ids alone come from the index in its order; with what is joined to them the planner, which
    cannot tell how many share a date, would rather sort them all.
    """
    found = sorting.behind(found, sort, after)
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
