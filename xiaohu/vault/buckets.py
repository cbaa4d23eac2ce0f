"""What the law keeps after a closing: sealed apart, under keys that expire by the month."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from xiaohu.core.retention import Category
from xiaohu.vault import box, keys, units
from xiaohu.vault.models import BucketRecord
from xiaohu.vault.units import Unit


@dataclass(frozen=True, slots=True)
class ToKeep:
    """One category with its clear values, and until when it is kept."""

    category: Category
    value: Mapping[str, str]
    until: date


def keep(*, operator: str, case_id: UUID, kept: Sequence[ToKeep]) -> None:
    """Seal records under the keys of their bases and months of expiry. Call inside a transaction.

    Destroying one such key ends everything kept on this basis until that month. Harmless to
    repeat.
    """
    bucket_of = {
        item.category: units.bucket(operator=operator, category=item.category, until=item.until)
        for item in kept
    }
    key_of = keys.fetch_or_make(operator, set(bucket_of.values()))
    BucketRecord.objects.bulk_create(
        [
            BucketRecord(
                operator=operator,
                case_id=case_id,
                category=item.category.value,
                until=item.until,
                box=_sealed(operator, case_id, item, bucket_of[item.category], key_of),
            )
            for item in kept
        ],
        ignore_conflicts=True,
    )


def _sealed(
    operator: str, case_id: UUID, item: ToKeep, bucket: Unit, key_of: Mapping[Unit, bytes]
) -> bytes:
    plain = json.dumps(dict(item.value), ensure_ascii=False, sort_keys=True).encode()
    owner = (operator, bucket.kind, str(bucket.id), str(case_id), item.category.value)
    return box.seal(key_of[bucket], plain, belongs_to=owner)
