"""Consents given for a case: which words, when, and until when."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from xiaohu.core.actors import Actor
from xiaohu.core.consents import CONSENTS, ConsentKind, ConsentMissing
from xiaohu.proofing.models import Consent
from xiaohu.trail import events


def give(*, operator: str, case_id: UUID, kind: ConsentKind, actor: Actor, now: datetime) -> None:
    """Keep a consent to the words shown now; the same one again changes nothing.

    Call inside a transaction.
    """
    version = CONSENTS[kind].version
    standing = Consent.objects.filter(case_id=case_id, kind=kind.value, withdrawn_at=None)
    if standing.filter(version=version).exists():
        return
    standing.update(withdrawn_at=now)
    Consent.objects.create(
        operator=operator, case_id=case_id, kind=kind.value, version=version, given_at=now
    )
    _record("consent", operator, case_id, kind, version, actor, now)


def withdraw(
    *, operator: str, case_id: UUID, kind: ConsentKind, actor: Actor, now: datetime
) -> bool:
    """End a consent and say whether there was one. Call inside a transaction."""
    standing = Consent.objects.filter(case_id=case_id, kind=kind.value, withdrawn_at=None).first()
    if standing is None:
        return False
    standing.withdrawn_at = now
    standing.save(update_fields=["withdrawn_at"])
    _record("withdraw_consent", operator, case_id, kind, standing.version, actor, now)
    return True


def in_force(case_id: UUID) -> Mapping[ConsentKind, Consent]:
    """Return the consents that stand."""
    rows = Consent.objects.filter(case_id=case_id, withdrawn_at=None).order_by("given_at")
    return {ConsentKind(row.kind): row for row in rows}


def covers(case_id: UUID, kind: ConsentKind) -> bool:
    """Say whether a consent to the words in use stands; one to earlier words covers nothing new."""
    standing = Consent.objects.filter(case_id=case_id, kind=kind.value, withdrawn_at=None)
    return standing.filter(version=CONSENTS[kind].version).exists()


def require(case_id: UUID, kind: ConsentKind) -> None:
    """Pass where a consent covers what is about to be used.

    Raises:
        ConsentMissing: it was not given, was withdrawn, or was given to earlier words.
    """
    if not covers(case_id, kind):
        raise ConsentMissing(kind=kind.value)


def copy(*, case_id: UUID, to_case: UUID) -> None:
    """Let the consents that stand go on in a case made from another. Call inside a transaction."""
    Consent.objects.bulk_create(
        Consent(
            operator=row.operator,
            case_id=to_case,
            kind=row.kind,
            version=row.version,
            given_at=row.given_at,
        )
        for row in in_force(case_id).values()
    )


def _record(
    action: str,
    operator: str,
    case_id: UUID,
    kind: ConsentKind,
    version: str,
    actor: Actor,
    now: datetime,
) -> None:
    events.record(
        operator=operator,
        actor=actor,
        action=action,
        case_id=case_id,
        evidence={"consent": kind.value, "version": version},
        now=now,
    )
