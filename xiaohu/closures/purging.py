"""Thirty days after a case ended its folder goes: contact, payee, messages, and the case's key.

Fingerprints of whom money went to go as well: those of the time after, thirty days after each.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from xiaohu.access import sessions
from xiaohu.closures import moves, noting
from xiaohu.closures.models import AssistedPayment, Case, Closing
from xiaohu.core.actors import CLOCK
from xiaohu.core.retention import FOLDER_KEPT_DAYS
from xiaohu.erasure import holds
from xiaohu.exports import copies
from xiaohu.notices import outbox
from xiaohu.proofing import papers
from xiaohu.settlement import orders
from xiaohu.trail import events
from xiaohu.vault import keys, records, units

BATCH = 100


def purge(*, now: datetime) -> int:
    """Purge folders whose time is over, a batch at a time, and return how many; harmless to repeat.

    What an authority holds stays whole until the hold ends.
    """
    return sum(_purge(case_id, now) for case_id in _due(now))


def _due(now: datetime) -> list[UUID]:
    past = now - timedelta(days=FOLDER_KEPT_DAYS)
    due = Case.objects.filter(ended_at__lt=past, purged_at=None)
    held = Closing.objects.filter(pk__in=holds.held()).values("case_id")
    found = due.exclude(pk__in=held).order_by("ended_at")
    return list(found.values_list("pk", flat=True)[:BATCH])


@transaction.atomic(durable=True)
def _purge(case_id: UUID, now: datetime) -> bool:
    """Purge one folder, the key first; not where another did, or somebody has it held by now."""
    holds.let_none_begin()
    case = moves.lock(case_id)
    closings = Closing.objects.filter(case=case).values_list("pk", flat=True)
    if case.purged_at is not None or holds.over(list(closings)):
        return False
    unit = units.case(case_id)
    keys.destroy(case.operator, [unit])
    records.delete_records(operator=case.operator, units=[unit])
    papers.forget(case_id)
    noting.forget(case_id)
    copies.forget(case_id)
    outbox.forget_case(case_id)
    sessions.end_of_case(case_id)
    case.purged_at = now
    case.contact_index = case.payee_index = case.submitted_payee = None
    case.save(update_fields=["purged_at", "contact_index", "payee_index", "submitted_payee"])
    events.record(
        operator=case.operator, actor=CLOCK, action="purge_folder", case_id=case_id, now=now
    )
    return True


@transaction.atomic(durable=True)
def forget_fingerprints(*, now: datetime) -> int:
    """Forget the fingerprints of payees and of documents seen at the counter of cases whose folder went.

    A payment that waits to be confirmed keeps its own. Harmless to repeat; returns how many went.
    """
    past = now - timedelta(days=FOLDER_KEPT_DAYS)
    over = Q(confirmed_at__lt=past) | Q(dropped_at__lt=past)
    seen = AssistedPayment.objects.filter(over, closing__case__purged_at__isnull=False)
    forgotten = seen.exclude(document_index=None).update(document_index=None)
    purged = Closing.objects.filter(case__purged_at__isnull=False).values("pk")
    return forgotten + orders.forget_payees(purged, before=past)
