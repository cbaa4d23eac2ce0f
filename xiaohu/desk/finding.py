"""D11: what was typed into the one box, and what it finds; nothing typed stands in an address."""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from xiaohu.closures import queries
from xiaohu.closures.models import Case
from xiaohu.core.cards import IccidRefused, normalise_iccid
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.references import normalise_reference
from xiaohu.core.states import CaseState
from xiaohu.desk import work
from xiaohu.registry import finding
from xiaohu.registry.models import Line

REFERENCE = re.compile(r"XH-\d{4}-[0-9A-Z]{4}-[0-9A-Z]{2}")
MOST = 50
LONGEST = 64


class Kind(StrEnum):
    """What a text was taken for."""

    REFERENCE = "reference"
    NUMBER = "number"
    ICCID = "iccid"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: the kind it took the text for, cases, and lines without one.

    `line` is the one line it was about, where it was about one.
    """

    kind: Kind
    cases: list[Case]
    lines: list[Line]
    line: UUID | None = None


def recognise(typed: str) -> tuple[Kind, str]:
    """Return what a text is, and its one form."""
    text = typed.replace("\x00", "").strip()
    reference = normalise_reference(text)
    if REFERENCE.fullmatch(reference):
        return Kind.REFERENCE, reference
    try:
        return Kind.ICCID, normalise_iccid(text)
    except IccidRefused:
        pass
    try:
        return Kind.NUMBER, normalise(text)
    except NumberRefused:
        return Kind.NAME, text


def find(typed: str) -> Found:
    """Return what a text finds at the operator served."""
    kind, meant = recognise(typed)
    operator = settings.XIAOHU.operator
    match kind:
        case Kind.REFERENCE:
            case = queries.by_reference(operator, meant)
            seen = case is not None and case.state != CaseState.DRAFT.value
            return Found(kind, [case] if case is not None and seen else [], [])
        case Kind.NUMBER:
            lines = finding.by_number(operator, meant)
        case Kind.ICCID:
            lines = finding.by_card(operator, meant)
        case _:
            lines = finding.by_holder_name(operator, meant)
    return _with_cases(kind, lines)


def _with_cases(kind: Kind, lines: list[Line]) -> Found:
    of_lines = Q(closings__line__in=lines)
    found = work.cases().filter(of_lines).select_related("officer", "holder").distinct()
    cases = list(found.order_by("-opened_at")[:MOST]) if lines else []
    rows = Case.objects.filter(pk__in=[case.pk for case in cases])
    with_case: set[UUID | None] = set(rows.values_list("closings__line_id", flat=True))
    alone = [line for line in lines if line.pk not in with_case]
    return Found(kind, cases, alone, lines[0].pk if len(lines) == 1 else None)
