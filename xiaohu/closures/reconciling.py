"""The oracle: our rows beside the payout provider's truth and the operator's, difference by difference.

It only looks. What runs meanwhile is no difference: what must be there is noted first, then the
others are asked, then our side is read.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import connection, transaction

from xiaohu.closures.models import Closing, Outcome
from xiaohu.core import reconciling
from xiaohu.core.calendar import day_of
from xiaohu.core.findings import FindingKind, FindingSource
from xiaohu.core.reconciling import Deed, Difference, Payment
from xiaohu.core.states import TERMINAL
from xiaohu.core.steps import Step
from xiaohu.gateways import providers
from xiaohu.gateways.protocols import GatewayUnavailable
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import bills, findings, statements
from xiaohu.settlement import reconciling as ours
from xiaohu.settlement.models import Reconciliation

AT_ONCE = 1000
TRIED_AGAIN = timedelta(minutes=30)

_DEEDS = """
SELECT l.id, e.id, e.first_sent_at, c.execute_at, c.review_reasons <> '[]'::jsonb, c.decided_at
FROM queue_effect e
JOIN closures_closing l ON l.id = e.subject_id
JOIN closures_case c ON c.id = l.case_id
WHERE e.operator = %s AND e.kind = ANY(%s) AND e.first_sent_at IS NOT NULL
"""
_ENDED_TWICE = """
SELECT c.reference FROM trail_event v JOIN closures_case c ON c.id = v.case_id
WHERE c.operator = %s AND v.to_state = ANY(%s) AND v.from_state <> v.to_state
GROUP BY c.id HAVING count(DISTINCT v.to_state) > 1 OR count(*) > c.size
"""
_IRREVERSIBLE = [Step.DISCONNECT.value, Step.REFUND.value]


@dataclass(slots=True)
class Report:
    """What was compared, how much of it, and what does not agree."""

    payments: int = 0
    books: int = 0
    lines: int = 0
    bills: int = 0
    differences: list[Difference] = field(default_factory=list)

    def compared(self) -> dict[str, int]:
        """Return how much of each was compared."""
        return {name: getattr(self, name) for name in ("payments", "books", "lines", "bills")}


def compare(*, operator: str) -> Report:
    """Compare everything, and change nothing.

    Raises:
        GatewayUnavailable: the provider or the operator cannot be asked.
    """
    report = Report()
    for part in (_payments, _books, _lines, _bills):
        report.differences += part(report, operator)
    report.differences += reconciling.of_deeds(_deeds(operator))
    report.differences += _ended_twice(operator)
    return report


def note_all(report: Report, *, operator: str, now: datetime) -> int:
    """Leave every difference to people, once; return how many are undecided."""
    noted = (
        findings.note_difference(
            one, operator=operator, source=FindingSource.RECONCILIATION, now=now
        )
        for one in report.differences
    )
    return sum(found.decided_at is None for found in noted)


def daily(*, operator: str, now: datetime) -> Reconciliation | None:
    """Compare once a day and leave what differs to people; None where today's is done or under way.

    Where somebody could not be asked it is tried again after half an hour.
    """
    run = _begun(operator, now)
    if run is None:
        return None
    try:
        report = compare(operator=operator)
    except GatewayUnavailable as away:
        run.trouble = away.code
    else:
        run.differences = note_all(report, operator=operator, now=now)
        run.compared = report.compared()
        run.ended_at, run.trouble = now, ""
    run.save()
    return run


def last(operator: str) -> Reconciliation | None:
    """Return the newest daily comparison."""
    return Reconciliation.objects.filter(operator=operator).order_by("-day").first()


def is_stale(operator: str, *, today: date) -> bool:
    """Say whether neither today's nor yesterday's comparison has come to its end."""
    ended = Reconciliation.objects.filter(operator=operator, ended_at__isnull=False)
    return not ended.filter(day__gte=today - timedelta(days=1)).exists()


@transaction.atomic(durable=True)
def _begun(operator: str, now: datetime) -> Reconciliation | None:
    run, new = Reconciliation.objects.select_for_update(no_key=True).get_or_create(
        operator=operator, day=day_of(now), defaults={"began_at": now}
    )
    if not new and (run.ended_at is not None or now - run.began_at < TRIED_AGAIN):
        return None
    run.began_at = now
    run.save(update_fields=["began_at"])
    return run


def references(differences: Sequence[Difference]) -> Mapping[UUID, str]:
    """Return the references of the cases that differences are about, by closing."""
    ids = {one.closing_id for one in differences if one.closing_id is not None}
    rows = Closing.objects.filter(pk__in=ids).values_list("pk", "case__reference")
    return dict(rows)


def _payments(report: Report, operator: str) -> Iterator[Difference]:
    listed, theirs = _theirs(operator)
    known = ours.payments(operator, listed=listed)
    report.payments = len(known)
    yield from reconciling.of_payments(known, theirs)


def _theirs(operator: str) -> tuple[Collection[UUID], Sequence[Payment]]:
    """Return what must be in the provider's list, and the list; else what statements say."""
    payout = providers.payout()
    if payout.capabilities.listing:
        return ours.paid(operator), list(payout.payments())
    covered = statements.covered(operator)
    return covered, statements.payments(operator)


def _books(report: Report, operator: str) -> Iterator[Difference]:
    for book in ours.books(operator):
        report.books += 1
        yield from reconciling.of_books([book])
    closed = Closing.objects.filter(
        operator=operator, outcome=Outcome.CLOSED.value, line__isnull=False
    )
    ids = closed.values_list("pk", flat=True).iterator(chunk_size=AT_ONCE)
    while some := list(islice(ids, AT_ONCE)):
        for closing_id in ours.incomplete(some):
            yield Difference(
                kind=FindingKind.BOOKS_DISAGREE, closing_id=closing_id, reference="not_complete"
            )


def _lines(report: Report, operator: str) -> Iterator[Difference]:
    closed = Closing.objects.filter(
        operator=operator, disconnected_at__isnull=False, line__isnull=False
    )
    rows = closed.values_list("pk", "line__subscription_id").iterator(chunk_size=AT_ONCE)
    while some := dict(islice(rows, AT_ONCE)):
        report.lines += len(some)
        gone = providers.operator().closed_among(list(some.values()))
        yield from reconciling.of_lines(some, gone)


def _bills(report: Report, operator: str) -> Iterator[Difference]:
    asked = Effect.objects.filter(
        operator=operator, kind=Step.COLLECT_BILL.value, state=EffectState.DONE.value
    )
    rows = asked.values_list("pk", "subject_id", "round").iterator(chunk_size=AT_ONCE)
    while some := list(islice(rows, AT_ONCE)):
        report.bills += len(some)
        kept = bills.amounts_by_part({closing_id for _, closing_id, _ in some})
        given = providers.operator().bills_of([key for key, _, _ in some])
        for key, closing_id, part in some:
            amounts = kept.get((closing_id, part), {})
            yield from reconciling.of_bill(closing_id, key, amounts, given.get(key))


def _deeds(operator: str) -> Iterator[Deed]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(_DEEDS, [operator, _IRREVERSIBLE])
        while rows := cursor.fetchmany(AT_ONCE):
            yield from (Deed(*row) for row in rows)


def _ended_twice(operator: str) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(_ENDED_TWICE, [operator, sorted(TERMINAL)])
        for (reference,) in cursor.fetchall():
            yield Difference(kind=FindingKind.ENDED_TWICE, reference=reference)
