"""Callbacks: signed, fresh, each event once. They are kept; of effects they only wake the case.

Of what they say only the words are kept that are read again: a provider may say more of a person
than we asked. What is signed and cannot be read is kept without its words: a person looks it up by
its id where it came from. What is not signed leaves no trace.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from xiaohu.core import matching
from xiaohu.core.refusals import Refusal
from xiaohu.gateways.models import InboxEvent
from xiaohu.queue import engine
from xiaohu.queue.asking import Question, Slot
from xiaohu.vault import box
from xiaohu.vault.root import purpose_key

SKEW = timedelta(minutes=5)
A_DAY = timedelta(days=1)
MAX_BODY = 64 * 1024
LONGEST_TIME = 11  # figures of a Unix time whose year has four
AT_ONCE = 200
WAKE = "closures.wake"


class CallbackRefused(Refusal):
    """Not signed by the provider, or too old."""

    code = "CALLBACK_REFUSED"


Hears = Callable[[UUID, Mapping[str, Any], datetime], None]
Misses = Callable[[str, datetime], None]
_KEPT: Mapping[str, Callable[[bytes], bytes]] = {"payout": matching.kept}
_hears: dict[str, Hears] = {}
_misses: dict[str, Misses] = {}


def register(source: str, hears: Hears, misses: Misses | None = None) -> None:
    """Name who hears what a source says, inside the transaction in which it is kept.

    `misses` is told of an event, by its id, that names no key and so cannot be heard.
    """
    _hears[source] = hears
    if misses is not None:
        _misses[source] = misses


@transaction.atomic(durable=True)
def receive(
    *,
    source: str,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    business_now: datetime | None = None,
) -> bool:
    """Keep a callback and wake what waits for it; return False for one already known.

    `now` is real time, by which its age is judged; `business_now` is when it is heard.
    Source: the Standard Webhooks form (id, timestamp and body signed with HMAC-SHA256).

    Raises:
        CallbackRefused: bad signature, older or newer than five minutes, or heard from another
            source: the signature does not say which source it is for.
    """
    event_id = _verified(headers, body, now)
    said = _read(body)
    effect_id = _effect_id(said)
    kept = _KEPT[source](body) if source in _KEPT else b""
    sealed = box.seal(purpose_key("inbox"), kept, belongs_to=(source, event_id))
    event, new = InboxEvent.objects.get_or_create(
        event_id=event_id, defaults={"source": source, "effect_id": effect_id, "box": sealed}
    )
    if event.source != source:
        raise CallbackRefused
    if new and effect_id is not None:
        _hears.get(source, _wake)(effect_id, said, business_now or now)
    elif new and source in _misses:
        _misses[source](event_id, business_now or now)
    return new


def to_match(source: str) -> list[InboxEvent]:
    """Return callbacks of a source nobody has matched yet, the oldest first."""
    waiting = InboxEvent.objects.filter(source=source, matched_at=None)
    return list(waiting.order_by("received_at", "pk")[:AT_ONCE])


def matched(event: InboxEvent, *, now: datetime) -> None:
    """Note that a callback was matched. Call inside the transaction of what follows."""
    InboxEvent.objects.filter(pk=event.pk).update(matched_at=now)


def bodies_of(effect_id: UUID, *, source: str) -> list[bytes]:
    """Return every body of a source that speaks of an effect; another source has no say in it."""
    said = _SAID.rows(effect_id=effect_id, source=source)
    return [_opened(source, event_id, sealed) for event_id, sealed in said]


_SAID = Question(
    lambda: InboxEvent.objects.filter(
        effect_id=Slot("effect_id"), source=Slot("source")
    ).values_list("event_id", "box")
)


def body_of(event: InboxEvent) -> bytes:
    """Return what was kept of the body of a callback; nothing where nothing of it is read again."""
    return _opened(event.source, event.event_id, event.box)


def _opened(source: str, event_id: str, sealed: bytes | memoryview) -> bytes:
    return box.open_box(purpose_key("inbox"), bytes(sealed), belongs_to=(source, event_id))


def forget_heard() -> None:
    """Delete what was heard a day ago; what is older than minutes is refused anyway."""
    heard = InboxEvent.objects.filter(source__in=list(_hears))
    heard.filter(received_at__lt=Now() - A_DAY).delete()


def _wake(effect_id: UUID, _said: Mapping[str, Any], _now: datetime) -> None:
    """Say when to look, never what happened: the effect is looked up where it was done."""
    engine.defer(WAKE, effect_id=effect_id)


def _verified(headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    event_id = headers.get("webhook-id", "")
    sent = headers.get("webhook-timestamp", "")
    if not 0 < len(event_id) <= 128 or len(body) > MAX_BODY:
        raise CallbackRefused
    if not event_id.isascii() or not event_id.isprintable():
        raise CallbackRefused
    if not sent.isascii() or not sent.isdigit() or len(sent) > LONGEST_TIME:
        raise CallbackRefused
    if abs(now - datetime.fromtimestamp(int(sent), UTC)) > SKEW:
        raise CallbackRefused
    signed = f"{event_id}.{sent}.".encode() + body
    given = [part.partition(",") for part in headers.get("webhook-signature", "").split()]
    expected = _signature(signed)
    if not any(
        v == "v1" and hmac.compare_digest(s.encode(errors="replace"), expected) for v, _, s in given
    ):
        raise CallbackRefused
    return event_id


def _signature(signed: bytes) -> bytes:
    secret = settings.XIAOHU.callback_secret
    if secret is None:
        raise CallbackRefused
    key = secret.get_secret_value().encode()
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def _read(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _effect_id(said: Mapping[str, Any]) -> UUID | None:
    """Return the key the body speaks of; one of no known form is kept for a person to read."""
    key = said.get("key")
    try:
        return UUID(key) if isinstance(key, str) else None
    except ValueError:
        return None
