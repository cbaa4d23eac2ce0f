"""A system that fails again and again is left alone for a while, by all workers together."""

from datetime import datetime, timedelta

from django.db.models import F

from xiaohu.erasure.models import StoreOutage
from xiaohu.queue.asking import Question, Slot

FAILURES = 3
LEFT_ALONE = timedelta(minutes=1)


def of(operator: str, store: str) -> StoreOutage | None:
    """Return how a system failed; None where it did not since it last answered."""
    return _OF.one(operator=operator, store=store)


_OF = Question(lambda: StoreOutage.objects.filter(operator=Slot("operator"), store=Slot("store")))


def failed(operator: str, store: str, *, why: str, now: datetime) -> None:
    """Count a failure; after a few in a row nobody asks for a minute. Call inside a transaction."""
    StoreOutage.objects.bulk_create(
        [StoreOutage(operator=operator, store=store, since=now)], ignore_conflicts=True
    )
    mine = StoreOutage.objects.filter(operator=operator, store=store)
    mine.update(failures=F("failures") + 1, why=why)
    mine.filter(failures__gte=FAILURES).update(closed_until=now + LEFT_ALONE)


def over(operator: str, store: str) -> None:
    """Forget the failures of a system that has answered, or that somebody wants asked at once."""
    StoreOutage.objects.filter(operator=operator, store=store).delete()


def known(operator: str) -> dict[str, StoreOutage]:
    """Return the systems that fail, by name."""
    return {outage.store: outage for outage in StoreOutage.objects.filter(operator=operator)}
