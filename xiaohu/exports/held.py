"""What this service itself holds of somebody: every sealed record of their line, themselves and the request."""

from uuid import UUID

from xiaohu.core.retention import Category
from xiaohu.gateways.protocols import Records
from xiaohu.registry.models import Line
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref

COLUMNS = ("of", "category", "field", "value")


def of(line: Line, case_id: UUID) -> Records:
    """Return it as a table: what it is of, its category, its name, and what it says.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    its = (units.holder(line.holder_id), units.line(line.pk), units.case(case_id))
    refs = [Ref(unit, category) for unit in its for category in Category]
    found = records.readable(operator=line.operator, refs=refs)
    rows = [
        (ref.unit.kind, ref.category.value, name, value)
        for ref in refs
        for name, value in sorted(found.get(ref, {}).items())
    ]
    return Records(COLUMNS, tuple(rows))
