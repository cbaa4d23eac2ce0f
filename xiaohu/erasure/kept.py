"""Kept records, after the closing: destroyed at their end, held for an authority, opened for one. Two people each."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from xiaohu.access.models import StaffUser
from xiaohu.core.actors import CLOCK, Actor
from xiaohu.core.calendar import day_of
from xiaohu.core.kept import AGREED_AHEAD, LONGEST_AUTHORITY, READABLE_FOR, ROLES, KeptAct
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
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
    """A hold, its end or an opening needs the authority's reference, up to 64 characters."""

    code = "AUTHORITY_MISSING"


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
    actor = _acting(officer)
    known = buckets.months(operator=officer.operator, ending_by=day_of(now) + AGREED_AHEAD)
    if not any(m.records and (m.category, m.until) == (category, until) for m in known):
        raise NothingKept
    asked = KeptRequest(act=KeptAct.DESTROY.value, category=category.value, until=until)
    return _ask(asked, officer, actor, now)


@transaction.atomic(durable=True)
def ask(
    *, act: KeptAct, closings: Collection[UUID], authority: str, officer: StaffUser, now: datetime
) -> KeptRequest:
    """Ask to hold, release or open what is kept of closings.

    Raises:
        NotYoursToKeep, NothingKept, AuthorityMissing, AskedForBefore: it cannot be asked.
    """
    actor = _acting(officer)
    said = " ".join(authority.split())
    if not 0 < len(said) <= LONGEST_AUTHORITY:
        raise AuthorityMissing
    if not buckets.is_kept(operator=officer.operator, subjects=closings):
        raise NothingKept
    asked = KeptRequest(act=act.value, subjects=sorted(closings, key=str), authority=said)
    return _ask(asked, officer, actor, now)


@transaction.atomic(durable=True)
def agree(*, request_id: UUID, officer: StaffUser, now: datetime) -> KeptRequest:
    """Agree to what somebody else asked for; it is done at once, a destruction when its month is over.

    Raises:
        NotYoursToKeep, NotAskedFor, SamePersonAgrees: it cannot be agreed to.
    """
    actor = _acting(officer)
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
    actor = _acting(officer)
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
    actor = _acting(officer)
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
    for pk in due:
        with transaction.atomic(durable=True):
            _carry_out(KeptRequest.objects.select_for_update().get(pk=pk), CLOCK, now)
    return len(due)


def _ask(asked: KeptRequest, officer: StaffUser, actor: Actor, now: datetime) -> KeptRequest:
    same = KeptRequest.objects.filter(
        operator=officer.operator,
        act=asked.act,
        category=asked.category,
        until=asked.until,
        subjects=asked.subjects,
        dropped_at=None,
        done_at=None,
    )
    if same.exists():
        raise AskedForBefore
    asked.operator, asked.asked_by, asked.asked_at = officer.operator, officer, now
    asked.save(force_insert=True)
    _record(asked, f"ask_{asked.act}_kept", actor, now)
    return asked


def _carry_out(asked: KeptRequest, actor: Actor, now: datetime) -> None:
    asked.records = _done(asked)
    asked.done_at = now
    asked.save(update_fields=["records", "done_at"])
    _record(asked, f"{asked.act}_kept", actor, now)


def _done(asked: KeptRequest) -> int:
    """Do it, and return how many records it concerned. Every branch is harmless to repeat."""
    match KeptAct(asked.act):
        case KeptAct.DESTROY if asked.until is not None:
            return buckets.destroy(
                operator=asked.operator, category=Category(asked.category), until=asked.until
            )
        case KeptAct.HOLD:
            return buckets.hold(operator=asked.operator, subjects=asked.subjects, hold_id=asked.pk)
        case KeptAct.RELEASE:
            return buckets.release(operator=asked.operator, subjects=asked.subjects)
        case _:
            return len(buckets.open_kept(operator=asked.operator, subjects=asked.subjects))


def _acting(officer: StaffUser) -> Actor:
    for role in ROLES:
        if officer.acts_as(role):
            return officer.actor(role)
    raise NotYoursToKeep


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
