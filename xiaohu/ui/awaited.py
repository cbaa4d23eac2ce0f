"""Last bills that have not come, or not all of them, as pages say it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from xiaohu.closures.models import Closing
from xiaohu.core.steps import Step
from xiaohu.settlement import bills


@dataclass(frozen=True, slots=True)
class AwaitedBill:
    """Since when a bill is awaited, and how many parts of it are here."""

    since: datetime
    parts: int


def awaited_bills(found: Sequence[Closing]) -> dict[UUID, AwaitedBill]:
    """Return what is awaited for each line that is gone and not yet billed."""
    waiting = [each for each in found if each.is_open and each.step == Step.COLLECT_BILL]
    parts = bills.parts_of([closing.pk for closing in waiting]) if waiting else {}
    return {
        closing.pk: AwaitedBill(closing.disconnected_at, len(parts.get(closing.pk, ())))
        for closing in waiting
        if closing.disconnected_at is not None
    }
