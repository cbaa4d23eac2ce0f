"""What `xiaohu retention` shows of kept records: months that end, and what waits for a second person."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from xiaohu.closures.models import Closing
from xiaohu.core.calendar import day_of
from xiaohu.core.references import normalise_reference
from xiaohu.erasure import kept
from xiaohu.erasure.models import KeptRequest
from xiaohu.queue import clock
from xiaohu.vault.buckets import Month


@dataclass(frozen=True, slots=True)
class Keeping:
    """Months that are over or end within the time they may be agreed on, and open requests."""

    today: date
    months: list[Month]
    asked: list[KeptRequest]

    @property
    def over(self) -> list[Month]:
        """The months that are over and not destroyed: somebody is late."""
        return [month for month in self.months if month.until < self.today and month.records]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "months": [
                {
                    "category": month.category.value,
                    "until": month.until.isoformat(),
                    "records": month.records,
                    "held": month.held,
                    "over": month in self.over,
                }
                for month in self.months
            ],
            "asked": [
                {"id": str(one.pk), "act": one.act, "by": one.asked_by.username}
                for one in self.asked
            ],
        }

    def lines(self) -> Iterator[str]:
        """Return it as lines for a terminal."""
        for month in self.months:
            state = gettext("cli.retention.over") if month in self.over else ""
            words = gettext("cli.retention.month").format(
                category=month.category, until=month.until, n=month.records, held=month.held
            )
            yield f"{words}  {state}".rstrip()
        for one in self.asked:
            yield gettext("cli.retention.wait").format(
                id=one.pk, act=one.act, by=one.asked_by.username
            )
        if not self.months and not self.asked:
            yield gettext("cli.retention.nothing")


def look(*, operator: str) -> Keeping:
    """Look at what is kept."""
    today = day_of(clock.now())
    return Keeping(
        today=today,
        months=kept.months(operator=operator, today=today),
        asked=kept.undecided(operator),
    )


def closings_of(reference: str, *, operator: str) -> list[UUID]:
    """Return the closings of a case by its reference; none where there is no such case."""
    rows = Closing.objects.filter(operator=operator, case__reference=normalise_reference(reference))
    return list(rows.values_list("pk", flat=True))
