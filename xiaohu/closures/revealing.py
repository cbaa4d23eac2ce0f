"""Seeing a masked value in full: with a reason, on record, for those whose work needs it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.closures import applying, drafting, moves, noting, paying, queries
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.revealing import REVEALABLE, Masked, RevealNotPermitted, RevealReason
from xiaohu.registry import lines
from xiaohu.trail import events


@transaction.atomic(durable=True)
def reveal(
    *,
    case_id: UUID,
    what: Masked,
    reason: RevealReason,
    note: str,
    officer: StaffUser,
    now: datetime,
) -> None:
    """Write down that somebody sees a value, before it is seen; why lies sealed in the folder.

    Raises:
        CaseNotFound: it is another operator's.
        RevealNotPermitted: no role of this officer needs it.
        NoteRefused: nothing was noted, or too much.
    """
    case = moves.lock(case_id)
    if case.operator != officer.operator:
        raise queries.CaseNotFound
    kept = noting.keep(case, text=note, officer=officer, now=now)
    events.record(
        operator=case.operator,
        actor=officer.actor(role_for(officer, what)),
        action="reveal",
        case_id=case.pk,
        reason=reason.value,
        evidence={"what": what.value, "note": str(kept.pk)},
        now=now,
    )


def role_for(officer: StaffUser, what: Masked) -> ActorKind:
    """Return the role in which somebody may see a value.

    Raises:
        RevealNotPermitted: there is none.
    """
    fitting = sorted(kind for kind in REVEALABLE[what] if officer.acts_as(kind))
    if not fitting:
        raise RevealNotPermitted
    return fitting[0]


def value(case: Case, what: Masked) -> str:
    """Return a value in full; an empty text where there is none, or none any more."""
    found = queries.lines_of_case(case)
    match what:
        case Masked.NUMBER:
            return " · ".join(lines.readable_service(found, "number"))
        case Masked.ICCID:
            return " · ".join(lines.readable_service(found, "iccid"))
        case Masked.APPLICANT:
            said = applying.applicant(case)
            return f"{said['name']} · {said['document_number']}" if said else ""
        case Masked.CONTACT:
            return drafting.contact(case)
        case Masked.ACCOUNT:
            paid = paying.payee(case)
            return " ".join(filter(None, (paid.get("bank"), paid.get("account"))))
    registered = lines.registered(case.operator, case.holder_id)
    if registered is None:
        return ""
    return registered.name if what is Masked.NAME else registered.document_number
