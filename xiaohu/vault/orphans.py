"""Keys made for a transaction that was then rolled back."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import connections

from xiaohu.vault import in_use, keys
from xiaohu.vault.keystore.models import UnitKey
from xiaohu.vault.router import KEYSTORE
from xiaohu.vault.units import Unit

KEPT = timedelta(hours=24)
BATCH = 1000


class Sweep:
    """Destroys keys a day old that nothing needs; remembers how far it came, so that it need not begin anew.

    The first time every key is looked at, however old: whoever swept before may have been down for
    days. From then on those of one more day are looked at again, for what lay under a key may go late.
    """

    def __init__(self) -> None:
        self._until: datetime | None = None

    def __call__(self) -> int:
        """Sweep once, and return how many keys went; each stands in the erasure journal as any other."""
        until = _now() - KEPT
        rows = _older(self._until - KEPT if self._until else None, until)
        swept = 0
        while batch := list(islice(rows, BATCH)):
            swept += _sweep(batch)
        self._until = until
        return swept


def _older(since: datetime | None, until: datetime) -> Iterator[tuple[str, Unit]]:
    old = UnitKey.objects.filter(made_at__lt=until, kind__in=in_use.judged())
    if since is not None:
        old = old.filter(made_at__gt=since)
    for operator, kind, unit in old.values_list("operator", "kind", "unit").iterator(BATCH):
        yield operator, Unit(kind, unit)


def _sweep(batch: list[tuple[str, Unit]]) -> int:
    # A unit no row names for a day is none any more: its id was drawn for what never came to be.
    used = in_use.of({unit for _, unit in batch})
    orphans: dict[str, list[Unit]] = defaultdict(list)
    for operator, unit in batch:
        if unit not in used:
            orphans[operator].append(unit)
    return sum(keys.destroy(operator, units) for operator, units in orphans.items())


def _now() -> datetime:
    """Return the time of the database that wrote when keys were made."""
    with connections[KEYSTORE].cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    at: datetime = now
    return at
