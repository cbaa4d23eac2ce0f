"""What the app's backend sends, signed with the shared secret: who it is for, and nothing else.

Source of the form: Standard Webhooks (id, timestamp and body signed with HMAC-SHA256).
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

SKEW = timedelta(minutes=5)
MAX_BODY = 4096
MAX_ID = 128


class NotOurs(Exception):
    """Not signed with our secret, too old, or unreadable."""


@dataclass(frozen=True, slots=True)
class AppRequest:
    """A genuine request: its id, by which it counts once, and the number it is about."""

    id: str
    number: str


def read(headers: Mapping[str, str], body: bytes, *, secret: str, now: datetime) -> AppRequest:
    """Return what a backend asks.

    Raises:
        NotOurs: it is not genuine, or makes no sense.
    """
    request_id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    plain = 0 < len(request_id) <= MAX_ID and request_id.isascii() and len(body) <= MAX_BODY
    if not plain or not sent.isascii() or not sent.isdigit() or len(sent) > 12:
        raise NotOurs
    if abs(now - datetime.fromtimestamp(int(sent), UTC)) > SKEW:
        raise NotOurs
    wanted = hmac.new(secret.encode(), f"{request_id}.{sent}.".encode() + body, hashlib.sha256)
    if not any(
        _same(part, wanted.digest()) for part in headers.get("webhook-signature", "").split()
    ):
        raise NotOurs
    try:
        number = json.loads(body)["number"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotOurs from None
    if not isinstance(number, str):
        raise NotOurs
    return AppRequest(request_id, number)


def _same(given: str, wanted: bytes) -> bool:
    version, _, text = given.partition(",")
    try:
        return version == "v1" and hmac.compare_digest(
            base64.b64decode(text, validate=True), wanted
        )
    except (binascii.Error, ValueError):
        return False
