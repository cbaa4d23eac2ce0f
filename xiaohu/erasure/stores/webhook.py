"""A system that is asked over HTTP: each question signed, each answer a number."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import httpx

from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import (
    CALL_SECONDS,
    CONNECT_SECONDS,
    Connector,
    Flaw,
    Identities,
    StoreAway,
)
from xiaohu.erasure.stores.shape import WebhookStore

_BUSY = frozenset({408, 425, 429})
_MOST = 2**31 - 1
_LONGEST_ANSWER = 64 * 1024


class Webhook(Connector):
    """One system at one address."""

    def __init__(self, name: str, store: WebhookStore, *, secret: str) -> None:
        self.name, self.store, self._secret = name, store, secret.encode()
        timeout = httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

    def order(self) -> Sequence[str]:
        """Return the datasets as the file lists them."""
        return list(self.store.datasets)

    def flaws(self, *, whole: bool) -> Sequence[Flaw]:
        """Ask whether the other side knows each dataset, where everything is looked at."""
        flaws = []
        for label in self.store.datasets if whole else ():
            try:
                self._ask("check", label, Identities({}))
            except StoresRefused as refused:
                flaws.append(Flaw(label, refused))
        return flaws

    def found(self, dataset: str, identities: Identities) -> int:
        """Return how much the other side says is there."""
        return self._ask("find", dataset, identities)

    def erase(self, dataset: str, identities: Identities, *, key: UUID, until: float) -> int:  # noqa: ARG002 - the other side has its own pace
        """Have the other side erase; the key lets it know one it has heard before."""
        self._ask("erase", dataset, identities, key=key)
        return 0

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _ask(self, action: str, label: str, whom: Identities, *, key: UUID | None = None) -> int:
        kind = self.store.datasets[label].identity
        asked = {
            "action": action,
            "dataset": label,
            "identity": kind.value,
            "values": list(whom.of(kind)),
        }
        body = json.dumps(asked, ensure_ascii=False).encode()
        try:
            with self._client.stream(
                "POST", self.store.url, content=body, headers=self._headers(body, key or uuid4())
            ) as answer:
                said = _read(answer)
        except httpx.HTTPError:
            raise StoreAway(store=self.name, why=Why.AWAY) from None
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or answer.status_code in _BUSY:
            raise StoreAway(store=self.name, why=Why.AWAY)
        if not answer.is_success:
            raise self._refused(label, Why.SAID_NO, str(answer.status_code))
        return self._counted(label, said)

    def _counted(self, label: str, answer: bytes) -> int:
        """Read a number out of an answer: anything else says nothing, and is for people."""
        said: Any = None
        with suppress(ValueError):
            said = json.loads(answer)
        found = said.get("found") if isinstance(said, dict) else None
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= _MOST:
            raise self._refused(label, Why.UNREADABLE_ANSWER, "found")
        return found

    def _headers(self, body: bytes, key: UUID) -> dict[str, str]:
        """Return what the other side checks (Standard Webhooks), with the key that repeats."""
        sent = int(time.time())
        signed = f"{key}.{sent}.".encode() + body
        digest = hmac.new(self._secret, signed, hashlib.sha256).digest()
        return {
            "content-type": "application/json",
            "webhook-id": str(key),
            "webhook-timestamp": str(sent),
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }

    def _refused(self, label: str, why: Why, value: str) -> StoresRefused:
        return StoresRefused(field=f"stores.{self.name}.datasets.{label}", why=why, value=value)


def _read(answer: httpx.Response) -> bytes:
    """Return the body of an answer; nothing of one that is longer than any number needs."""
    body = b""
    for piece in answer.iter_bytes(_LONGEST_ANSWER):
        body += piece
        if len(body) > _LONGEST_ANSWER:
            return b""
    return body
