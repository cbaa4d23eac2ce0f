"""What this room holds of a unit, and how it is forgotten."""

from collections import Counter
from collections.abc import Collection, Iterator
from uuid import UUID

from xiaohu.assistance.models import CallBack, Complaint, Remark
from xiaohu.core.retention import UnitKind
from xiaohu.exports.held import Row
from xiaohu.notices import askers
from xiaohu.queue import bulk
from xiaohu.vault.units import Unit, counted, of_kind


def forget_asked(units: Collection[Unit]) -> Counter[Unit]:
    """Forget who asked our people, and what readers remarked. Call inside a transaction."""
    kind = UnitKind.ASSISTANCE
    return counted(kind, {asked_id: _forget(asked_id) for asked_id in of_kind(units, kind)})


def _forget(asked_id: UUID) -> int:
    forgotten = Remark.objects.filter(pk=asked_id).delete()[0]
    for kind in (CallBack, Complaint):
        forgotten += kind.objects.filter(pk=asked_id).update(asker_index=None, case_id=None)
    return forgotten + askers.forget(asked_id)


def count_asked(units: Collection[Unit]) -> Counter[Unit]:
    """Count what `forget_asked` would forget."""
    ids = of_kind(units, UnitKind.ASSISTANCE)
    found = bulk.count(Remark, "id", ids) + askers.count(ids)
    for kind in (CallBack, Complaint):
        found += bulk.filled(kind, ["asker_index", "case_id"], ids)
    return counted(UnitKind.ASSISTANCE, found)


def tell(case_id: UUID) -> Iterator[Row]:
    """List calls and complaints that name a case: what about, and when.

    What was said stays out: whoever named the case may be somebody else.
    """
    for name, kind in (("call_back", CallBack), ("complaint", Complaint)):
        for row in kind.objects.filter(case_id=case_id).order_by("asked_at", "pk"):
            yield name, row.reference, row.topic, row.asked_at.isoformat()
