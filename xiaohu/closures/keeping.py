"""What the law keeps of a closing, until when, and which units a closing ends."""

from calendar import monthrange
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from xiaohu.access.models import SubscriberAccount
from xiaohu.closures import queries
from xiaohu.closures.models import Case, Closing
from xiaohu.core.calendar import day_of
from xiaohu.core.retention import Category, Disposal, RetentionRule, rules_with
from xiaohu.core.steps import Scope, Step
from xiaohu.queue.asking import Question, Slot
from xiaohu.registry import lines
from xiaohu.registry.models import Holder, Line
from xiaohu.settlement import ledger
from xiaohu.settlement.models import SettledClosing
from xiaohu.vault import buckets, records, units
from xiaohu.vault.buckets import ToKeep
from xiaohu.vault.records import Ref
from xiaohu.vault.units import Unit


@dataclass(frozen=True, slots=True)
class Kept:
    """One category that is kept: on which basis, and until when."""

    category: Category
    basis: str
    until: date


def sealed(closing: Closing) -> tuple[Kept, ...]:
    """Return what is kept of a closing, until the days it was sealed for.

    Sealing decides: what is said of it later, when a store was waited for, says the same days.
    """
    until = buckets.until_when(operator=closing.operator, subject_id=closing.pk)
    return tuple(
        Kept(category, rule.basis, until[category])
        for category, rule in _rules(closing.case).items()
        if category in until
    )


def kept_until(case: Case, categories: Collection[Category], *, on: date) -> date:
    """Return until when the law keeps the longest kept of some categories."""
    rules = _rules(case)
    return end_of_month_after(on, max(rules[category].months for category in categories))


def seal_kept(closing: Closing, *, now: datetime) -> None:
    """Seal what the law keeps under its own keys. Call inside a transaction; harmless to repeat."""
    settled = ledger.of_closing(closing.pk)
    values = _values(closing, settled)
    buckets.keep(
        operator=closing.operator,
        subject_id=closing.pk,
        kept=[
            ToKeep(item.category, values[item.category], item.until)
            for item in _to_keep(closing, settled, on=day_of(now))
            if values.get(item.category)
        ],
    )


def units_ended_by(closings: Sequence[Closing]) -> dict[UUID, tuple[Unit, ...]]:
    """Return the units whose keys go with each of some closings that end together.

    The line's, the account's if in scope, and the holder's with the last of them, only where
    nothing else of that holder remains at the operator.
    """
    staying = _holders_who_stay(closings)
    last = {closing.case.holder_id: closing.pk for closing in closings}
    going = {pk: holder_id for holder_id, pk in last.items() if holder_id not in staying}
    ended = {}
    for closing in closings:
        its = []
        if closing.line_id is not None:
            its.append(units.line(closing.line_id))
        if closing.account_id is not None:
            its.append(units.account(closing.account_id))
        if closing.pk in going:
            its.append(units.holder(going[closing.pk]))
        ended[closing.pk] = tuple(its)
    return ended


def hold_holders(closings: Sequence[Closing]) -> None:
    """Let one worker at a time decide what of the holders of closings remains.

    Call inside a transaction.
    """
    theirs = Holder.objects.filter(pk__in={closing.case.holder_id for closing in closings})
    list(theirs.select_for_update(no_key=True).order_by("pk").values_list("pk"))


def end_of_month_after(day: date, months: int) -> date:
    """Return the last day of the month so many months on: a bucket expires as a whole."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, monthrange(year, month)[1])


def _to_keep(closing: Closing, settled: SettledClosing | None, *, on: date) -> tuple[Kept, ...]:
    """Return what the law keeps of a closing that is sealed on a day."""
    return tuple(
        Kept(category, rule.basis, end_of_month_after(on, rule.months))
        for category, rule in _rules(closing.case).items()
        if rule.disposal is Disposal.SEAL and _concerns(closing, settled, category)
    )


def _rules(case: Case) -> Mapping[Category, RetentionRule]:
    overrides = {
        category: (kept.months, kept.basis)
        for category, kept in queries.profile_of(case).retention.items()
    }
    return rules_with(overrides)


def _values(closing: Closing, settled: SettledClosing | None) -> dict[Category, dict[str, str]]:
    """Return the clear values of what may be kept; they live as long as this call."""
    holder = Ref(units.holder(closing.case.holder_id), Category.REGISTRATION_IDENTITY)
    wanted = [holder]
    if closing.line_id is not None:
        wanted.append(Ref(units.line(closing.line_id), Category.SERVICE_NUMBER))
    opened = records.open_many(operator=closing.operator, refs=wanted)
    values = {ref.category: dict(value) for ref, value in opened.items()}
    values[Category.CLOSING_TRAIL] = {"reference": closing.case.reference}
    if settled is not None:
        values[Category.REFUND_PROOF] = {
            "refunded_fen": str(settled.refunded_fen),
            "waived_fen": str(settled.waived_fen),
            "route": closing.case.refund_route,
        }
    return values


def _concerns(closing: Closing, settled: SettledClosing | None, category: Category) -> bool:
    if closing.case.scope == Scope.ACCOUNT.value:
        return category is Category.CLOSING_TRAIL
    if category is Category.REFUND_PROOF:
        return settled is not None and settled.refundable_fen > 0
    return True


# Until a closing has erased, it still names its holder: to the bank, and in what is sealed.
_STEPS = tuple(Step)
_NEED_THE_HOLDER = [step.value for step in _STEPS[: _STEPS.index(Step.ERASE) + 1]]


def _holders_who_stay(closings: Sequence[Closing]) -> set[UUID]:
    """Return the holders of whom something remains once some closings have ended."""
    rows = _WHO_STAYS.rows(
        holders=list({closing.case.holder_id for closing in closings}),
        lines=[closing.line_id for closing in closings if closing.line_id is not None],
        closings=[closing.pk for closing in closings],
    )
    return {holder_id for (holder_id,) in rows}


def _who_stays() -> QuerySet[Line, UUID]:
    holders = Slot("holders")
    needed = Closing.objects.filter(
        case__holder_id__any_of=holders, is_open=True, step__in=_NEED_THE_HOLDER
    ).exclude(pk__any_of=Slot("closings"))
    accounts = SubscriberAccount.objects.filter(holder_id__any_of=holders, closed_at=None)
    return lines.holders_of_others(holders, besides=Slot("lines")).union(
        needed.values_list("case__holder_id", flat=True),
        accounts.values_list("holder_id", flat=True),
    )


_WHO_STAYS = Question(_who_stays)
