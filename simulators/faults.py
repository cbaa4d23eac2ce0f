"""Faults that can be switched on, so that integrators meet bad days on purpose."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.wire import Body, Unfit, body_of

MOST_COPIES = 100
LIES = (
    "",
    "wrong_amount",
    "wrong_currency",
    "contradictory",
    "unknown_reference",
    "not_utf8",
    "not_json",
)


@dataclass(frozen=True)
class Faults:
    """All that may go wrong; by default nothing does."""

    slow_s: float = 0.0
    error: bool = False
    timeout_after_success: bool = False
    hang_s: float = 30.0
    duplicate_callbacks: int = 0
    late_callback_s: float = 0.0
    late_bill_s: float = 0.0
    refuse: list[str] = field(default_factory=list)
    undelivered: list[str] = field(default_factory=list)
    down: bool = False
    asynchronous: bool = False
    lost_answer: bool = False
    forget: bool = False
    pay_twice: bool = False
    return_after_s: float = 0.0
    callback_lie: str = ""
    times: int | None = None

    def bears_on_reading(self) -> bool:
        """Say whether a call that only looks is touched at all."""
        return self.down or self.error or self.forget or self.slow_s > 0


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit(name, "not_a_boolean")
    return value


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(name, "not_a_number")
    if not 0 <= value <= 3600 or math.isnan(value):
        raise Unfit(name, "out_of_range")
    return float(value)


def _copies(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit(name, "not_an_integer")
    if not 0 <= value <= MOST_COPIES:
        raise Unfit(name, "out_of_range")
    return value


def _times(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit(name, "not_an_integer")
    if value < 1:
        raise Unfit(name, "out_of_range")
    return value


def _texts(name: str, value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unfit(name, "not_a_list_of_texts")
    return value


def _lie(name: str, value: object) -> str:
    if not isinstance(value, str) or value not in LIES:
        raise Unfit(name, "unknown_lie")
    return value


CHECKS: dict[str, Callable[[str, object], Any]] = {
    "slow_s": _seconds,
    "error": _flag,
    "timeout_after_success": _flag,
    "hang_s": _seconds,
    "duplicate_callbacks": _copies,
    "late_callback_s": _seconds,
    "late_bill_s": _seconds,
    "refuse": _texts,
    "undelivered": _texts,
    "down": _flag,
    "asynchronous": _flag,
    "lost_answer": _flag,
    "forget": _flag,
    "pay_twice": _flag,
    "return_after_s": _seconds,
    "callback_lie": _lie,
    "times": _times,
}


def faults_from(body: Body) -> Faults:
    """Return the faults a body asks for; what it leaves out is off."""
    known = {each.name for each in fields(Faults)}
    for name in body:
        if name not in known:
            raise Unfit(name, "unknown")
    return Faults(**{name: CHECKS[name](name, value) for name, value in body.items()})


Handler = Callable[[Request, Faults], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]

DOWN = {"error": "down"}
BROKEN = {"error": "broken"}
LOST = {"error": "lost_on_the_way"}


class Board:
    """The switches of one simulator."""

    def __init__(self) -> None:
        """Start with a good day."""
        self.faults = Faults()
        self._left: int | None = None

    def put(self, faults: Faults) -> None:
        """Replace every switch."""
        self.faults = faults
        self._left = faults.times

    def shown(self) -> Body:
        """Return the switches, "times" being what is left of it."""
        return {**asdict(self.faults), "times": self._left}

    def take(self, *, writing: bool) -> Faults:
        """Return the faults of one business call, counting it if they bear on it."""
        faults = self.faults
        if self._left is not None and (writing or faults.bears_on_reading()):
            self._left -= 1
            if self._left == 0:
                self.put(Faults())
        return faults

    def business(self, handler: Handler) -> Endpoint:
        """Let a handler suffer the faults."""

        async def endpoint(request: Request) -> Response:
            writing = request.method == "POST"
            faults = self.take(writing=writing)
            if faults.down:
                return JSONResponse(DOWN, 503)
            if faults.slow_s:
                await asyncio.sleep(faults.slow_s)
            if faults.error:
                return JSONResponse(BROKEN, 500)
            response = await handler(request, faults)
            if writing and faults.timeout_after_success and response.status_code < 300:
                await asyncio.sleep(faults.hang_s)
            if writing and faults.lost_answer and response.status_code < 300:
                return JSONResponse(LOST, 502)
            return response

        return endpoint

    def rehearsal(self, handler: Endpoint) -> Endpoint:
        """Let a handler of the rehearsal itself suffer only being down."""

        async def endpoint(request: Request) -> Response:
            if self.faults.down:
                return JSONResponse(DOWN, 503)
            return await handler(request)

        return endpoint

    def routes(self) -> list[Route]:
        """Return what every simulator answers, down or not."""
        return [
            Route("/faults", self._faults, methods=["GET", "PUT"]),
            Route("/healthz", self._healthz),
        ]

    async def _faults(self, request: Request) -> Response:
        if request.method == "PUT":
            self.put(faults_from(await body_of(request)))
        return JSONResponse(self.shown())

    async def _healthz(self, _request: Request) -> Response:
        return JSONResponse({"ok": True})
