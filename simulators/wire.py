"""Reading requests strictly and answering mistakes clearly."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from simulators.faults import FaultRefused, Faults

Handler = Callable[[Request], Awaitable[JSONResponse]]


class Malformed(ValueError):
    """A request that cannot be understood; names the field and why."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(field)
        self.field = field
        self.reason = reason


async def json_object(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request."""
    try:
        parsed = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise Malformed("body", "not JSON") from None
    if not isinstance(parsed, dict):
        raise Malformed("body", "not an object")
    return parsed


def text(body: dict[str, Any], field: str) -> str:
    """Return a text that must be there."""
    value = body.get(field)
    if not isinstance(value, str) or not 0 < len(value) <= 500:
        raise Malformed(field, "must be text")
    return value


def amount(body: dict[str, Any], field: str) -> int:
    """Return a positive whole number that must be there."""
    value = body.get(field)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise Malformed(field, "must be a positive whole number")
    return value


def key(request: Request) -> str:
    """Return the idempotency key."""
    given = request.headers.get("idempotency-key", "")
    if not 0 < len(given) <= 100:
        raise Malformed("Idempotency-Key", "missing")
    return given


def guarded(faults: Faults, handler: Handler) -> Handler:
    """Wrap a business call in its faults, and answer mistakes with 422."""

    async def call(request: Request) -> JSONResponse:
        early = await faults.before()
        if early is not None:
            return early
        try:
            answer = await handler(request)
        except Malformed as bad:
            return JSONResponse(
                {"error": "malformed", "field": bad.field, "reason": bad.reason}, 422
            )
        return await faults.after(answer)

    return call


def common_routes(faults: Faults) -> list[Route]:
    """Return the routes every simulator has: its health and its faults."""

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"ok": True})

    async def change(request: Request) -> JSONResponse:
        if request.method == "PUT":
            try:
                faults.change(await json_object(request))
            except FaultRefused as refused:
                answer = {"error": "malformed", "field": str(refused), "reason": "not a fault"}
                return JSONResponse(answer, 422)
            except Malformed as bad:
                answer = {"error": "malformed", "field": bad.field, "reason": bad.reason}
                return JSONResponse(answer, 422)
        return JSONResponse(faults.shown())

    return [
        Route("/healthz", health),
        Route("/faults", change, methods=["GET", "PUT"]),
    ]
