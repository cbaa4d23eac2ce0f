"""What `xiaohu retention` shows of kept records: months that end, what waits for a second person, and holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext

from xiaohu.core.calendar import day_of
from xiaohu.erasure import holds, kept
from xiaohu.erasure.models import KeptRequest
from xiaohu.queue import clock
from xiaohu.vault.buckets import Month


@dataclass(frozen=True, slots=True)
class Keeping:
    """Months that are over or end within the time they may be agreed on, open requests, and holds."""

    today: date
    months: list[Month]
    asked: list[KeptRequest]
    held: list[KeptRequest]

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
            "holds": [
                {"id": str(one.pk), "authority": one.authority, "records": one.records}
                for one in self.held
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
        for one in self.held:
            yield gettext("cli.retention.held").format(
                id=one.pk, authority=one.authority, n=one.records
            )
        if not self.months and not self.asked and not self.held:
            yield gettext("cli.retention.nothing")


def look(*, operator: str) -> Keeping:
    """Look at what is kept."""
    today = day_of(clock.now())
    return Keeping(
        today=today,
        months=kept.months(operator=operator, today=today),
        asked=kept.undecided(operator),
        held=list(holds.standing(operator)),
    )
