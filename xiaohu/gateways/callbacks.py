"""Callbacks: signed, fresh, each event once. They are kept and waken; they decide nothing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from xiaohu.core.refusals import Refusal
from xiaohu.gateways.models import InboxEvent
from xiaohu.queue import engine
from xiaohu.vault import box
from xiaohu.vault.root import purpose_key

SKEW = timedelta(minutes=5)
MAX_BODY = 64 * 1024
WAKE = "closures.wake"


class CallbackRefused(Refusal):
    """Not signed by the provider, too old, or unreadable."""

    code = "CALLBACK_REFUSED"


@transaction.atomic(durable=True)
def receive(*, source: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Keep a callback and wake what waits for it; return False for one already known.

    Source: the Standard Webhooks form (id, timestamp and body signed with HMAC-SHA256).

    Raises:
        CallbackRefused: bad signature, older or newer than five minutes, not JSON.
    """
    event_id = _verified(headers, body, now)
    effect_id = _effect_id(body)
    sealed = box.seal(purpose_key("inbox"), body, belongs_to=(source, event_id))
    _, new = InboxEvent.objects.get_or_create(
        source=source, event_id=event_id, defaults={"effect_id": effect_id, "box": sealed}
    )
    if new and effect_id is not None:
        engine.defer(WAKE, effect_id=effect_id)
    return new


def _verified(headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    event_id = headers.get("webhook-id", "")
    sent = headers.get("webhook-timestamp", "")
    if not 0 < len(event_id) <= 128 or not event_id.isascii() or len(body) > MAX_BODY:
        raise CallbackRefused
    if not sent.isascii() or not sent.isdigit() or len(sent) > 12:
        raise CallbackRefused
    if abs(now - datetime.fromtimestamp(int(sent), UTC)) > SKEW:
        raise CallbackRefused
    signed = f"{event_id}.{sent}.".encode() + body
    given = [part.partition(",") for part in headers.get("webhook-signature", "").split()]
    expected = _signature(signed)
    if not any(v == "v1" and hmac.compare_digest(s.encode(), expected) for v, _, s in given):
        raise CallbackRefused
    return event_id


def _signature(signed: bytes) -> bytes:
    secret = settings.XIAOHU.callback_secret
    if secret is None:
        raise CallbackRefused
    key = secret.get_secret_value().encode()
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())


def _effect_id(body: bytes) -> UUID | None:
    """Return the key the body speaks of; one of no known form is kept for a person to read."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise CallbackRefused from None
    key = parsed.get("key") if isinstance(parsed, dict) else None
    try:
        return UUID(key) if isinstance(key, str) else None
    except ValueError:
        return None
