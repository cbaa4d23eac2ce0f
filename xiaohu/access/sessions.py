"""Subscribers' sessions: a random token in a cookie, its hash here, twenty idle minutes.

Idle time is real time, by the database's clock: it guards a browser, not a deadline.
"""

import hashlib
import secrets
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now

from xiaohu.access.models import SubscriberSession
from xiaohu.queue import bulk

_TABLE = SubscriberSession._meta.db_table
COOKIE = "xh_s"
IDLE = timedelta(minutes=20)
WARNED_AFTER = timedelta(minutes=15)
_NOTED_EVERY = timedelta(seconds=30)


class Method(StrEnum):
    """How somebody signed in; a second proof must be of another kind."""

    PASSWORD = "password"  # noqa: S105 - the name of a method
    CODE = "code"
    CASE_CODE = "case_code"
    APP = "app"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is there, and what they proved: an account, a line, or a case."""

    session_id: UUID
    operator: str
    method: Method
    account_id: UUID | None
    holder_id: UUID | None
    line_id: UUID | None
    case_id: UUID | None


def begin(
    *,
    operator: str,
    method: Method,
    account_id: UUID | None = None,
    line_id: UUID | None = None,
    case_id: UUID | None = None,
) -> str:
    """Begin a session and return its token."""
    token = secrets.token_urlsafe(32)
    SubscriberSession.objects.create(
        operator=operator,
        token_hash=_hash(token),
        method=method.value,
        account_id=account_id,
        line_id=line_id,
        case_id=case_id,
    )
    return token


def find(token: str) -> Subscriber | None:
    """Return who holds a token, unless idle too long; note that they were here."""
    live = SubscriberSession.objects.filter(
        token_hash=_hash(token), ended_by=None, seen_at__gt=Now() - IDLE
    ).select_related("account")
    row = live.first()
    if row is None:
        return None
    SubscriberSession.objects.filter(pk=row.pk, seen_at__lt=Now() - _NOTED_EVERY).update(
        seen_at=Now()
    )
    return Subscriber(
        session_id=row.pk,
        operator=row.operator,
        method=Method(row.method),
        account_id=row.account_id,
        holder_id=row.account.holder_id if row.account is not None else None,
        line_id=row.line_id,
        case_id=row.case_id,
    )


def ended_by(token: str) -> UUID | None:
    """Return the case that ended a session together with its line or account."""
    row = SubscriberSession.objects.filter(token_hash=_hash(token)).first()
    return row.ended_by if row is not None else None


def end_by_case(case_id: UUID, *, line_id: UUID | None, account_id: UUID | None) -> int:
    """End the sessions of what a case has closed; each still knows by which case.

    Call inside a transaction.
    """
    proved = Q(line_id=line_id) if line_id is not None else Q(pk=None)
    if account_id is not None:
        proved |= Q(account_id=account_id)
    live = SubscriberSession.objects.filter(proved)
    return live.update(ended_by=case_id, line_id=None, account=None, case_id=None)


def end_by_cases(case_of: Mapping[UUID, UUID]) -> None:
    """End the sessions that proved lines which cases have closed, as `end_by_case` does.

    Call inside a transaction.
    """
    if not case_of:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {_TABLE} SET ended_by = closed.by, line_id = NULL, account_id = NULL,"  # noqa: S608 - the table is ours
            " case_id = NULL FROM unnest(%s::uuid[], %s::uuid[]) AS closed (line, by)"
            f" WHERE {_TABLE}.line_id = closed.line",
            [list(case_of), list(case_of.values())],
        )


def end(session_id: UUID) -> None:
    """End one session."""
    SubscriberSession.objects.filter(pk=session_id).delete()


def end_of_accounts(account_ids: Collection[UUID]) -> Counter[UUID]:
    """End every session of accounts; return how many each had. Call inside a transaction."""
    return bulk.delete(SubscriberSession, "account_id", account_ids)


def end_of_lines(line_ids: Collection[UUID]) -> Counter[UUID]:
    """End every session that proved one of some lines; return how many each had.

    Call inside a transaction.
    """
    return bulk.delete(SubscriberSession, "line_id", line_ids)


def of_accounts(account_ids: Collection[UUID]) -> Counter[UUID]:
    """Count the sessions of accounts."""
    return bulk.count(SubscriberSession, "account_id", account_ids)


def of_lines(line_ids: Collection[UUID]) -> Counter[UUID]:
    """Count the sessions that proved one of some lines."""
    return bulk.count(SubscriberSession, "line_id", line_ids)


def end_of_case(case_id: UUID) -> int:
    """End every session that proved a case, or ended by it. Call inside a transaction."""
    of_case = Q(case_id=case_id) | Q(ended_by=case_id)
    return SubscriberSession.objects.filter(of_case).delete()[0]


def delete_idle() -> int:
    """Delete sessions that are over; those a case ended go with its folder."""
    idle = SubscriberSession.objects.filter(ended_by=None, seen_at__lt=Now() - IDLE)
    return idle.delete()[0]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
