"""Complaints: acknowledged at once, answered within fifteen days, in words the person can read."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from xiaohu.access import counters
from xiaohu.access.accounts import too_many
from xiaohu.access.models import StaffUser
from xiaohu.assistance import asking
from xiaohu.assistance.asking import AskedNotFound
from xiaohu.assistance.models import Complaint
from xiaohu.core.actors import ActorKind
from xiaohu.core.assistance import ComplaintSubject, answer_due_on
from xiaohu.core.calendar import end_of
from xiaohu.core.notices import Notice
from xiaohu.core.numbers import mask_name
from xiaohu.core.references import (
    COMPLAINT,
    REFERENCE_BYTES,
    assistance_reference,
    normalise_reference,
)
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.core.revealing import LONGEST_NOTE, RevealReason
from xiaohu.notices import askers
from xiaohu.vault import records, units

LONGEST = 1000
TAIL = 4  # last characters of number or mail address, which open the answer
TRIES, TRIES_OF_A_PLACE = 5, 50
WINDOW = timedelta(minutes=15)
SAME_WITHIN = timedelta(minutes=10)
PAGE = 100
LOOK_BACK = (ActorKind.COMPLIANCE, ActorKind.ADMIN)  # see to it that none is late
READ_BACK = (ActorKind.OFFICER, ActorKind.REVIEWER, *LOOK_BACK)  # need one again, in full
_OF_SOMEBODY = re.compile(r"[0-9A-Za-z._+-]+@[0-9A-Za-z.-]+|[0-9]{5,}[0-9Xx]*")


class NotForYou(Refusal):
    """None of this person's roles needs an answered complaint in full."""

    code = "ASKED_NOT_FOR_YOU"


class LookNotExplained(Refusal):
    """Whoever looks at an answered complaint in full says why, in up to 200 characters."""

    code = "LOOK_NOT_EXPLAINED"


class AnswerMissing(Refusal):
    """An answer needs words."""

    code = "ANSWER_MISSING"


@dataclass(frozen=True, slots=True)
class Grievance:
    """What somebody says."""

    name: str
    to: str
    subject: ComplaintSubject
    words: str
    case_id: UUID | None = None
    reference: str = ""


@transaction.atomic(durable=True)
def complain(
    *, operator: str, said: Grievance, language: str, address: str, now: datetime
) -> Complaint:
    """Take a complaint and acknowledge it; saying the same within ten minutes changes nothing.

    Raises:
        TooManyTries: number, mail address or place complained too often today.
    """
    index = asking.index_of(operator, said.to)
    for same in Complaint.objects.filter(
        operator=operator, asker_index=index, ended_at=None, asked_at__gt=now - SAME_WITHIN
    ):
        if asking.opened(same, Category.COMPLAINT).get("words") == said.words:
            return same
    asking.require_few(operator, index=index, address=address, now=now)
    due_on = answer_due_on(now=now)
    made = Complaint.objects.create(
        id=uuid4(),
        operator=operator,
        reference=_reference(now),
        topic=said.subject.value,
        language=language,
        case_id=said.case_id,
        asker_index=index,
        asked_at=now,
        due_at=end_of(due_on),
    )
    sealed = {"name": said.name, "to": said.to, "words": said.words, "reference": said.reference}
    _seal(made, sealed)
    _tell(made, Notice.COMPLAINT_RECEIVED, now=now, date=due_on.isoformat())
    asking.note(made, None, "complain", now=now)
    return made


@transaction.atomic(durable=True)
def take(*, complaint_id: UUID, officer: StaffUser, now: datetime) -> Complaint:
    """Be the one who answers. A second time changes nothing.

    Raises:
        AskedOver: it is answered.
        AskedTaken: somebody else is on it.
    """
    row = _lock(complaint_id)
    asking.hold(row, officer, now=now)
    row.save(update_fields=["officer", "taken_at"])
    asking.note(row, officer, "take_complaint", now=now)
    return row


@transaction.atomic(durable=True)
def answer(*, complaint_id: UUID, officer: StaffUser, words: str, now: datetime) -> Complaint:
    """Answer, and tell the person that an answer is there.

    Raises:
        AnswerMissing: nothing was written.
        AskedOver: it is answered.
        NotTaken: somebody else is on it, or nobody.
    """
    row = _lock(complaint_id)
    asking.require_held(row, officer)
    if not words.strip():
        raise AnswerMissing
    _seal(row, {**asking.opened(row, Category.COMPLAINT), "answer": words.strip()[:LONGEST]})
    row.ended_at = now
    row.save(update_fields=["ended_at"])
    _tell(row, Notice.COMPLAINT_ANSWERED, now=now)
    asking.note(row, officer, "answer_complaint", now=now)
    return row


