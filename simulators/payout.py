"""The payout provider: money goes out once per key, and a callback tells of it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from simulators.book import ASYNCHRONOUS_S, Book, due
from simulators.callbacks import PAUSES_S, Callbacks
from simulators.faults import Board, Faults
from simulators.listing import Listing
from simulators.serving import Settings, application_of, serve, worker
from simulators.truth import Record, Truth, now
from simulators.wire import Body, Unfit, body_of, fingerprint, key_of, refused, text_in

CURRENCY = "CNY"
MOST_FEN = 10**15
ROUTES = {
    "original": ("subscription_id",),
    "other_line": ("subscription_id",),
    "bank_account": ("name", "bank", "account"),
    "wallet": ("name", "bank", "account"),
}
SHORTEST_ACCOUNT = 8
# As at a real provider's sandbox, one account always fails: what then happens can be seen at will.
CLOSED_ACCOUNT = "6200000000000000000"


def _amount(body: Body) -> int:
    value = body.get("amount_fen")
    if value is None:
        raise Unfit("amount_fen", "missing")
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unfit("amount_fen", "not_an_integer")
    if not 0 < value <= MOST_FEN:
        raise Unfit("amount_fen", "out_of_range")
    return value


def _destination(body: Body) -> dict[str, str]:
    value = body.get("destination")
    if not isinstance(value, dict):
        raise Unfit("destination", "missing" if value is None else "not_an_object")
    route = text_in(value, "route", "destination.")
    if route not in ROUTES:
        raise Unfit("destination.route", "unknown_route")
    named = {field: text_in(value, field, "destination.") for field in ROUTES[route]}
    if len(named.get("account", " " * SHORTEST_ACCOUNT)) < SHORTEST_ACCOUNT:
        # Four digits are kept in the truth; of a short account they would be too much.
        raise Unfit("destination.account", "too_short")
    return {"route": route, **named}


def _check(body: Body) -> tuple[int, dict[str, str]]:
    amount = _amount(body)
    if text_in(body, "currency") != CURRENCY:
        raise Unfit("currency", "not_cny")
    text_in(body, "reference")
    return amount, _destination(body)


class Payout:
    """The provider as seen over HTTP."""

    def __init__(self, truth: Truth, callbacks: Callbacks, secret: str) -> None:
        """Remember what was paid before."""
        self.truth = truth
        self.callbacks = callbacks
        self.secret = secret
        self.book = Book(("key", "state", "reference", "amount_fen", "currency"))
        for record in truth.replay():
            self.book.keep({"currency": CURRENCY, **record})

    async def pay(self, request: Request, faults: Faults) -> Response:
        """Pay, once per key."""
        key, body = key_of(request), await body_of(request)
        amount, destination = _check(body)
        mark = fingerprint(body, self.secret)
        # From here to the answer nothing awaits, so no other call can come in between.
        earlier = self.book.earlier(key, mark, faults)
        if earlier is not None:
            return earlier
        known_by = [destination.get(name) for name in ("route", "account", "subscription_id")]
        if any(name in {*faults.refuse, CLOSED_ACCOUNT} for name in known_by):
            return refused("account_closed")
        paid = {
            "key": key,
            "kind": "payout",
            "amount_fen": amount,
            "currency": CURRENCY,
            "state": "paid",
            "route": destination["route"],
            # Neither the name nor the whole account is written anywhere.
            "account_tail": destination.get("account", "")[-4:],
            "fingerprint": mark,
            **due(faults),
        }
        if faults.return_after_s:
            paid["returned_at"] = now(faults.return_after_s)
        for _ in range(1 + faults.pay_twice):
            record = self._write(paid)
            self._tell(record, faults)
        return self.book.answer(record)

    def _write(self, paid: Record) -> Record:
        record = self.truth.append({**paid, "reference": f"PAY-{len(self.book) + 1:06d}"})
        self.book.keep(record)
        return record

    def _tell(self, record: Record, faults: Faults) -> None:
        after = ASYNCHRONOUS_S if faults.asynchronous else 0.0
        self._say(record, "paid", faults, after)
        if faults.return_after_s:
            self._say(record, "returned", faults, max(after, faults.return_after_s))

    def _say(self, record: Record, became: str, faults: Faults, after_s: float) -> None:
        payload = {
            "type": f"payout.{became}",
            "key": record["key"],
            "amount_fen": record["amount_fen"],
            "currency": CURRENCY,
            "reference": record["reference"],
        }
        self.callbacks.send(payload, faults, after_s)


def application(
    settings: Settings,
    transport: httpx.AsyncBaseTransport | None = None,
    pauses_s: Sequence[float] = PAUSES_S,
) -> Starlette:
    """Build the provider."""
    truth = Truth(Path(settings.data))
    callbacks = Callbacks(
        settings.callback, settings.secret, transport=transport, pauses_s=pauses_s
    )
    board, payout = Board(), Payout(truth, callbacks, settings.secret)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            await callbacks.close()
            truth.close()

    routes = [
        Route("/payouts", board.business(payout.pay), methods=["POST"]),
        Route("/payouts", board.business(Listing("payouts", payout.book).page)),
        Route("/payouts/{key:path}", board.business(payout.book.look_up)),
        *board.routes(),
    ]
    return application_of(routes, lifespan)


def from_environment() -> Starlette:
    """Build the provider in a worker process."""
    return worker(application)


if __name__ == "__main__":
    serve("payout", ["callback", "secret"])
