"""Where all money stands, what of it is due, and what is handed to finance: a few sweeps, however many."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum
from django.db.models.functions import Now

from xiaohu.access.models import StaffUser
from xiaohu.closures import alarms, driver, matching, queries, repaying, retrying
from xiaohu.closures.models import Closing, HumanQueue
from xiaohu.closures.retrying import NothingToTry
from xiaohu.core.references import normalise_reference
from xiaohu.core.retention import Category
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.queue.models import Effect
from xiaohu.settlement.models import SettledClosing
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref

MONEY = (Step.COLLECT_BILL, Step.SETTLE, Step.REFUND)
CAME_BACK, PEOPLE = "came_back", "people"
WAITING = (*(step.value for step in MONEY), CAME_BACK, PEOPLE)
ENDS = ("refunded", "unclaimed", "waived")
AT_ONCE = 500

_WAITING = """
SELECT CASE WHEN c.state = %s THEN 'came_back' WHEN c.owner = %s THEN 'people'
        WHEN c.is_open THEN c.step ELSE 'refund' END,
    count(*),
    coalesce(sum(s.refundable_fen - s.refunded_fen - s.waived_fen
        - CASE WHEN c.is_open THEN s.unclaimed_fen ELSE 0 END), 0)::bigint,
    min(c.disconnected_at),
    count(*) FILTER (WHERE c.owner_due_at < %s)
FROM closures_closing c LEFT JOIN settlement_settledclosing s ON s.closing_id = c.id
WHERE c.operator = %s AND c.disconnected_at IS NOT NULL AND (
    (c.is_open AND (c.step = ANY(%s) OR c.state = %s))
    OR EXISTS (SELECT 1 FROM closures_claim k WHERE k.closing_id = c.id AND k.ended_at IS NULL))
GROUP BY 1
"""
_REFUNDS = """
SELECT l.case_id, c.reference, c.refund_route, s.settled_at, s.refundable_fen, s.refunded_fen,
    s.unclaimed_fen, s.waived_fen, e.id, e.reference, p.slip, t.at
FROM settlement_settledclosing s
JOIN closures_closing l ON l.id = s.closing_id
JOIN closures_case c ON c.id = l.case_id
LEFT JOIN LATERAL (
    SELECT id, reference FROM queue_effect
    WHERE subject_id = l.id AND kind = 'refund' ORDER BY round DESC LIMIT 1
) e ON true
LEFT JOIN LATERAL (
    SELECT max(at) AS at FROM settlement_transfer
    WHERE closing_id = l.id AND credit = 'refunded'
) t ON true
LEFT JOIN LATERAL (
    SELECT slip FROM closures_assistedpayment
    WHERE closing_id = l.id AND confirmed_at IS NOT NULL AND dropped_at IS NULL
    ORDER BY confirmed_at DESC LIMIT 1
) p ON true
WHERE s.operator = %s AND s.settled_at >= %s AND s.settled_at < %s
ORDER BY s.settled_at, l.id
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits at one place: how many, how much, since when, and how many are late."""

    place: str
    count: int
    left_fen: int
    since: datetime | None
    late: int


class Refund(NamedTuple):
    """One refund as finance sees it: of the account only its last four digits."""

    case_id: UUID
    case: str
    route: str
    settled_at: datetime
    refundable_fen: int
    refunded_fen: int
    unclaimed_fen: int
    waived_fen: int
    key: UUID | None
    provider_reference: str | None
    slip: str | None
    paid_at: datetime | None
    account_tail: str = ""


def waiting(operator: str, *, now: datetime) -> list[Waiting]:
    """Return what waits, place by place, in the order of the steps."""
    attention, people = CaseState.REFUND_ATTENTION.value, HumanQueue.OPERATIONS.value
    steps = [step.value for step in MONEY]
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [attention, people, now, operator, steps, attention])
        found = {row[0]: Waiting(*row) for row in cursor.fetchall()}
    return [found.get(place, Waiting(place, 0, 0, None, 0)) for place in WAITING]


def ended(operator: str) -> dict[str, int]:
    """Return how much was refunded, is unclaimed and was waived, in fen."""
    sums = {name: Sum(f"{name}_fen", default=0) for name in ENDS}
    return dict(SettledClosing.objects.filter(operator=operator).aggregate(**sums))


def run(*, clock: Callable[[], datetime]) -> int:
    """Carry on every closing whose money is due now, once, and return how many."""
    matching.take_in(now=clock())
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    money = Q(is_open=False) | Q(step__in=[step.value for step in MONEY])
    due = Closing.objects.filter(alarms.going_on(), free, money, next_action_at__lte=clock())
    ids = list(due.order_by("next_action_at", "pk").values_list("pk", flat=True))
    for closing_id in ids:
        driver.advance(closing_id=closing_id, clock=clock)
    return len(ids)


def retry(*, what: str, officer: StaffUser, now: datetime) -> int:
    """Try once more what waits for people of a request, or of one effect; return of how many closings.

    Raises:
        CaseNotFound: neither a request nor an effect of this operator.
        NothingToTry: nothing of it waits.
        NotYoursToPay, PaymentPending, SumMismatch: the refund may not be sent.
    """
    tried = 0
    for closing in _meant(what, officer.operator):
        if closing.state == CaseState.REFUND_ATTENTION.value:
            repaying.retry(closing_id=closing.pk, officer=officer, now=now)
        elif closing.owner == HumanQueue.OPERATIONS.value:
            retrying.try_again(
                case_id=closing.case_id, closing_id=closing.pk, officer=officer, now=now
            )
        else:
            continue
        tried += 1
    if not tried:
        raise NothingToTry
    return tried


def refunds(operator: str, *, since: datetime, until: datetime) -> Iterator[Refund]:
    """Return every refund settled in a time, oldest first."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_REFUNDS, [operator, since, until])
        rows = (Refund(*row) for row in cursor)
        while some := list(islice(rows, AT_ONCE)):
            tails = _tails(operator, some)
            yield from (row._replace(account_tail=tails.get(row.case_id, "")) for row in some)


def _tails(operator: str, rows: list[Refund]) -> dict[UUID, str]:
    refs = {row.case_id: Ref(units.case(row.case_id), Category.PAYEE) for row in rows}
    opened = records.readable(operator=operator, refs=set(refs.values()))
    return {case_id: opened.get(ref, {}).get("account", "")[-4:] for case_id, ref in refs.items()}


def _meant(what: str, operator: str) -> list[Closing]:
    closings = Closing.objects.filter(operator=operator).order_by("pk")
    try:
        effect = Effect.objects.filter(pk=UUID(what), operator=operator).first()
    except ValueError:
        found = list(closings.filter(case__reference=normalise_reference(what)))
    else:
        found = list(closings.filter(pk=effect.subject_id)) if effect is not None else []
    if not found:
        raise queries.CaseNotFound
    return found
