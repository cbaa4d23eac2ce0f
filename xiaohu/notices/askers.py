"""Messages to whoever asked our people something, at the address they gave."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from xiaohu.core.notices import Notice, Recipient, require_params
from xiaohu.notices.models import QueuedNotice


def tell(
    notice: Notice,
    *,
    operator: str,
    asked_id: UUID,
    language: str,
    params: Mapping[str, str],
    now: datetime,
) -> None:
    """Queue a message. Call inside a transaction.

    Raises:
        LookupError: a parameter is missing or unknown.
    """
    require_params(notice, params)
    QueuedNotice.objects.create(
        operator=operator,
        notice=notice.value,
        recipient=Recipient.ASKER.value,
        subject_id=asked_id,
        language=language,
        params=dict(params),
        next_action_at=now,
        created_at=now,
    )


def count(asked_ids: Collection[UUID]) -> Counter[UUID]:
    """Count the messages about what people asked."""
    told = QueuedNotice.objects.filter(recipient=Recipient.ASKER.value, subject_id__in=asked_ids)
    ids = told.values_list("subject_id", flat=True)
    return Counter(id_ for id_ in ids if id_ is not None)


def forget(asked_id: UUID) -> int:
    """Delete the messages about what is purged. Call inside a transaction."""
    told = QueuedNotice.objects.filter(recipient=Recipient.ASKER.value, subject_id=asked_id)
    return told.delete()[0]
