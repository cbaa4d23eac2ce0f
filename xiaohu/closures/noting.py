"""What colleagues tell each other about a case; sealed with its folder, and gone with it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import moves, queries, reviewing
from xiaohu.closures.models import Case, CaseNote
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import CaseState
from xiaohu.vault import files, units

LONGEST = 1000


class NoteRefused(Refusal):
    """The note is empty, too long, or its case has been forgotten."""

    code = "NOTE_REFUSED"


@dataclass(frozen=True, slots=True)
class Note:
    """A note as a page may show it."""

    text: str
    by: str
    at: datetime


@transaction.atomic(durable=True)
def write(*, case_id: UUID, text: str, officer: StaffUser, now: datetime) -> CaseNote:
    """Write a note; whoever writes on a case nobody is deciding takes it.

    Raises:
        CaseNotFound: it is another operator's.
        NoteRefused: empty, longer than a note may be, or the folder is gone.
    """
    case = moves.lock(case_id)
    if case.operator != officer.operator:
        raise queries.CaseNotFound
    note = keep(case, text=text, officer=officer, now=now)
    in_review = case.state == CaseState.IN_REVIEW.value
    if in_review and not reviewing.held_by_other(case, officer, now=now):
        case.officer, case.claimed_at = officer, now
        case.save(update_fields=["officer", "claimed_at"])
    return note


def keep(case: Case, *, text: str, officer: StaffUser, now: datetime) -> CaseNote:
    """Seal a note of a locked case. Call inside a transaction.

    Raises:
        NoteRefused: empty, longer than a note may be, or the folder is gone.
    """
    said = text.replace("\x00", "").strip()
    if not 0 < len(said) <= LONGEST or case.purged_at is not None:
        raise NoteRefused(most=LONGEST)
    note_id = uuid4()
    sealed = files.seal(
        operator=case.operator, unit=units.case(case.pk), file_id=note_id, data=said.encode()
    )
    return CaseNote.objects.create(
        id=note_id, case=case, officer=officer, box=sealed, written_at=now
    )


def of_case(case: Case) -> list[Note]:
    """Return the notes of a case, newest first."""
    rows = CaseNote.objects.filter(case=case).select_related("officer").order_by("-written_at")
    opened = files.open_files(
        operator=case.operator,
        unit=units.case(case.pk),
        sealed={row.pk: bytes(row.box) for row in rows},
    )
    return [Note(opened[row.pk].decode(), row.officer.display_name, row.written_at) for row in rows]


def forget(case_id: UUID) -> int:
    """Delete the notes of a folder whose key is gone. Call inside a transaction."""
    return CaseNote.objects.filter(case_id=case_id).delete()[0]
