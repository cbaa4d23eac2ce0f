"""D9: refunds that wait for people, with what the bank said; the same few questions however many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from xiaohu.closures import alarms, refund_due, repaying
from xiaohu.closures.models import AssistedPayment, Closing, HumanQueue
from xiaohu.core.calendar import day_of
from xiaohu.core.numbers import mask_number
from xiaohu.core.payouts import returned
from xiaohu.core.retention import Category
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.queue import clock
from xiaohu.queue.models import Effect
from xiaohu.registry import lines
from xiaohu.settlement import ledger, orders
from xiaohu.settlement.models import RefundOrder
from xiaohu.vault import records, units
from xiaohu.vault.records import Ref

MOST = 200


@dataclass(frozen=True, slots=True)
class Refund:
    """One refund in the hands of people; `left_fen` is None where the sums do not agree.

    `sent_on` is its batch: the day of ours on which it was sent last, and by which the provider's
    statement lists it.
    """

    closing: Closing
    number: str
    left_fen: int | None
    route: str
    account_tail: str
    answer: str
    tries: int
    sent_on: date | None
    due_at: datetime | None
    came_back: bool
    pending: AssistedPayment | None
    order: RefundOrder | None = None
    refund_due_on: date | None = None


def waiting(*, today: date | None = None) -> list[Refund]:
    """Return every refund that waits for people or is due soon, the first due first."""
    return _shown(list(_found(today).order_by("refund_due_on", "owner_due_at", "pk")[:MOST]))


def _found(today: date | None = None) -> QuerySet[Closing]:
    soon = (today or day_of(clock.now())) + refund_due.SOON
    stuck = Q(step=Step.REFUND.value, owner=HumanQueue.OPERATIONS.value)
    came_back = Q(state=CaseState.REFUND_ATTENTION.value)
    due = Q(step=Step.REFUND.value, refund_due_on__lte=soon)
    claimed = Q(is_open=False, owner=HumanQueue.OPERATIONS.value)
    found = Closing.objects.filter(alarms.going_on(), operator=settings.XIAOHU.operator)
    return found.filter(Q(is_open=True) & (stuck | came_back | due) | claimed).select_related(
        "case", "line"
    )


def figures(*, today: date) -> dict[str, int]:
    """Return how many refunds are late, and how many are due within three days, of all there are."""
    due = _found(today).order_by()
    return due.aggregate(
        late=Count("pk", filter=Q(refund_due_on__lt=today)),
        soon=Count("pk", filter=Q(refund_due_on__range=(today, today + refund_due.SOON))),
    )


def one(closing_id: UUID) -> Refund | None:
    """Return one of them."""
    return next(iter(_shown(list(_found().filter(pk=closing_id)))), None)


def _shown(closings: Sequence[Closing]) -> list[Refund]:
    if not closings:
        return []
    ids = [closing.pk for closing in closings]
    left, pending = _left(closings), repaying.pending_of(list(closings))
    answers, opened, standing = _answers(ids), _opened(closings), orders.waiting_of(ids)
    return [
        Refund(
            closing=closing,
            number=_mask(closing, opened),
            left_fen=left[closing.pk],
            route=closing.case.refund_route,
            account_tail=opened.get(_payee(closing), {}).get("account", "")[-4:],
            answer=answers.get(closing.pk, NOT_ASKED).said,
            tries=answers.get(closing.pk, NOT_ASKED).tries,
            sent_on=answers.get(closing.pk, NOT_ASKED).sent_on,
            due_at=closing.owner_due_at,
            came_back=closing.state == CaseState.REFUND_ATTENTION.value,
            pending=pending.get(closing.pk),
            order=standing.get(closing.pk),
            refund_due_on=closing.refund_due_on,
        )
        for closing in closings
    ]


def _left(closings: Sequence[Closing]) -> dict[UUID, int | None]:
    """Return what is still to pay of each closing; of an ended one what is claimed of it."""
    left = ledger.left_of([closing.pk for closing in closings])
    ended = [closing.pk for closing in closings if not closing.is_open]
    claimed = ledger.of_closings(ended) if ended else {}
    return left | {pk: row.unclaimed_fen or left[pk] for pk, row in claimed.items()}


class _Answer(NamedTuple):
    """What the bank said last, how often it was asked, and on which day last."""

    said: str
    tries: int
    sent_on: date | None


NOT_ASKED = _Answer("", 0, None)


def _answers(ids: Sequence[UUID]) -> dict[UUID, _Answer]:
    """Return what the bank said of each refund."""
    rows = Effect.objects.filter(subject_id__in=ids, kind=Step.REFUND.value).order_by("round")
    said: dict[UUID, _Answer] = {}
    for effect in rows:
        before = said.get(effect.subject_id, NOT_ASKED)
        said[effect.subject_id] = _Answer(
            returned(effect.reason).value,
            before.tries + (effect.sent_at is not None),
            day_of(effect.sent_at) if effect.sent_at is not None else before.sent_on,
        )
    return said


def _opened(closings: Sequence[Closing]) -> dict[Ref, dict[str, str]]:
    refs = {_payee(closing) for closing in closings}
    refs |= {lines.number_ref(c.line_id) for c in closings if c.line_id is not None}
    return records.readable(operator=closings[0].operator, refs=refs)


def _payee(closing: Closing) -> Ref:
    return Ref(units.case(closing.case_id), Category.PAYEE)


def _mask(closing: Closing, opened: dict[Ref, dict[str, str]]) -> str:
    if closing.line_id is None:
        return "—"
    number = opened.get(lines.number_ref(closing.line_id), {}).get("number", "")
    return mask_number(number) if number else "—"
