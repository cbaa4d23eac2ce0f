"""Reading the rows of one file: taken apart by its first line, then judged field by field."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from operator import itemgetter

from xiaohu.core.cards import normalise_iccid
from xiaohu.core.facts import GroupNetwork, LineStatus, Payer, RealName, RestrictionReason
from xiaohu.core.identity import DocumentKind
from xiaohu.core.numbers import normalise
from xiaohu.core.restrictions import AppealState, RestrictionSource, usual_source
from xiaohu.registry.columns import AMOUNTS, COUNTS, DAYS, EVERY, FLAGS, PURSES
from xiaohu.registry.fields import (
    LONGEST,
    FieldRefused,
    Fields,
    amount,
    by,
    day,
    document,
    flag,
    maybe,
    of,
    purposes,
    region,
    required,
    whole_number,
)
from xiaohu.registry.rows import (
    BadRow,
    FileRow,
    FilingSaid,
    Flaw,
    GoodRow,
    RestrictionSaid,
)

APART = "\x1f"  # never inside a field: it is not printable
GRADES = frozenset("0123")
_NOTHING = frozenset({"", "0", "0.00"})
_OF_A_RESTRICTION = (
    "restriction",
    "restriction_grade",
    "restriction_source",
    "restriction_appeal",
)
_LISTED: tuple[tuple[type[StrEnum], str], ...] = (
    (RealName, "realname"),
    (GroupNetwork, "group_network"),
    (Payer, "payer"),
)


class RowReader:
    """Reads the rows of one file, by its first line."""

    def __init__(self, header: Sequence[str], *, operator: str, today: date) -> None:
        self.header = list(header)
        self.operator = operator
        self.today = today
        self.present = frozenset(header)
        # A column that is not there is read from an empty cell put behind each row.
        place = {name: header.index(name) if name in header else len(header) for name in EVERY}
        self._pick = itemgetter(*place.values())
        self._read = {place: name for name, place in place.items() if name in self.present}

    def read(self, row: FileRow) -> tuple[GoodRow, str] | BadRow:
        """Return the row as the registry takes it, and its whole text; or what is wrong with it.

        The text is the same for the same content, however a file orders its columns.
        """
        try:
            values = self._fields(row)
            fields = dict(zip(EVERY, values, strict=True))
            if fields["operator"] not in {"", self.operator}:
                raise FieldRefused("operator", Flaw.OTHER_OPERATOR)
            return _good(fields, line=row.line, today=self.today), APART.join(values)
        except FieldRefused as refused:
            return BadRow(row.line, refused.field, refused.reason)

    def _fields(self, row: FileRow) -> tuple[str, ...]:
        """Return the fields in the order of the documented columns, all of them readable."""
        width = len(self.header)
        if len(row.values) != width:
            many = len(row.values) > width
            raise FieldRefused("", Flaw.TOO_MANY_FIELDS if many else Flaw.TOO_FEW_FIELDS)
        for place, flaw in (row.flaws or {}).items():
            if place in self._read:
                raise FieldRefused(self._read[place], flaw)
        fields: tuple[str, ...] = self._pick([*row.values, ""])
        if not _is_plain(fields):
            fields = tuple(map(str.strip, fields))
            _require_plain(fields)
        return fields


def _is_plain(fields: Sequence[str]) -> bool:
    """Say whether no field is too long, has an outer space, or holds what nobody sees."""
    text = f"{APART}{APART.join(fields)}{APART}"
    outer = f" {APART}" in text or f"{APART} " in text
    return not outer and "".join(fields).isprintable() and max(map(len, fields)) <= LONGEST


def _require_plain(fields: Sequence[str]) -> None:
    for name, text in zip(EVERY, fields, strict=True):
        if len(text) > LONGEST:
            raise FieldRefused(name, Flaw.TOO_LONG)
        if not text.isprintable():
            raise FieldRefused(name, Flaw.CONTROL_CHARACTER)


def _good(fields: Fields, *, line: int, today: date) -> GoodRow:
    holder, kind, held = _registered_to(fields, today)
    number = by(normalise, fields, "number")
    iccid = by(normalise_iccid, fields, "iccid")
    status = of(LineStatus, fields, "status")
    # Most columns of most rows say nothing, so only what is said is looked at.
    amounts = {name: amount(fields, name) for name in AMOUNTS if fields[name] not in _NOTHING}
    counts = {name: whole_number(fields, name) for name in COUNTS if fields[name]}
    days = {name: day(fields, name) for name in DAYS if fields[name]}
    flags = {name for name in FLAGS if fields[name] and flag(fields, name)}
    for listed, column in _LISTED:
        if fields[column]:
            of(listed, fields, column)
    return GoodRow(
        line=line,
        number=number,
        iccid=iccid,
        subscription_id=required(fields, "subscription_id", 64),
        product=required(fields, "product", 64),
        status=status,
        activated_on=days.get("activated_on"),
        holder_name=holder,
        document_kind=kind,
        document_number=held,
        username=fields["username"],
        balance_fen=sum(amounts.get(name, 0) for name in PURSES),
        contact=fields["contact"],
        filing=_filing(fields, counts, days) if "filing" in flags else None,
        restriction=_restriction(fields, days.get("restricted_on")),
    )


def _registered_to(fields: Fields, today: date) -> tuple[str, DocumentKind, str]:
    """Return name and document of a holder; where nobody is registered, a holder of that line alone."""
    nobody = not fields["holder_name"] and not fields["document_number"]
    if nobody and fields["realname"] == RealName.MISSING:
        return "", DocumentKind.NONE, required(fields, "subscription_id", 64)
    kind = of(DocumentKind, fields, "document_kind")
    return required(fields, "holder_name", 100), kind, document(fields, kind, today)


def _filing(fields: Fields, counts: Mapping[str, int], days: Mapping[str, date]) -> FilingSaid:
    return FilingSaid(
        purposes(fields, "filing_purposes"),
        counts.get("filing_daily_cap") or None,
        region(fields, "filing_region"),
        days.get("filing_valid_until"),
    )


def _restriction(fields: Fields, since: date | None) -> RestrictionSaid | None:
    if not any(map(fields.__getitem__, _OF_A_RESTRICTION)):
        return None
    reason = maybe(RestrictionReason, fields, "restriction")
    source = maybe(RestrictionSource, fields, "restriction_source")
    appeal = maybe(AppealState, fields, "restriction_appeal")
    grade = fields["restriction_grade"] or "0"
    if grade not in GRADES:
        raise FieldRefused("restriction_grade", Flaw.NOT_IN_THE_LIST)
    if reason is None:
        return None
    if since is None:
        raise FieldRefused("restricted_on", Flaw.EMPTY)
    return RestrictionSaid(
        source or usual_source(reason), reason, int(grade), since, appeal or AppealState.NONE
    )
