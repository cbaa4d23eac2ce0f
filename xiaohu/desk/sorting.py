"""D3: by what the queue is sorted, and where a page of it begins.

A page begins behind a row, named by what it is sorted by; however deep, nothing is counted or
skipped. An officer is named by id: no address says a name.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case as Choose
from django.db.models import QuerySet, Value, When
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.functions import Coalesce

from xiaohu.access.models import StaffUser
from xiaohu.closures.models import Case
from xiaohu.core.channels import CaseChannel
from xiaohu.core.states import CaseState

LONGEST_CURSOR = 300
DOWN = "-"
URGENT = ("due_order", "opened_at", "pk")


def _place(values: type[CaseState] | type[CaseChannel], field: str) -> Choose:
    """Return the place of a code in its table: the order in which people read them."""
    places = [When(**{field: one.value}, then=Value(n)) for n, one in enumerate(values)]
    return Choose(*places, default=Value(len(places)))


@dataclass(frozen=True, slots=True)
class Sort:
    """One way to sort: by which fields, the last one telling all apart, and what is added to have them."""

    by: tuple[str, ...]
    added: Mapping[str, Any]


SORTS: Mapping[str, Sort] = {
    "left": Sort(URGENT, {}),
    "reference": Sort(("reference",), {}),
    "channel": Sort(("place", *URGENT), {"place": _place(CaseChannel, "channel")}),
    "state": Sort(("place", *URGENT), {"place": _place(CaseState, "state")}),
    "officer": Sort(("whose", *URGENT), {"whose": Coalesce("officer__display_name", Value(""))}),
}


def known(said: str) -> str:
    """Return a way to sort as an address says it; an empty text, the least time left, where it is none."""
    return said if said.removeprefix(DOWN) in SORTS and said != "left" else ""


def sorted_by(found: QuerySet[Case], said: str) -> QuerySet[Case]:
    """Return cases in the order an address asks for."""
    sort = _meant(said)
    sign = DOWN if said.startswith(DOWN) else ""
    return found.annotate(**sort.added).order_by(*(f"{sign}{field}" for field in sort.by))


def behind(found: QuerySet[Case], said: str, after: str) -> QuerySet[Case]:
    """Return what stands behind a cursor; everything where it makes no sense."""
    sort = _meant(said)
    start = _read(sort, after)
    if start is None:
        return found
    later = TupleLessThan if said.startswith(DOWN) else TupleGreaterThan
    if len(sort.by) == 1:
        way = "lt" if said.startswith(DOWN) else "gt"
        return found.filter(**{f"{sort.by[0]}__{way}": start[0]})
    fields = Tuple(*("id" if field == "pk" else field for field in sort.by))
    return found.filter(later(fields, start))


def cursor_of(case: Case, said: str) -> str:
    """Return the cursor of what follows a case."""
    row = [_WRITTEN[field](case, said) for field in _meant(said).by]
    return base64.urlsafe_b64encode(json.dumps(row).encode()).decode()


def _meant(said: str) -> Sort:
    return SORTS[said.removeprefix(DOWN) or "left"]


def _read(sort: Sort, after: str) -> tuple[Any, ...] | None:
    try:
        row = json.loads(base64.urlsafe_b64decode(after[:LONGEST_CURSOR].encode()))
        return tuple(_READ[field](part) for field, part in zip(sort.by, row, strict=True))
    except (ValueError, TypeError, KeyError, binascii.Error):
        return None


def _number_of(case: Case, said: str) -> int:
    values: list[str] = list(CaseState if said.removeprefix(DOWN) == "state" else CaseChannel)
    code = case.state if said.removeprefix(DOWN) == "state" else case.channel
    return values.index(code) if code in values else len(values)


def _name_of(officer_id: str) -> str:
    if not officer_id:
        return ""
    found = StaffUser.objects.filter(pk=UUID(officer_id)).values_list("display_name", flat=True)
    return found.first() or ""


def _text(part: str) -> str:
    if "\x00" in part:
        raise ValueError
    return str(part)


_WRITTEN: Mapping[str, Callable[[Case, str], Any]] = {
    "due_order": lambda case, _: case.due_order.isoformat(),
    "opened_at": lambda case, _: case.opened_at.isoformat(),
    "pk": lambda case, _: str(case.pk),
    "reference": lambda case, _: case.reference,
    "place": _number_of,
    "whose": lambda case, _: str(case.officer_id or ""),
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "due_order": date.fromisoformat,
    "opened_at": datetime.fromisoformat,
    "pk": UUID,
    "reference": _text,
    "place": int,
    "whose": _name_of,
}
