"""A person's look before the data of a line restricted by grade is erased: recorded, and bounded.

Closing itself is not delayed: the line is off, its certificate issued and its money on the way by
then. Whoever needs the data longer by law has it held, which is another matter.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import alarms, moves, queries
from xiaohu.closures.models import Closing, HumanQueue, RestrictionCheck
from xiaohu.closures.work import Progress, Work, ask_people, take_back, wait_until
from xiaohu.core.actors import CLOCK, Actor, ActorKind
from xiaohu.core.evidence import normalise_evidence
from xiaohu.core.refusals import Refusal
from xiaohu.core.restrictions import CheckAnswer
from xiaohu.queue.asking import Question, Slot
from xiaohu.registry import restrictions
from xiaohu.screening.facts import Known
from xiaohu.trail import events

WAITS_FOR_CHECK = "restriction_check"
ASKED, ANSWERED, OVER = "ask_restriction_check", "restriction_check", "restriction_check_over"
_MAY = (ActorKind.COMPLIANCE, ActorKind.REVIEWER, ActorKind.OFFICER)


class NothingToCheck(Refusal):
    """It was checked before, or its time is over."""

    code = "NOTHING_TO_CHECK"


class NotYoursToCheck(Refusal):
    """Only compliance, reviewers and officers check before data goes."""

    code = "NOT_YOURS_TO_CHECK"


def hold(work: Work, known: Known) -> Progress | None:
    """Let a closing wait for the check it needs; None where it needs none, or no longer does.

    `known` is what the operator last said of each closing.
    """
    asked = next(iter(_asked([work.closing_id])), None)
    if asked is not None and asked.ended_at is not None:
        return None
    grade = asked.grade if asked is not None else _grades([work.seen], known)[work.closing_id]
    if grade == 0:
        return None
    now = work.clock()
    with work.transaction() as closing:
        check = _ask(closing, grade, now)
        if now >= check.until:
            _end(check, closing, OVER, CLOCK, now)
            take_back(closing)
            return None
        if closing.owner != HumanQueue.OPERATIONS:
            due = check.until - now
            ask_people(closing, HumanQueue.OPERATIONS, trouble=WAITS_FOR_CHECK, now=now, due=due)
        return wait_until(closing, check.until, trouble=WAITS_FOR_CHECK)


def free(closings: Sequence[Closing], known: Known) -> set[UUID]:
    """Return those of some closings that need no check, or have it behind them."""
    asked = _asked([closing.pk for closing in closings])
    ended = {check.closing_id: check.ended_at for check in asked}
    unasked = {pk for pk, grade in _grades(closings, known).items() if grade == 0} - set(ended)
    return unasked | {pk for pk, at in ended.items() if at is not None}


def one(closing_id: UUID, *, operator: str) -> RestrictionCheck | None:
    """Return a check that waits for a person."""
    waiting = RestrictionCheck.objects.filter(operator=operator, ended_at=None)
    return waiting.select_related("closing__case", "closing__line").filter(pk=closing_id).first()


@transaction.atomic(durable=True)
def answer(
    *, closing_id: UUID, found: CheckAnswer, reference: str, officer: StaffUser, now: datetime
) -> None:
    """Write down what a person found; the erasure goes on at once.

    Raises:
        NotYoursToCheck: neither compliance, reviewer nor officer.
        EvidenceRefused: something was handed on, and the reference is none, or somebody's number.
        NothingToCheck: nothing waits here.
    """
    actor = officer.acting(_MAY, NotYoursToCheck)
    shown = normalise_evidence(reference) if found is CheckAnswer.HANDED_ON else ""
    asked = one(closing_id, operator=officer.operator)
    if asked is None:
        raise NothingToCheck
    moves.lock(asked.closing.case_id)
    check = RestrictionCheck.objects.select_for_update().get(pk=closing_id)
    if check.ended_at is not None:
        raise NothingToCheck
    closing = Closing.objects.select_for_update(no_key=True).get(pk=closing_id)
    check.answer, check.reference, check.answered_by = found.value, shown, officer
    _end(check, closing, ANSWERED, actor, now)
    alarms.set_closing_due(closing, at=now, now=now)


def _ask(closing: Closing, grade: int, now: datetime) -> RestrictionCheck:
    days = queries.profile_of(closing.case).restricted.check_days
    check, new = RestrictionCheck.objects.get_or_create(
        closing=closing,
        defaults={
            "operator": closing.operator,
            "grade": grade,
            "asked_at": now,
            "until": now + timedelta(days=days),
        },
    )
    if new:
        _tell(closing, ASKED, CLOCK, {"grade": str(grade), "until": check.until.isoformat()}, now)
    return check


def _end(
    check: RestrictionCheck, closing: Closing, action: str, actor: Actor, now: datetime
) -> None:
    check.ended_at = now
    check.save(update_fields=["answer", "reference", "answered_by", "ended_at"])
    said = {"answer": check.answer, "reference": check.reference} if check.answer else {}
    _tell(closing, action, actor, {"grade": str(check.grade), **said}, now)


def _tell(
    closing: Closing, action: str, actor: Actor, evidence: dict[str, str], now: datetime
) -> None:
    events.record(
        operator=closing.operator,
        actor=actor,
        action=action,
        case_id=closing.case_id,
        evidence=evidence,
        now=now,
    )


def _asked(closing_ids: Sequence[UUID]) -> list[RestrictionCheck]:
    return _CHECKS.all(closing_ids=closing_ids)


_CHECKS = Question(lambda: RestrictionCheck.objects.filter(pk__any_of=Slot("closing_ids")))


def _grades(closings: Sequence[Closing], known: Known) -> dict[UUID, int]:
    """Return by which grade lines are restricted, by the last export and by the operator's last word."""
    line_of = {closing.pk: closing.line_id for closing in closings if closing.line_id is not None}
    recorded = restrictions.grades(line_of.values())
    said = {
        pk: kept.facts.restriction_grade for pk, kept in known.items() if kept.facts.is_restricted
    }
    of_line = {pk: max(recorded.get(id_, 0), said.get(pk, 0)) for pk, id_ in line_of.items()}
    return {closing.pk: of_line.get(closing.pk, 0) for closing in closings}
