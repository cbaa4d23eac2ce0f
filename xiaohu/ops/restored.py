"""After a restore of the main database: what was erased since its backup is forgotten once more.

The keys stay destroyed, so nothing sealed can be read; but rows that let somebody be found are back,
also of people whose request the backup does not know. Only what a worker erases at this moment, or
had begun to, is left to that: it counts what it deletes, and writes the receipt.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xiaohu.access import accounts
from xiaohu.closures.models import Closing
from xiaohu.core.actors import CLOCK
from xiaohu.core.retention import UnitKind
from xiaohu.core.steps import Step
from xiaohu.erasure import engine
from xiaohu.registry import lines
from xiaohu.trail import events
from xiaohu.vault import keys, records
from xiaohu.vault.units import Unit, of_kind

FORGOTTEN = "forget_restored"
_SEEN = 1000  # newest erasures: a restored database has records of one of these, if of any


def forget_if_restored(*, now: datetime) -> int:
    """Forget once more what was erased, where the newest erasures show that a backup came back."""
    back = any(
        records.count_records(operator=operator, units=_without_worker(units))
        for operator, units in keys.last_destroyed(_SEEN)
    )
    return forget_erased(now=now) if back else 0


def forget_erased(*, now: datetime) -> int:
    """Go through all that was ever erased, and forget what is left of it; return of how many units."""
    return sum(_forget(operator, units, now) for operator, units in keys.all_destroyed())


@transaction.atomic(durable=True)
def _forget(operator: str, units: Collection[Unit], now: datetime) -> int:
    ended = _without_worker(units)
    planned = engine.planned(operator=operator, units=ended)
    left = [unit for unit in ended if any(of.get(unit) for of in planned.values())]
    left += [unit for unit in _open(ended) if unit not in left]
    if not left:
        return 0
    engine.forget(operator=operator, units=left)
    lines.close_erased(of_kind(left, UnitKind.LINE), now=now)
    for account_id in of_kind(left, UnitKind.ACCOUNT):
        accounts.close(account_id=account_id, now=now)
    events.record(
        operator=operator,
        actor=CLOCK,
        action=FORGOTTEN,
        case_id=None,
        evidence={"units": str(len(left))},
        now=now,
    )
    return len(left)


def _open(units: Collection[Unit]) -> list[Unit]:
    """Return those of some erased units that still stand as if nothing had been erased."""
    lines_, accounts_ = (of_kind(units, kind) for kind in (UnitKind.LINE, UnitKind.ACCOUNT))
    there = {*lines.still_open(lines_), *accounts.still_open(accounts_)}
    return [unit for unit in units if unit.id in there]


def _without_worker(units: Collection[Unit]) -> list[Unit]:
    """Return those of some units that no closing is about to erase."""
    busy = _being_erased({unit.id for unit in units})
    return [unit for unit in units if unit.id not in busy]


def _being_erased(ids: Collection[UUID]) -> set[UUID | None]:
    concerned = Q(line_id__in=ids) | Q(account_id__in=ids) | Q(case__holder_id__in=ids)
    going = Closing.objects.filter(concerned, is_open=True, step=Step.ERASE.value)
    found = going.values_list("line_id", "account_id", "case__holder_id", "case_id")
    return {id_ for each in found for id_ in each}
