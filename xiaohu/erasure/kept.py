"""Kept records, after the closing: destroyed at their end, held for an authority, opened for one. Two people each."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.core.actors import CLOCK, Actor
from xiaohu.core.calendar import day_of
from xiaohu.core.evidence import EvidenceRefused, normalise_order
from xiaohu.core.kept import AGREED_AHEAD, READABLE_FOR, ROLES, KeptAct
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.erasure import holds
from xiaohu.erasure.models import KeptRequest
from xiaohu.trail import events
from xiaohu.vault import buckets
from xiaohu.vault.buckets import Month


class NotYoursToKeep(Refusal):
    """Kept records are for compliance and administrators."""

    code = "NOT_YOURS_TO_KEEP"


class NothingKept(Refusal):
    """Nothing is kept of this, or not any more."""

    code = "NOTHING_KEPT"


class AuthorityMissing(Refusal):
    """A hold, its end or an opening needs the number of the authority's order, which names nobody."""

    code = "AUTHORITY_MISSING"


class NotHeld(Refusal):
    """There is no such hold, or it ended."""

    code = "NOT_HELD"


class AskedForBefore(Refusal):
    """Somebody asked for this already; it is agreed to or dropped first."""

    code = "ASKED_FOR_BEFORE"


class NotAskedFor(Refusal):
    """Nobody asked for this, or it was decided."""

    code = "NOT_ASKED_FOR"


class SamePersonAgrees(Refusal):
    """Whoever asked does not agree as well."""

    code = "SAME_PERSON_AGREES"


class NotOpenNow(Refusal):
    """What was agreed on can be read by these two, for an hour."""

    code = "NOT_OPEN_NOW"


def months(*, operator: str, today: date) -> list[Month]:
    """Return the months that are over, or may be agreed on ahead."""
    return buckets.months(operator=operator, ending_by=today + AGREED_AHEAD)


def undecided(operator: str) -> list[KeptRequest]:
    """Return what somebody asked for and nobody decided, oldest first."""
    rows = KeptRequest.objects.filter(operator=operator, agreed_at=None, dropped_at=None)
    return list(rows.select_related("asked_by").order_by("asked_at"))


@transaction.atomic(durable=True)
def ask_to_destroy(
    *, category: Category, until: date, officer: StaffUser, now: datetime
) -> KeptRequest:
    """Ask that a month of a category be destroyed when it is over.

    Raises:
        NotYoursToKeep, NothingKept, AskedForBefore: it cannot be asked.
    """
    actor = officer.acting(ROLES, NotYoursToKeep)
    known = buckets.months(operator=officer.operator, ending_by=day_of(now) + AGREED_AHEAD)
    if not any(m.records and (m.category, m.until) == (category, until) for m in known):
        raise NothingKept
    asked = KeptRequest(act=KeptAct.DESTROY.value, category=category.value, until=until)
    return _ask(asked, officer, actor, now)


@transaction.atomic(durable=True)
def ask(
    *, act: KeptAct, closings: Collection[UUID], authority: str, officer: StaffUser, now: datetime
) -> KeptRequest:
    """Ask to hold or open what is kept of closings. Each authority's hold is one of its own.

    Raises:
        NotYoursToKeep, NothingKept, AuthorityMissing, AskedForBefore: it cannot be asked.
    """
    actor = officer.acting(ROLES, NotYoursToKeep)
    said = _named(authority)
    if not buckets.is_kept(operator=officer.operator, subjects=closings):
        raise NothingKept
    asked = KeptRequest(act=act.value, subjects=sorted(closings, key=str), authority=said)
    if act is KeptAct.HOLD and holds.stands(officer.operator, asked.subjects, said):
        raise AskedForBefore
    return _ask(asked, officer, actor, now)


@transaction.atomic(durable=True)
def ask_to_release(
    *, hold_id: UUID, authority: str, officer: StaffUser, now: datetime
) -> KeptRequest:
    """Ask to end one hold; what other holds ask to keep stays held.

    Raises:
        NotYoursToKeep, NotHeld, AuthorityMissing, AskedForBefore: it cannot be asked.
    """
    actor = officer.acting(ROLES, NotYoursToKeep)
    said = _named(authority)
    hold = holds.standing(officer.operator).filter(pk=hold_id).first()
    if hold is None:
        raise NotHeld
    asked = KeptRequest(
        act=KeptAct.RELEASE.value, subjects=hold.subjects, authority=said, ends=hold
    )
    return _ask(asked, officer, actor, now)


@transaction.atomic(durable=True)
def agree(*, request_id: UUID, officer: StaffUser, now: datetime) -> KeptRequest:
    """Agree to what somebody else asked for; it is done at once, a destruction when its month is over.

    Raises:
        NotYoursToKeep, NotAskedFor, NotHeld, SamePersonAgrees: it cannot be agreed to.
    """
    actor = officer.acting(ROLES, NotYoursToKeep)
    asked = _lock(request_id, officer)
    if asked.asked_by_id == officer.pk:
        raise SamePersonAgrees
    asked.agreed_by, asked.agreed_at = officer, now
    asked.save(update_fields=["agreed_by", "agreed_at"])
    _record(asked, f"agree_{asked.act}_kept", actor, now)
    if asked.act != KeptAct.DESTROY or asked.is_over(day_of(now)):
        _carry_out(asked, actor, now)
    return asked


