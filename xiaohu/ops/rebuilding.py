"""The erasure journal made anew, where both copies are lost: from what the main cluster knows was erased.

A receipt is written only after its keys are gone, and a closing that stopped before it destroys them
again when it goes on; so nothing that was erased for good is left out. What no row names any more, an
ended copy of records say, is no longer in the main cluster either, and its key goes as an orphan.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from xiaohu.assistance.models import CallBack, Complaint
from xiaohu.closures.models import Case
from xiaohu.core.kept import KeptAct
from xiaohu.core.retention import Category
from xiaohu.erasure.models import ErasureReceipt, KeptRequest, OutsideErasure, OutsideState
from xiaohu.exports.models import Export
from xiaohu.ops.prepare import COMMAND_LINE
from xiaohu.trail import auditing, checkpoints, events, sequencer
from xiaohu.vault import journal, keys, units
from xiaohu.vault.models import BucketRecord
from xiaohu.vault.units import Unit

BATCH = 1000
Ended = Iterator[tuple[str, Unit]]


def make_anew(*, now: datetime) -> tuple[int, int]:
    """Write the journal anew, destroying what came back; return how many keys it names, and how many were there.

    That it was made anew is an event of its own, signed at once: checkpoints from before it say
    nothing of the new one.

    Raises:
        JournalDamaged: its files cannot be written.
    """
    journal.restate()
    journal.ship()
    named = gone = 0
    ended = _ended()
    while part := list(islice(ended, BATCH)):
        by_operator: dict[str, set[Unit]] = defaultdict(set)
        for operator, unit in part:
            by_operator[operator].add(unit)
        gone += sum(keys.destroy(operator, some) for operator, some in by_operator.items())
        named += len(part)
    journal.ship()
    _tell(now)
    return named, gone


def _tell(now: datetime) -> None:
    length, hashed = journal.digest()
    with transaction.atomic():
        events.record(
            operator=settings.XIAOHU.operator,
            actor=COMMAND_LINE,
            action=auditing.JOURNAL_MADE_ANEW,
            case_id=None,
            evidence={"length": str(length), "sha256": hashed.hex()},
            now=now,
        )
    while sequencer.run_once():
        pass
    checkpoints.sign(now=now)


def _ended() -> Ended:
    """Return every unit whose key a row of the main cluster says is destroyed."""
    for operator, listed in ErasureReceipt.objects.values_list("operator", "units").iterator():
        for one in listed:
            kind, _, id_ = one.partition(":")
            yield operator, Unit(kind, UUID(id_))
    yield from _folders_and_copies()
    yield from _kept()


def _folders_and_copies() -> Ended:
    for operator, pk in _of(Case.objects.exclude(purged_at=None)):
        yield operator, units.case(pk)
    for operator, pk in _of(CallBack.objects.exclude(purged_at=None)):
        yield operator, units.assistance(pk)
    for operator, pk in _of(Complaint.objects.exclude(purged_at=None)):
        yield operator, units.assistance(pk)
    for operator, pk in _of(Export.objects.exclude(erased_at=None)):
        yield operator, units.copy(pk)
    was_kept = OutsideErasure.objects.exclude(keep_until=None)
    for operator, pk in _of(was_kept.filter(state=OutsideState.DONE.value)):
        yield operator, units.outside(pk)


def _kept() -> Ended:
    done = KeptRequest.objects.filter(act=KeptAct.DESTROY.value).exclude(done_at=None)
    for one in done:
        category, until = Category(one.category), one.until
        if until is not None:
            yield one.operator, units.bucket(operator=one.operator, category=category, until=until)
    still = BucketRecord.objects.exclude(hold=None).values("hold")
    over = KeptRequest.objects.exclude(released_at=None).exclude(pk__in=still)
    for operator, pk in _of(over):
        yield operator, units.hold(pk)


def _of(rows: QuerySet[Any]) -> Iterator[tuple[str, UUID]]:
    yield from rows.values_list("operator", "pk").iterator()
