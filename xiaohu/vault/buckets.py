"""What the law keeps after a closing: sealed apart, under keys that expire by the month."""

import json
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from xiaohu.core.retention import Category
from xiaohu.vault import box, keys, units
from xiaohu.vault.models import BucketRecord


def keep(
    *, operator: str, case_id: UUID, category: Category, value: Mapping[str, str], until: date
) -> None:
    """Seal a record under the key of its basis and month of expiry. Call inside a transaction.

    Destroying that one key ends everything kept on this basis until that month. Harmless to
    repeat.
    """
    bucket = units.bucket(operator=operator, category=category, until=until)
    key = keys.fetch_or_make(operator, [bucket])[bucket]
    plain = json.dumps(dict(value), ensure_ascii=False, sort_keys=True).encode()
    owner = (operator, bucket.kind, str(bucket.id), str(case_id), category.value)
    BucketRecord.objects.get_or_create(
        case_id=case_id,
        category=category.value,
        defaults={
            "operator": operator,
            "until": until,
            "box": box.seal(key, plain, belongs_to=owner),
        },
    )
