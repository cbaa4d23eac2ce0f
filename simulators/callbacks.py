"""Telling the other side of a payout or a delivery, signed as Standard Webhooks asks."""

import asyncio
import base64
import hashlib
import hmac
import time
import uuid
from collections.abc import Sequence

import httpx

from simulators.faults import Faults
from simulators.lies import bodies
from simulators.wire import Body

PAUSES_S = (0.5, 1.0, 2.0)
TIMEOUT_S = 10.0


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the webhook-signature header of a message."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class Callbacks:
    """Messages on their way, sent beside the answers."""

    def __init__(
        self,
        url: str,
        secret: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:
        """Send to this address; tests bring a transport of their own."""
        self._url = url
        self._secret = secret
        self._pauses_s = pauses_s
        # The address is next door: no proxy of the environment belongs in between.
        self._client = httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S, trust_env=False)
        self._running: set[asyncio.Task[None]] = set()

    def send(self, payload: Body, faults: Faults, after_s: float = 0.0) -> None:
        """Start telling, without waiting: a hanging answer must not hold the callback back.

        Where no address was given there is nobody to tell.
        """
        if not self._url:
            return
        task = asyncio.create_task(self._tell(payload, faults, after_s))
        # The loop keeps only a weak reference to a task.
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def close(self) -> None:
        """Drop what is still on its way."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._client.aclose()

    async def _tell(self, payload: Body, faults: Faults, after_s: float) -> None:
        await asyncio.sleep(after_s + faults.late_callback_s)
        for body in bodies(payload, faults.callback_lie):
            # Copies carry the same id, which is how a receiver knows them for copies.
            message_id = f"msg_{uuid.uuid4().hex}"
            for _ in range(1 + faults.duplicate_callbacks):
                await self._deliver(message_id, body)

    async def _deliver(self, message_id: str, body: bytes) -> None:
        if await self._post(message_id, body):
            return
        for pause in self._pauses_s:
            await asyncio.sleep(pause)
            if await self._post(message_id, body):
                return

    async def _post(self, message_id: str, body: bytes) -> bool:
        timestamp = int(time.time())
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._secret, message_id, timestamp, body),
        }
        try:
            response = await self._client.post(self._url, content=body, headers=headers)
        except httpx.HTTPError:
            return False
        return response.is_success