def read(*, operator: str, reference: str, tail: str, address: str, now: datetime) -> Complaint:
    """Return a complaint to whoever knows its reference and the end of their address.

    Raises:
        TooManyTries: five in a quarter of an hour, whether there is such a complaint or not.
            A whole office may read fifty.
        AskedNotFound: no such complaint, or another address.
    """
    tried = normalise_reference(reference)
    for part, most in ((tried, TRIES), (address, TRIES_OF_A_PLACE)):
        limit = counters.hit("complaint", operator, part, limit=most, window=WINDOW, now=now)
        if not limit.allowed:
            raise too_many(limit.resets_at, now)
    found = asking.of_operator(Complaint.objects.all(), operator, reference)
    said = asking.opened(found, Category.COMPLAINT)
    # Most addresses end in ".com": what proves anything of a mail address stands before its @.
    known = said.get("to", "").partition("@")[0][-TAIL:].casefold()
    if not known or tail.strip().casefold() != known:
        raise AskedNotFound
    return found


def again(operator: str, complaint_id: str) -> tuple[Complaint | None, dict[str, str]]:
    """Return a complaint that somebody has just read, with its words; nothing where there is none."""
    ids = [UUID(complaint_id)] if complaint_id else []
    row = Complaint.objects.filter(operator=operator, pk__in=ids, purged_at=None).first()
    return row, asking.opened(row, Category.COMPLAINT) if row else {}


def masked(row: Complaint) -> dict[str, str]:
    """Return an answered complaint as everybody at the desk reads it: no name, number or address in full."""
    if row.ended_at is None:
        return {}
    said = asking.opened(row, Category.COMPLAINT)
    if not said:
        return {}
    open_to_all = [part for part in ("words", "answer") if part in said]
    free: dict[str, str] = {part: _OF_SOMEBODY.sub("****", said[part]) for part in open_to_all}
    return {"name": mask_name(said["name"]), **free}


@transaction.atomic(durable=True)
def look(
    *, complaint_id: UUID, officer: StaffUser, reason: RevealReason, note: str, now: datetime
) -> dict[str, str]:
    """Return an answered complaint in full; that somebody looked is on record, and why lies with it.

    Raises:
        NotForYou: no role of this officer needs it.
        LookNotExplained: nothing was noted, or too much.
    """
    officer.acting(READ_BACK, NotForYou)
    why = " ".join(note.split())
    if not 0 < len(why) <= LONGEST_NOTE:
        raise LookNotExplained
    row = _lock(complaint_id)
    said = asking.opened(row, Category.COMPLAINT)
    if said:
        _seal(row, {**said, f"looked {now.isoformat()}": why})
    asking.note(row, officer, "look_at_complaint", reason=reason.value, now=now)
    return said


def waiting(operator: str) -> list[Complaint]:
    """Return what waits for an answer, most urgent first."""
    rows = Complaint.objects.filter(operator=operator, ended_at=None).select_related("officer")
    return list(rows.order_by("due_at", "pk")[:PAGE])


def late(operator: str, *, now: datetime) -> list[Complaint]:
    """Return what was to be answered by now and is not, the longest overdue first."""
    return [row for row in waiting(operator) if row.due_at < now]


def ended(operator: str) -> list[Complaint]:
    """Return what was answered, the last ones first."""
    rows = Complaint.objects.filter(operator=operator, ended_at__isnull=False)
    return list(rows.select_related("officer").order_by("-ended_at", "pk")[:PAGE])


def _lock(complaint_id: UUID) -> Complaint:
    rows = Complaint.objects.select_for_update(of=("self",)).select_related("officer")
    return rows.get(pk=complaint_id)


def _seal(row: Complaint, value: dict[str, str]) -> None:
    records.seal(
        operator=row.operator,
        unit=units.assistance(row.pk),
        category=Category.COMPLAINT,
        value=value,
    )


def _tell(row: Complaint, notice: Notice, *, now: datetime, **params: str) -> None:
    askers.tell(
        notice,
        operator=row.operator,
        asked_id=row.pk,
        language=row.language,
        params={"ref": row.reference, **params},
        now=now,
    )


def _reference(now: datetime) -> str:
    random = secrets.token_bytes(REFERENCE_BYTES)
    return assistance_reference(COMPLAINT, now=now, random=random)
