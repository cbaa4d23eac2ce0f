"""What call-backs and complaints have in common: limits, who is on them, what is sealed."""

from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from django.db.models import QuerySet

from xiaohu.access import counters
from xiaohu.access.accounts import too_many
from xiaohu.access.models import StaffUser
from xiaohu.assistance.models import Asked
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.references import normalise_reference
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.trail import events
from xiaohu.vault import records, units
from xiaohu.vault.index import blind_index

A_DAY = timedelta(days=1)
ASKED_A_DAY = 3  # by one number or address
FROM_ONE_PLACE_A_DAY = 100  # an address may be that of a whole office
TAKEN_HELD = timedelta(minutes=30)
KINDS = tuple(kind for kind in ActorKind if kind not in {ActorKind.WORKER, ActorKind.CLOCK})
_A = TypeVar("_A", bound=Asked)


class AskedNotFound(Refusal):
    """There is no such call-back or complaint, or what was typed does not go with it."""

    code = "ASKED_NOT_FOUND"


class AskedOver(Refusal):
    """It was answered already."""

    code = "ASKED_OVER"


class AskedTaken(Refusal):
    """Somebody else is on it."""

    code = "ASKED_TAKEN"


class NotTaken(Refusal):
    """Whoever answers takes it first."""

    code = "ASKED_NOT_TAKEN"


def require_few(operator: str, *, index: bytes, address: str, now: datetime) -> None:
    """Count one more.

    Raises:
        TooManyTries: three of one number or mail address in a day, or a hundred from one place.
    """
    for parts, limit in (
        (("asked", operator, index), ASKED_A_DAY),
        (("asked from", operator, address), FROM_ONE_PLACE_A_DAY),
    ):
        verdict = counters.hit(*parts, limit=limit, window=A_DAY, now=now)
        if not verdict.allowed:
            raise too_many(verdict.resets_at, now)


def index_of(operator: str, to: str) -> bytes:
    """Return the blind index of whoever asks."""
    return blind_index(operator=operator, purpose="asker", value=to.strip().casefold())


def opened(row: Asked, category: Category) -> dict[str, str]:
    """Return what was sealed; empty once it is erased.

    Raises:
        KeystoreUnavailable: the keystore does not answer.
    """
    if row.purged_at is not None:
        return {}
    return records.open_one(operator=row.operator, unit=units.assistance(row.pk), category=category)


def of_operator(rows: QuerySet[_A], operator: str, reference: str) -> _A:
    """Return one by its reference, as typed.

    Raises:
        AskedNotFound: there is none.
    """
    meant = normalise_reference(reference.replace("\x00", ""))
    found = rows.filter(operator=operator, reference=meant).select_related("officer").first()
    if found is None:
        raise AskedNotFound
    return found


def hold(row: Asked, officer: StaffUser, *, now: datetime) -> None:
    """Let an officer be on it; taken for half an hour, then others may. Call inside a transaction.

    Raises:
        AskedOver: it is answered.
        AskedTaken: somebody else is on it.
    """
    if row.ended_at is not None:
        raise AskedOver
    if held_by_other(row, officer, now=now):
        raise AskedTaken(name=row.officer.display_name if row.officer else "")
    row.officer, row.taken_at = officer, now


def require_held(row: Asked, officer: StaffUser) -> None:
    """Let only whoever took it answer it.

    Raises:
        AskedOver: it is answered.
        NotTaken: this officer did not take it.
    """
    if row.ended_at is not None:
        raise AskedOver
    if row.officer_id != officer.pk:
        raise NotTaken


def held_by_other(row: Asked, officer: StaffUser, *, now: datetime) -> bool:
    """Say whether somebody else took it less than half an hour ago."""
    if row.ended_at or row.taken_at is None or row.officer_id in {None, officer.pk}:
        return False
    return now - row.taken_at < TAKEN_HELD


def note(
    row: Asked, officer: StaffUser | None, action: str, *, reason: str = "", now: datetime
) -> None:
    """Write down what happened; call inside its transaction."""
    kind = next((k for k in KINDS if officer and officer.acts_as(k)), ActorKind.OFFICER)
    actor = officer.actor(kind) if officer else _asker(row.pk)
    events.record(
        operator=row.operator,
        actor=actor,
        action=action,
        case_id=None,
        reason=reason,
        evidence={"asked": str(row.pk)},
        now=now,
    )


def _asker(asked_id: UUID) -> Actor:
    return Actor(ActorKind.SUBSCRIBER, str(asked_id))
