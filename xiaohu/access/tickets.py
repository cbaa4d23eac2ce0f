"""Tickets of the operator's own app: opaque, for one line, two minutes, once.

The app has signed its user in; its backend asks for a ticket, and only the ticket travels in an
address. What is kept is its hash.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from xiaohu.access import counters
from xiaohu.access.models import AppTicket

VALID = timedelta(minutes=2)
REMEMBERED = timedelta(minutes=15)  # longer than a request of the backend may be old


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the app is given: the token, and until when it opens the door."""

    token: str
    expires_at: datetime


@transaction.atomic(durable=True)
def issue(*, operator: str, line_id: UUID, request_id: str, now: datetime) -> Ticket | None:
    """Make a ticket for a line; None for a request that came before."""
    first = counters.hit("app ticket", operator, request_id, limit=1, window=REMEMBERED, now=now)
    if not first.allowed:
        return None
    token = secrets.token_urlsafe(32)
    made = AppTicket.objects.create(
        operator=operator, token_hash=_hash(token), line_id=line_id, expires_at=now + VALID
    )
    return Ticket(token, made.expires_at)


def look(token: str, *, operator: str, now: datetime) -> UUID | None:
    """Return the line a ticket is for, without using it; None once it is over."""
    row = AppTicket.objects.filter(
        token_hash=_hash(token), operator=operator, used_at=None, expires_at__gt=now
    ).first()
    return row.line_id if row is not None else None


@transaction.atomic(durable=True)
def use(token: str, *, operator: str, now: datetime) -> UUID | None:
    """Use a ticket and return its line; None for one that was used, is over, or never was."""
    line_id = look(token, operator=operator, now=now)
    used = AppTicket.objects.filter(token_hash=_hash(token), used_at=None, expires_at__gt=now)
    return line_id if line_id is not None and used.update(used_at=now) else None


def delete_past(*, now: datetime) -> int:
    """Delete tickets that are over."""
    return AppTicket.objects.filter(expires_at__lt=now - REMEMBERED).delete()[0]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
