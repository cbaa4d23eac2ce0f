"""What this service itself holds of somebody: every sealed record, and what each other room has of them.

Rooms that hold something else than sealed records tell it here; they are registered where the rooms
are joined. What is there and cannot be read is named, so that nothing is missing without a word.
"""

from collections.abc import Callable, Collection, Iterable
from uuid import UUID

from xiaohu.core.retention import Category
from xiaohu.gateways.protocols import Records
from xiaohu.registry.models import Line
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref
from xiaohu.vault.units import Unit

COLUMNS = ("of", "category", "field", "value")
UNREADABLE = "unreadable"  # in place of a field: it is there, and cannot be read
Row = tuple[str, str, str, str]
Tell = Callable[[Line, UUID], Iterable[Row]]
_TELL: dict[str, Tell] = {}


def register(name: str, tell: Tell) -> None:
    """Let a room take part: `tell` returns what it holds of a line's holder and a case, as rows."""
    _TELL[name] = tell


def of(line: Line, case_id: UUID) -> Records:
    """Return it as a table: what it is of, its category, its name, and what it says.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    its = (units.holder(line.holder_id), units.line(line.pk), units.case(case_id))
    rows = sealed(line.operator, its)
    for tell in _TELL.values():
        rows += tell(line, case_id)
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
