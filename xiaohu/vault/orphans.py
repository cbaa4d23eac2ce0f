"""Keys made for a transaction that was then rolled back."""

from datetime import timedelta

from django.db.models.functions import Now

from xiaohu.core.retention import UnitKind
from xiaohu.vault.keystore.models import UnitKey
from xiaohu.vault.models import SealedRecord
from xiaohu.vault.units import BUCKET_KIND, HOLD_KIND

# Under these nothing is sealed as a record.
_NOT_RECORDS = (BUCKET_KIND, HOLD_KIND, UnitKind.COPY.value)
KEPT = timedelta(hours=24)
BATCH = 1000


def sweep() -> int:
    """Delete keys a day old under which nothing is sealed; return how many."""
    old = UnitKey.objects.filter(made_at__lt=Now() - KEPT, made_at__gt=Now() - 2 * KEPT)
    candidates = old.exclude(kind__in=_NOT_RECORDS).values_list("pk", "kind", "unit")
    swept = 0
    batch: list[tuple[int, str, object]] = []
    for row in candidates.iterator(chunk_size=BATCH):
        batch.append(row)
        if len(batch) == BATCH:
            swept += _sweep(batch)
            batch = []
    return swept + _sweep(batch)


def _sweep(batch: list[tuple[int, str, object]]) -> int:
    used = set(
        SealedRecord.objects.filter(unit__in=[unit for _, _, unit in batch]).values_list(
            "kind", "unit"
        )
    )
    orphans = [pk for pk, kind, unit in batch if (kind, unit) not in used]
    gone, _ = UnitKey.objects.filter(pk__in=orphans).delete()
    return gone