@transaction.atomic(durable=True)
def drop(*, request_id: UUID, officer: StaffUser, now: datetime) -> None:
    """Leave kept records as they are, whoever asked otherwise.

    Raises:
        NotYoursToKeep, NotAskedFor: there is nothing to drop.
    """
    actor = officer.acting(ROLES, NotYoursToKeep)
    asked = _lock(request_id, officer)
    asked.dropped_at = now
    asked.save(update_fields=["dropped_at"])
    _record(asked, f"drop_{asked.act}_kept", actor, now)


@transaction.atomic(durable=True)
def read(
    *, request_id: UUID, officer: StaffUser, now: datetime
) -> dict[tuple[UUID, Category], dict[str, str]]:
    """Return what two people agreed to open, to either of them, for an hour; each look is on record.

    Raises:
        NotYoursToKeep, NotAskedFor, NotOpenNow: it cannot be read.
    """
    actor = officer.acting(ROLES, NotYoursToKeep)
    found = KeptRequest.objects.filter(pk=request_id, operator=officer.operator, act=KeptAct.OPEN)
    asked = found.first()
    if asked is None:
        raise NotAskedFor
    if asked.agreed_at is None or not asked.agreed_at <= now < asked.agreed_at + READABLE_FOR:
        raise NotOpenNow
    if officer.pk not in {asked.asked_by_id, asked.agreed_by_id}:
        raise NotOpenNow
    _record(asked, "see_kept", actor, now)
    return buckets.open_kept(operator=officer.operator, subjects=asked.subjects)


def carry_out(*, now: datetime) -> int:
    """Destroy the months that are over and agreed on; return how many."""
    agreed = KeptRequest.objects.filter(act=KeptAct.DESTROY, agreed_at__isnull=False, done_at=None)
    due = list(agreed.filter(until__lt=day_of(now)).values_list("pk", flat=True))
    return sum(_carried_out(pk, now) for pk in due)


@transaction.atomic(durable=True)
def _carried_out(pk: UUID, now: datetime) -> bool:
    """Carry one out, unless another worker has by now."""
    asked = KeptRequest.objects.select_for_update().filter(pk=pk, done_at=None).first()
    if asked is not None:
        _carry_out(asked, CLOCK, now)
    return asked is not None


def _ask(asked: KeptRequest, officer: StaffUser, actor: Actor, now: datetime) -> KeptRequest:
    same = KeptRequest.objects.filter(
        operator=officer.operator,
        act=asked.act,
        category=asked.category,
        until=asked.until,
        subjects=asked.subjects,
        ends=asked.ends,
        dropped_at=None,
        done_at=None,
    )
    if asked.act != KeptAct.RELEASE:  # A hold ends once, whoever says so.
        same = same.filter(authority=asked.authority)
    if same.exists():
        raise AskedForBefore
    asked.operator, asked.asked_by, asked.asked_at = officer.operator, officer, now
    asked.save(force_insert=True)
    _record(asked, f"ask_{asked.act}_kept", actor, now)
    return asked


def _carry_out(asked: KeptRequest, actor: Actor, now: datetime) -> None:
    asked.records = _done(asked, now)
    asked.done_at = now
    asked.save(update_fields=["records", "done_at"])
    _record(asked, f"{asked.act}_kept", actor, now)


def _named(authority: str) -> str:
    try:
        return normalise_order(authority)
    except EvidenceRefused:
        raise AuthorityMissing from None


def _done(asked: KeptRequest, now: datetime) -> int:
    """Do it, and return how many records it concerned. Every branch is harmless to repeat."""
    match KeptAct(asked.act):
        case KeptAct.DESTROY if asked.until is not None:
            return buckets.destroy(
                operator=asked.operator, category=Category(asked.category), until=asked.until
            )
        case KeptAct.HOLD:
            return holds.place(asked)
        case KeptAct.RELEASE:
            if asked.ends is None or asked.ends.released_at is not None:
                raise NotHeld
            return holds.lift(asked.ends, now=now)
        case _:
            return len(buckets.open_kept(operator=asked.operator, subjects=asked.subjects))


def _lock(request_id: UUID, officer: StaffUser) -> KeptRequest:
    found = KeptRequest.objects.select_for_update(no_key=True).filter(
        pk=request_id, operator=officer.operator, agreed_at=None, dropped_at=None
    )
    asked = found.first()
    if asked is None:
        raise NotAskedFor
    return asked


def _record(asked: KeptRequest, action: str, actor: Actor, now: datetime) -> None:
    what = (
        {"category": asked.category, "until": asked.until.isoformat()}
        if asked.until
        else {"closings": " ".join(str(one) for one in asked.subjects)}
    )
    done = {"records": str(asked.records)} if asked.done_at else {}
    events.record(
        operator=asked.operator,
        actor=actor,
        action=action,
        case_id=None,
        evidence={"request": str(asked.pk), **what, **done},
        now=now,
    )
