"""A document already handed out is revoked or replaced: one person asks, another agrees."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import documents, documents_of_organisations, moves, submitting
from xiaohu.closures.models import Document, DocumentChange, DocumentKind, DocumentState
from xiaohu.core import corrections as law
from xiaohu.core.actors import Actor
from xiaohu.core.corrections import Change
from xiaohu.core.notices import Notice
from xiaohu.core.refusals import Refusal
from xiaohu.trail import events


class DocumentUnknown(Refusal):
    """This operator issued no document of that number."""

    code = "DOCUMENT_UNKNOWN"


class DocumentNotValid(Refusal):
    """It was revoked or replaced before; `state` says which."""

    code = "DOCUMENT_NOT_VALID"


class NotYoursToCorrect(Refusal):
    """Documents are corrected by compliance or administrators."""

    code = "NOT_YOURS_TO_CORRECT"


class ChangeAskedBefore(Refusal):
    """Somebody asked for a change of this document already; it is agreed to or dropped first."""

    code = "CHANGE_ASKED_BEFORE"


class NoChangeAsked(Refusal):
    """Nobody asked for a change of this document."""

    code = "NO_CHANGE_ASKED"


class SamePersonAsked(Refusal):
    """Whoever asked does not agree as well."""

    code = "SAME_PERSON_ASKED"


@transaction.atomic(durable=True)
def ask(
    *,
    number: str,
    change: Change,
    reason: str,
    corrections: Mapping[str, str],
    officer: StaffUser,
    now: datetime,
) -> DocumentChange:
    """Ask that a document be revoked, or replaced by one that says something else.

    Raises:
        DocumentUnknown, DocumentNotValid, NotYoursToCorrect, ChangeAskedBefore: it cannot be asked.
        ReasonNotForChange, CorrectionRefused: not like this.
    """
    actor = officer.acting(law.ROLES, NotYoursToCorrect)
    document = _lock(number, officer)
    if document.state != DocumentState.VALID:
        raise DocumentNotValid(number=number, state=document.state)
    why = law.require_reason(change, reason)
    if change is Change.REPLACE and (corrections or document.closing is not None):
        law.require_corrections(why, corrections, said=documents.read(document))
    if _open(document) is not None:
        raise ChangeAskedBefore(number=number)
    asked = DocumentChange.objects.create(
        document=document,
        change=change.value,
        reason=why.value,
        corrections=dict(corrections) if change is Change.REPLACE else {},
        asked_by=officer,
        asked_at=now,
    )
    _record(document, "ask_document_change", asked, actor, now)
    return asked


@transaction.atomic(durable=True)
def agree(*, number: str, officer: StaffUser, now: datetime) -> Document:
    """Carry out what somebody else asked for, and tell the holder; return what counts now.

    Raises:
        DocumentUnknown, NotYoursToCorrect, NoChangeAsked, SamePersonAsked: it cannot be agreed to.
    """
    actor = officer.acting(law.ROLES, NotYoursToCorrect)
    document = _lock(number, officer)
    asked = _require(document)
    if asked.asked_by_id == officer.pk:
        raise SamePersonAsked
    _decide(asked, officer, agreed=True, now=now)
    document.changed_at = now
    if asked.change == Change.REVOKE:
        document.state = DocumentState.REVOKED.value
        document.save(update_fields=["state", "changed_at"])
        _record(document, "revoke_document", asked, actor, now)
        _tell(document, Notice.DOCUMENT_REVOKED, now)
        return document
    document.state = DocumentState.REPLACED.value
    document.save(update_fields=["state", "changed_at"])
    newer = _reissue(document, asked.corrections, actor, now)
    document.replaced_by = newer
    document.save(update_fields=["replaced_by"])
    _record(document, "replace_document", asked, actor, now, newer.number)
    _tell(newer, Notice.DOCUMENT_REPLACED, now)
    return newer


@transaction.atomic(durable=True)
def drop(*, number: str, officer: StaffUser, now: datetime) -> Document:
    """Leave a document as it is, whoever asked otherwise.

    Raises:
        DocumentUnknown, NotYoursToCorrect, NoChangeAsked: there is nothing to drop.
    """
    actor = officer.acting(law.ROLES, NotYoursToCorrect)
    document = _lock(number, officer)
    asked = _require(document)
    _decide(asked, officer, agreed=False, now=now)
    _record(document, "drop_document_change", asked, actor, now)
    return document


def asked_for(document: Document) -> DocumentChange | None:
    """Return the change somebody asked for and nobody decided on."""
    return _open(document)


def _lock(number: str, officer: StaffUser) -> Document:
    found = Document.objects.filter(pk=number, operator=officer.operator)
    seen = found.select_related("closing__case", "case").first()
    if seen is None:
        raise DocumentUnknown(number=number)
    case = moves.lock(seen.folder.pk)
    document = found.select_for_update(no_key=True, of=("self",)).select_related("closing").get()
    if document.closing is None:
        document.case = case
    else:
        document.closing.case = case
    return document


def _open(document: Document) -> DocumentChange | None:
    return DocumentChange.objects.filter(document=document, decided_at=None).first()


def _require(document: Document) -> DocumentChange:
    asked = _open(document)
    if asked is None:
        raise NoChangeAsked(number=document.number)
    return asked


def _decide(asked: DocumentChange, officer: StaffUser, *, agreed: bool, now: datetime) -> None:
    asked.decided_by, asked.decided_at, asked.agreed = officer, now, agreed
    asked.save(update_fields=["decided_by", "decided_at", "agreed"])


def _reissue(
    document: Document, corrections: Mapping[str, str], actor: Actor, now: datetime
) -> Document:
    """Sign a document anew: of one line as corrected, of a whole case as its lines' papers say now."""
    said = (
        documents.read(document)
        if document.closing is not None
        else documents_of_organisations.payload(document.folder)
    )
    said = {**said, **corrections, "replaces": document.number}
    kind = DocumentKind(document.kind)
    return documents.issue(document.closing or document.folder, kind, said, actor=actor, now=now)


def _tell(document: Document, notice: Notice, now: datetime) -> None:
    case = document.folder
    if case.purged_at is None:  # afterwards nobody's address is known any more
        submitting.tell(case, notice, now=now, once=document.number, cert=document.number)


def _record(
    document: Document,
    action: str,
    asked: DocumentChange,
    actor: Actor,
    now: datetime,
    newer: str = "",
) -> None:
    events.record(
        operator=document.operator,
        actor=actor,
        action=action,
        case_id=document.folder.pk,
        reason=asked.reason,
        evidence={
            "document": document.number,
            "change": asked.change,
            **({"replaced_by": newer} if newer else {}),
            # Which facts, never what was typed: the hash of the signed text stands for that.
            **({"facts": " ".join(sorted(asked.corrections))} if asked.corrections else {}),
        },
        now=now,
    )
