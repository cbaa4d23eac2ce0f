"""Limits as atomic rows: one statement counts, so that no two requests see the same number."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from xiaohu.access.models import Counter


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether this one is allowed, and when the count starts anew."""

    allowed: bool
    count: int
    resets_at: datetime


def hit(*parts: str | bytes, limit: int, window: timedelta, now: datetime) -> Verdict:
    """Count once and say whether the limit still allows it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO access_counter AS c (key, count, resets_at) VALUES (%s, 1, %s)"
            " ON CONFLICT (key) DO UPDATE SET"
            " count = CASE WHEN c.resets_at <= %s THEN 1 ELSE c.count + 1 END,"
            " resets_at = CASE WHEN c.resets_at <= %s THEN excluded.resets_at ELSE c.resets_at END"
            " RETURNING count, resets_at",
            [_key(parts), now + window, now, now],
        )
        count, resets_at = cursor.fetchone()
    return Verdict(allowed=count <= limit, count=count, resets_at=resets_at)


def spent(*parts: str | bytes, limit: int, now: datetime) -> bool:
    """Say whether a limit is used up, without counting."""
    return Counter.objects.filter(key=_key(parts), count__gte=limit, resets_at__gt=now).exists()


def clear(*parts: str | bytes) -> None:
    """Start a count anew, as after a successful sign-in."""
    Counter.objects.filter(key=_key(parts)).delete()


def forget_past(*, now: datetime) -> int:
    """Delete counters whose window is over."""
    gone, _ = Counter.objects.filter(resets_at__lt=now).delete()
    return gone


def _key(parts: tuple[str | bytes, ...]) -> bytes:
    framed = (part.encode() if isinstance(part, str) else part for part in parts)
    return hashlib.sha256(b"".join(len(p).to_bytes(4, "big") + p for p in framed)).digest()
