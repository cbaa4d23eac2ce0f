"""What colleagues tell each other about a case; sealed with its folder, and gone with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import moves, queries, reviewing
from xiaohu.closures.models import Case, CaseNote
from xiaohu.core.refusals import Refusal
from xiaohu.core.states import CaseState
from xiaohu.exports.held import UNREADABLE, Row
from xiaohu.vault import files, units
from xiaohu.vault.box import BoxRefused
from xiaohu.vault.keys import Erased

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


def tell(case_id: UUID) -> Iterator[Row]:
    """List the notes on a case: when, and what they say; by whom is not theirs to know.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    for row in (
        CaseNote.objects.filter(case_id=case_id).select_related("case").order_by("written_at")
    ):
        try:
            text = files.open_file(
                operator=row.case.operator,
                unit=units.case(case_id),
                file_id=row.pk,
                sealed=bytes(row.box),
            ).decode()
        except (BoxRefused, Erased):
            text = UNREADABLE
        yield "case", "note", row.written_at.isoformat(), text


def forget(case_id: UUID) -> int:
    """Delete the notes of a folder whose key is gone. Call inside a transaction."""
    return CaseNote.objects.filter(case_id=case_id).delete()[0]
