"""What this room holds of a unit, and how it is forgotten."""

from collections.abc import Collection

from xiaohu.assistance.models import CallBack, Complaint, Remark
from xiaohu.core.retention import UnitKind
from xiaohu.notices import askers
from xiaohu.vault.units import Unit


def forget_asked(units: Collection[Unit]) -> int:
    """Forget who asked our people, and what readers remarked. Call inside a transaction."""
    ids = [unit.id for unit in units if unit.kind == UnitKind.ASSISTANCE.value]
    if not ids:
        return 0
    forgotten = Remark.objects.filter(pk__in=ids).delete()[0]
    for kind in (CallBack, Complaint):
        forgotten += kind.objects.filter(pk__in=ids).update(asker_index=None, case_id=None)
    return forgotten + sum(askers.forget(one) for one in ids)
