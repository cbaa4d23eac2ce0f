"""One-time codes: six digits, ten minutes, five tries, five a day, once.

A number nobody has gets a row of its own like any other, so that nothing tells who is a
customer. Trying a code returns an outcome and never raises, or the count would be undone.
"""

import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import F, QuerySet

from xiaohu.access import counters
from xiaohu.access.models import OneTimeCode
from xiaohu.vault import fleeting
from xiaohu.vault.index import blind_index
from xiaohu.vault.root import purpose_key

DIGITS = 6
VALID = timedelta(minutes=10)
VALID_MINUTES = int(VALID.total_seconds()) // 60  # as pages and messages say it
TRIES = 5
A_DAY = timedelta(days=1)
CODES_A_DAY = 5
RESEND_AFTER = timedelta(seconds=60)
LOCKED = timedelta(minutes=15)
LOCKS_A_DAY = 3
BUDGET_A_MINUTE = 600  # over all numbers: a flood stops here whatever its sources


class Purpose(StrEnum):
    """What a code proves; one never serves for another."""

    SIGN_IN = "sign_in"
    FIND_CASE = "find_case"
    PROVE_LINE = "prove_line"
    CONFIRM_CONTACT = "confirm_contact"
    RECOVER = "recover"


@dataclass(frozen=True, slots=True)
class Issued:
    """A code is on its way; `again_at` is when another may be asked for."""

    code_id: UUID
    again_at: datetime


@dataclass(frozen=True, slots=True)
class Limited:
    """No code now; ask again at `again_at`."""

    again_at: datetime


