"""The message provider, with an inbox in which everyone can read what arrived.

A message with `voice` is a call in which the text is read out. What became of a message is told by callback and shown at its key: delivered, or undelivered where
a fault says so.
"""

from collections import defaultdict, deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from simulators.book import Book, due
from simulators.callbacks import PAUSES_S, Callbacks
from simulators.faults import Board, Faults
from simulators.inbox import page
from simulators.serving import Settings, application_of, serve, worker
from simulators.truth import Record, Truth
from simulators.wire import body_of, fingerprint, key_of, refused, text_in

SHOWN = 200
ON_ITS_WAY_S = 0.3


def _shelf() -> deque[Record]:
    """Return a place for the newest messages, the newest first."""
    return deque(maxlen=SHOWN)


def _plain(address: str) -> str:
    """Return an address as people type it: numbers without country code and spaces."""
    return "".join(address.split()).removeprefix("+86")


class Messages:
    """The provider as seen over HTTP."""

    def __init__(self, truth: Truth, callbacks: Callbacks | None) -> None:
        """Remember what was sent before; without callbacks nobody is told and must ask."""
        self.truth = truth
        self.callbacks = callbacks
        self.book = Book(("key", "state", "reference", "delivery"))
        self._all = _shelf()
        self._by_number: defaultdict[str, deque[Record]] = defaultdict(_shelf)
        for record in truth.replay():
            self._keep(record)

    def _keep(self, record: Record) -> None:
        record.setdefault("delivery", "delivered")  # Older truths say nothing of it.
        self.book.keep(record)
        if record["delivery"] != "delivered":
            return
        # A full deque lets go of its other end: the oldest.
        self._all.appendleft(record)
        self._by_number[_plain(record["to"])].appendleft(record)

    def _newest(self, request: Request) -> deque[Record]:
        number = _plain(request.query_params.get("to", ""))
        return self._by_number.get(number, _shelf()) if number else self._all

    async def send(self, request: Request, faults: Faults) -> Response:
        """Send, once per key."""
        key, body = key_of(request), await body_of(request)
        to, text = text_in(body, "to").strip(), text_in(body, "text")
        mark = fingerprint(body)
        # From here to the answer nothing awaits, so no other call can come in between.
        earlier = self.book.earlier(key, mark, faults)
        if earlier is not None:
            return earlier
        if to in faults.refuse:
            return refused("unreachable")
        record = self.truth.append(
            {
                "key": key,
                "kind": "message",
                "to": to,
                "text": text,
                **({"voice": True} if body.get("voice") is True else {}),
                "state": "done",
                "reference": f"MSG-{len(self.book) + 1:06d}",
                "delivery": "undelivered" if to in faults.undelivered else "delivered",
                "fingerprint": mark,
                **due(faults),
            }
        )
        self._keep(record)
        self._tell(record, faults)
        return self.book.answer(record)

    def _tell(self, record: Record, faults: Faults) -> None:
        if self.callbacks is None:
            return
        payload = {name: record[name] for name in ("key", "reference", "delivery")}
        payload["type"] = f"message.{record['delivery']}"
        self.callbacks.send(payload, faults, ON_ITS_WAY_S)

    async def inbox(self, request: Request) -> Response:
        """List the newest messages for machines."""
        found = self._newest(request)
        shown = ("at", "to", "text", "voice")
        return JSONResponse(
            [{name: each[name] for name in shown if name in each} for each in found]
        )

    async def index(self, request: Request) -> Response:
        """List the newest messages for people."""
        to = request.query_params.get("to", "").strip()
        here = "/?" + urlencode({"to": to}) if to else "/"
        return HTMLResponse(page(self._newest(request), to, here))


def application(
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None = None,
    pauses_s: Sequence[float] = PAUSES_S,
) -> Starlette:
    """Build the provider."""
    truth = Truth(Path(settings.data))
    callbacks = None
    if settings.callback:
        callbacks = Callbacks(
            settings.callback, settings.secret, transport=transport, pauses_s=pauses_s
        )
    board, messages = Board(), Messages(truth, callbacks)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            if callbacks is not None:
                await callbacks.close()
            truth.close()

    routes = [
        Route("/", board.rehearsal(messages.index)),
        Route("/inbox.json", board.rehearsal(messages.inbox)),
        Route("/messages", board.business(messages.send), methods=["POST"]),
        Route("/messages/{key:path}", board.business(messages.book.look_up)),
        *board.routes(),
    ]
    return application_of(routes, lifespan)


def from_environment() -> Starlette:
    """Build the provider in a worker process."""
    return worker(application)


if __name__ == "__main__":
    serve("messages", optional=["callback", "secret"])
