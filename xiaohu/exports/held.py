"""What this service itself holds of somebody: every sealed record, and what each other room has of them.

Rooms that hold something else than sealed records tell it here; they are registered where the rooms
are joined. What is there and cannot be read is named, so that nothing is missing without a word.
"""

from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from xiaohu.core.retention import Category
from xiaohu.gateways.protocols import Records
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref
from xiaohu.vault.units import Unit

COLUMNS = ("of", "category", "field", "value")
UNREADABLE = "unreadable"  # in place of a field: it is there, and cannot be read
Row = tuple[str, str, str, str]
_TELL: dict[str, "Tell"] = {}


class Whom(NamedTuple):
    """The holder who asked, in which case, and the line it is about unless only an account is."""

    operator: str
    holder_id: UUID
    case_id: UUID
    line_id: UUID | None = None


Tell = Callable[[Whom], Iterable[Row]]


def register(name: str, tell: Tell) -> None:
    """Let a room take part: `tell` returns what it holds of somebody and a case, as rows."""
    _TELL[name] = tell


def of(whom: Whom) -> Records:
    """Return it as a table: what it is of, its category, its name, and what it says.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    its = [units.holder(whom.holder_id), units.case(whom.case_id)]
    if whom.line_id is not None:
        its.insert(1, units.line(whom.line_id))
    rows = sealed(whom.operator, its)
    for tell in _TELL.values():
        rows += tell(whom)
    return Records(COLUMNS, tuple(rows))


def sealed(operator: str, its: Collection[Unit]) -> list[Row]:
    """Return every sealed record of some units, and which of them cannot be read.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    refs = [Ref(unit, category) for unit in its for category in Category]
    there = records.there(operator=operator, refs=refs)
    found = records.readable(operator=operator, refs=there)
    rows: list[Row] = []
    for ref in refs:
        if ref in found:
            said = sorted(found[ref].items())
            rows += [(ref.unit.kind, ref.category.value, name, value) for name, value in said]
        elif ref in there:
            rows.append((ref.unit.kind, ref.category.value, UNREADABLE, ""))
    return rows