class Outcome(StrEnum):
    """What came of a try."""

    OK = "ok"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Tried:
    """The outcome of a try, with what the person can still do; `for_today` says it was the last lock."""

    outcome: Outcome
    tries_left: int = 0
    locked_until: datetime | None = None
    for_today: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be sent: the address and the code; `known` is false where nobody gets it.

    `voice` asks for a call that reads the code out.
    """

    to: str
    code: str
    known: bool
    voice: bool = False


def issue(
    *,
    operator: str,
    purpose: Purpose,
    to: str,
    known: bool,
    now: datetime,
    voice: bool = False,
) -> Issued | Limited:
    """Make a code for an address; an earlier one of the same purpose ends.

    `known` is false where nobody is to get it: everything happens but the sending. `voice` asks
    for a call instead of a text. Call inside a transaction.
    """
    subject = blind_index(operator=operator, purpose="code", value=to)
    locked = (
        OneTimeCode.objects.filter(subject=subject, locked_until__gt=now)
        .values_list("locked_until", flat=True)
        .first()
    )
    if locked is not None:
        return Limited(locked)
    for scope, limit, window in (
        (subject, 1, RESEND_AFTER),
        (subject, CODES_A_DAY, A_DAY),
        (b"everyone", BUDGET_A_MINUTE, RESEND_AFTER),
    ):
        verdict = counters.hit("code", str(window), scope, limit=limit, window=window, now=now)
        if not verdict.allowed:
            return Limited(verdict.resets_at)
    _end(OneTimeCode.objects.filter(subject=subject, purpose=purpose.value, used_at=None), now)
    code_id = _make(operator, purpose, subject, to=to, known=known, voice=voice, now=now)
    return Issued(code_id, now + RESEND_AFTER)


def again(*, code_id: UUID, voice: bool, now: datetime) -> Issued | Limited | None:
    """Make another code for where one went; None once that is forgotten. Call inside a transaction."""
    row = OneTimeCode.objects.filter(pk=code_id).first()
    opened = _open(row)
    if row is None or opened is None:
        return None
    return issue(
        operator=row.operator,
        purpose=Purpose(row.purpose),
        to=opened.to,
        known=opened.known,
        now=now,
        voice=voice,
    )


def letter(code_id: UUID, *, now: datetime) -> Letter | None:
    """Return what to send, or None where there is nobody to send to or it is too late."""
    row = OneTimeCode.objects.filter(pk=code_id, used_at=None, expires_at__gt=now).first()
    opened = _open(row)
    return opened if opened is not None and opened.known else None


@transaction.atomic(durable=True)
def check(*, code_id: UUID, purpose: Purpose, code: str, now: datetime) -> Tried:
    """Try a code: each try is counted before it is compared, and the right one works once."""
    live = OneTimeCode.objects.filter(pk=code_id, purpose=purpose.value, used_at=None)
    counted = live.filter(expires_at__gt=now, tries__lt=TRIES).update(tries=F("tries") + 1)
    row = OneTimeCode.objects.select_for_update(no_key=True).filter(pk=code_id).first()
    if row is None or not counted:
        return _over(row, now)
    if hmac.compare_digest(bytes(row.mac), _mac(row.pk, code)):
        _end(live, now)
        return Tried(Outcome.OK)
    if row.tries < TRIES:
        return Tried(Outcome.WRONG, tries_left=TRIES - row.tries)
    row.locked_until = _locked_until(bytes(row.subject), now)
    row.box = b""
    row.save(update_fields=["locked_until", "box"])
    return _over(row, now)


def standing(code_id: UUID, *, now: datetime) -> Tried:
    """Return what a try would meet, without trying: OK with the tries left, else why none is."""
    row = OneTimeCode.objects.filter(pk=code_id).first()
    if row is not None and row.used_at is None and row.expires_at > now and row.tries < TRIES:
        return Tried(Outcome.OK, tries_left=TRIES - row.tries)
    return _over(row, now)


def shown_to(code_id: UUID) -> str:
    """Return the address a code went to, for the masked sentence of its own page."""
    opened = _open(OneTimeCode.objects.filter(pk=code_id).first())
    return opened.to if opened is not None else ""


def delete_past(*, now: datetime) -> int:
    """Delete codes a day after they ended."""
    gone, _ = OneTimeCode.objects.filter(expires_at__lt=now - A_DAY).delete()
    return gone


def _over(row: OneTimeCode | None, now: datetime) -> Tried:
    until = row.locked_until if row is not None else None
    if until is None or until <= now:
        return Tried(Outcome.EXPIRED)
    return Tried(Outcome.LOCKED, locked_until=until, for_today=until > now + LOCKED)


def _make(
    operator: str,
    purpose: Purpose,
    subject: bytes,
    *,
    to: str,
    known: bool,
    voice: bool,
    now: datetime,
) -> UUID:
    code_id = uuid4()
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    plain = json.dumps({"to": to, "code": code, "known": known, "voice": voice}).encode()
    sealed = fleeting.seal("codes", plain, belongs_to=(operator, str(code_id)))
    OneTimeCode.objects.create(
        pk=code_id,
        operator=operator,
        purpose=purpose.value,
        subject=subject,
        mac=_mac(code_id, code) if known else secrets.token_bytes(32),
        box=sealed,
        created_at=now,
        expires_at=now + VALID,
    )
    return code_id


def _open(row: OneTimeCode | None) -> Letter | None:
    if row is None or not row.box:
        return None
    plain = fleeting.open_box("codes", bytes(row.box), belongs_to=(row.operator, str(row.pk)))
    return Letter(**json.loads(plain)) if plain is not None else None


def _end(codes: QuerySet[OneTimeCode], now: datetime) -> None:
    codes.update(used_at=now, box=b"")


def _locked_until(subject: bytes, now: datetime) -> datetime:
    locks = counters.hit("code locks", subject, limit=LOCKS_A_DAY - 1, window=A_DAY, now=now)
    return now + LOCKED if locks.allowed else locks.resets_at


def _mac(code_id: UUID, code: str) -> bytes:
    return hmac.new(
        purpose_key("code macs"), code_id.bytes + code.encode(), hashlib.sha256
    ).digest()
