"""The payout provider: pays each key once, and tells of it by a signed callback.

Run as `python -m simulators.payout --port 8002 --data DIR --callback URL --secret SECRET`.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from simulators import wire
from simulators.faults import Faults
from simulators.serving import arguments, serve
from simulators.truth import Truth
from simulators.wire import Malformed

ROUTES = ("original", "bank_account")
CALLBACK_TRIES = 3
CALLBACK_PAUSE = 1.0


class Bank:
    """Every payment by its key."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth
        self.payments = {record["key"]: record for record in truth.records()}

    def pay(
        self, key: str, amount_fen: int, reference: str, destination: dict[str, str]
    ) -> dict[str, Any]:
        """Pay once; the truth holds the last four characters of an account and no name."""
        fingerprint = hashlib.sha256(
            json.dumps([amount_fen, reference, destination], sort_keys=True).encode()
        ).hexdigest()
        known = self.payments.get(key)
        if known is not None:
            if known["fingerprint"] != fingerprint:
                return {"state": "refused", "reason": "key_used_otherwise"}
            return known
        record = {
            "key": key,
            "amount_fen": amount_fen,
            "currency": "CNY",
            "state": "paid",
            "reference": f"PAY-{len(self.payments) + 1:06d}",
            "route": destination["route"],
            "account_tail": destination.get("account", "")[-4:],
            "for": reference,
            "fingerprint": fingerprint,
        }
        self.truth.append(record)
        self.payments[key] = record
        return record


class Callbacks:
    """Tells the service of payments, as Standard Webhooks ask."""

    def __init__(self, address: str | None, secret: str | None, faults: Faults) -> None:
        self.address = address
        self.secret = secret or ""
        self.faults = faults
        self._running: set[asyncio.Task[None]] = set()

    def tell(self, record: dict[str, Any]) -> None:
        """Send a callback in the background, late or more than once where a fault says so."""
        if self.address is None:
            return
        body = {name: record[name] for name in ("key", "amount_fen", "currency", "reference")}
        raw = json.dumps({"type": f"payout.{record['state']}", **body}).encode()
        event_id = f"evt_{uuid4().hex}"
        for _ in range(1 + self.faults.duplicate_callbacks):
            self._start(self._send(event_id, raw, self.faults.late_callback_s))

    def _start(self, sending: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(sending)
        self._running.add(task)  # The loop itself keeps no reference to a task.
        task.add_done_callback(self._running.discard)

    async def _send(self, event_id: str, raw: bytes, late_s: float) -> None:
        await asyncio.sleep(late_s)
        async with httpx.AsyncClient(timeout=5.0) as client:
            for _ in range(CALLBACK_TRIES):
                try:
                    answer = await client.post(
                        self.address or "", content=raw, headers=self._headers(event_id, raw)
                    )
                    if answer.is_success:
                        return
                except httpx.HTTPError:
                    pass
                await asyncio.sleep(CALLBACK_PAUSE)

    def _headers(self, event_id: str, raw: bytes) -> dict[str, str]:
        sent = str(int(time.time()))
        signed = f"{event_id}.{sent}.".encode() + raw
        digest = hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()
        return {
            "content-type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": sent,
            "webhook-signature": f"v1,{base64.b64encode(digest).decode()}",
        }


def application(
    data: Path,
    callback: str | None = None,
    secret: str | None = None,
    faults: Faults | None = None,
) -> Starlette:
    """Return the provider as a web application."""
    faults = faults or Faults()
    bank = Bank(Truth(data))
    callbacks = Callbacks(callback, secret, faults)

    async def pay(request: Request) -> JSONResponse:
        key, body = wire.key(request), await wire.json_object(request)
        amount_fen = wire.amount(body, "amount_fen")
        if body.get("currency") != "CNY":
            raise Malformed("currency", "must be CNY")
        destination = _destination(body)
        if key not in bank.payments and set(destination.values()) & set(faults.refuse):
            return JSONResponse({"state": "refused", "reason": "account_closed"}, 422)
        new = key not in bank.payments
        record = bank.pay(key, amount_fen, wire.text(body, "reference"), destination)
        if new:
            callbacks.tell(record)
        return JSONResponse(_public(record), 200 if record["state"] == "paid" else 409)

    async def state(request: Request) -> JSONResponse:
        known = bank.payments.get(request.path_params["key"])
        if known is None:
            return JSONResponse({"error": "unknown_payment"}, 404)
        return JSONResponse(_public(known))

    routes = [
        Route("/payouts", wire.guarded(faults, pay), methods=["POST"]),
        Route("/payouts/{key}", wire.guarded(faults, state)),
    ]
    return Starlette(routes=[*wire.common_routes(faults), *routes])


def _destination(body: dict[str, Any]) -> dict[str, str]:
    destination = body.get("destination")
    if not isinstance(destination, dict) or destination.get("route") not in ROUTES:
        raise Malformed("destination", "route must be one of " + ", ".join(ROUTES))
    needed = (
        ("subscription_id",) if destination["route"] == "original" else ("name", "bank", "account")
    )
    return {
        "route": destination["route"],
        **{name: wire.text(destination, name) for name in needed},
    }


def _public(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in {"fingerprint", "for"}}


if __name__ == "__main__":
    given = arguments("payout")
    serve(application(given.data, given.callback, given.secret), given)
