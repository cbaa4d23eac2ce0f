"""The telecom operator: lines to look at, orders to give, last bills to ask for, others to tell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulators.callbacks import Callbacks
from simulators.changing import changes_from
from simulators.faults import Board, Faults
from simulators.inventory import UNSAID, read
from simulators.keeping import PAGE, RECORDS, file_of, files_of, left_behind, records
from simulators.listing import Many
from simulators.network import KINDS, Network, Refused
from simulators.serving import Settings, application_of, serve, worker
from simulators.truth import Truth
from simulators.wire import Unfit, body_of, fingerprint, key_of, missing, refused, text_in


class Operator:
    """The operator as seen over HTTP."""

    def __init__(self, network: Network, callbacks: Callbacks | None = None) -> None:
        """Speak for this network; without callbacks nobody is told of late charges."""
        self.network = network
        self.callbacks = callbacks

    async def line(self, request: Request, _faults: Faults) -> Response:
        """Show a line."""
        line = self.network.line(request.path_params["subscription_id"])
        if line is None:
            return missing("unknown_line")
        return JSONResponse({name: said for name, said in line.items() if name not in UNSAID})

    async def records(self, request: Request, faults: Faults) -> Response:
        """Show records of one kind and month, a page at a time."""
        line = self.network.line(request.path_params["subscription_id"])
        record = request.path_params["record"]
        if line is None or record not in RECORDS:
            return missing("unknown_line" if line is None else "unknown_record")
        if f"records:{record}" in faults.refuse:
            return refused("records_away")
        page = request.query_params.get("page", "1")
        start = (int(page) - 1) * PAGE if page.isascii() and page.isdigit() else 0
        found = records(line, record, request.query_params.get("month", ""))
        more = len(found) > start + PAGE
        rows = found[start : start + PAGE]
        files = files_of(line, record, request.query_params.get("month", ""))
        return JSONResponse(
            {"columns": RECORDS[record], "rows": rows, "more": more, "files": files}
        )

    async def record_file(self, request: Request, faults: Faults) -> Response:
        """Give one file beside a table of records."""
        line = self.network.line(request.path_params["subscription_id"])
        record = request.path_params["record"]
        if f"files:{record}" in faults.refuse:
            return refused("records_away")
        month = request.query_params.get("month", "")
        number = request.path_params["number"]
        if line is None or not 0 < number <= len(files_of(line, record, month)):
            return missing("unknown_line" if line is None else "unknown_file")
        return Response(file_of(line, record, month, number), media_type="application/octet-stream")

    async def left_behind(self, request: Request, _faults: Faults) -> Response:
        """Show how much a holder would leave behind."""
        line = self.network.line(request.path_params["subscription_id"])
        if line is None:
            return missing("unknown_line")
        return JSONResponse(left_behind(line, self.network.cleared))

    async def order(self, request: Request, faults: Faults) -> Response:
        """Take an order."""
        key, body = key_of(request), await body_of(request)
        text_in(body, "subscription_id")
        if text_in(body, "kind") not in KINDS:
            raise Unfit("kind", "unknown_kind")
        mark = fingerprint(body)
        orders = self.network.orders
        # From here to the answer nothing awaits, so no other call can come in between.
        earlier = orders.earlier(key, mark, faults)
        if earlier is not None:
            return earlier
        try:
            return orders.answer(self.network.order(key, mark, body, faults))
        except Refused as no:
            return refused(str(no))

    async def bill(self, request: Request, faults: Faults) -> Response:
        """Give a part of a last bill."""
        key, body = key_of(request), await body_of(request)
        text_in(body, "subscription_id")
        part = body.get("part", 0)
        if isinstance(part, bool) or not isinstance(part, int) or part < 0:
            raise Unfit("part", "not_a_number")
        if not isinstance(body.get("settle", []), list):
            raise Unfit("settle", "not_a_list")
        mark = fingerprint(body)
        bills = self.network.bills
        earlier = bills.earlier(key, mark, faults)
        if earlier is not None:
            return earlier
        try:
            return bills.answer(self.network.bill(key, mark, body, faults))
        except Refused as no:
            return refused(str(no))

    async def notice(self, request: Request, faults: Faults) -> Response:
        """Pass a message on to somebody whom a closing touches."""
        key, body = key_of(request), await body_of(request)
        for field in ("subscription_id", "party", "text"):
            text_in(body, field)
        mark = fingerprint(body)
        notices = self.network.notices
        earlier = notices.earlier(key, mark, faults)
        if earlier is not None:
            return earlier
        try:
            return notices.answer(self.network.pass_on(key, mark, body, faults))
        except Refused as no:
            return refused(str(no))

    async def service_password(self, request: Request, _faults: Faults) -> Response:
        """Say whether a service password is right: in rehearsals the subscription's last six."""
        subscription = request.path_params["subscription_id"]
        if self.network.line(subscription) is None:
            return missing("unknown_line")
        typed = text_in(await body_of(request), "password")
        return JSONResponse({"right": typed == subscription[-6:]})

    async def face(self, request: Request, faults: Faults) -> Response:
        """Say whether a face is the registered one: in rehearsals unless "face" is refused."""
        subscription = request.path_params["subscription_id"]
        if self.network.line(subscription) is None:
            return missing("unknown_line")
        text_in(await body_of(request), "photo")
        return JSONResponse({"right": "face" not in faults.refuse})

    async def pay(self, request: Request) -> Response:
        """Let the newcomer pay the arrears at the operator's counter."""
        return self._change(request, "pay", {"arrears_fen": 0})

    async def charge_late(self, request: Request) -> Response:
        """Name a charge after the last bill of a line, and tell of it by callback."""
        amount = (await body_of(request)).get("amount_fen")
        if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
            raise Unfit("amount_fen", "not_an_amount")
        try:
            charge = self.network.charge_late(request.path_params["subscription_id"], amount)
        except Refused as no:
            return refused(str(no))
        said = {name: charge[name] for name in ("key", "reference", "amount_fen")}
        if self.callbacks is not None:
            self.callbacks.send({"type": "bill.late_charge", **said}, Faults())
        return JSONResponse(said)

    async def patch(self, request: Request) -> Response:
        """Put a line into the state a rehearsal needs."""
        return self._change(request, "rehearsal", changes_from(await body_of(request)))

    def _change(self, request: Request, kind: str, changes: dict[str, object]) -> Response:
        try:
            line = self.network.change(request.path_params["subscription_id"], kind, changes)
        except Refused:
            return missing("unknown_line")
        return JSONResponse(line)


def application(settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> Starlette:
    """Build the operator."""
    lines = read(Path(settings.inventory))
    truth = Truth(Path(settings.data))
    network = Network(lines, truth)
    callbacks = None
    if settings.callback:
        callbacks = Callbacks(settings.callback, settings.secret, transport=transport)
    board, operator, many = Board(), Operator(network, callbacks), Many(network)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            if callbacks is not None:
                await callbacks.close()
            truth.close()

    routes = [
        Route("/lines/closed", board.business(many.closed), methods=["POST"]),
        Route("/lines/{subscription_id}", board.business(operator.line)),
        Route("/lines/{subscription_id}", board.rehearsal(operator.patch), methods=["PATCH"]),
        Route(
            "/lines/{subscription_id}/service-password",
            board.business(operator.service_password),
            methods=["POST"],
        ),
        Route("/lines/{subscription_id}/face", board.business(operator.face), methods=["POST"]),
        Route(
            "/lines/{subscription_id}/late-charge",
            board.rehearsal(operator.charge_late),
            methods=["POST"],
        ),
        Route("/lines/{subscription_id}/pay", board.rehearsal(operator.pay), methods=["POST"]),
        Route(
            "/lines/{subscription_id}/records/{record}",
            board.business(operator.records),
        ),
        Route(
            "/lines/{subscription_id}/records/{record}/files/{number:int}",
            board.business(operator.record_file),
        ),
        Route("/lines/{subscription_id}/left-behind", board.business(operator.left_behind)),
        Route("/orders", board.business(operator.order), methods=["POST"]),
        # A key may hold a slash; the caller chose it.
        Route("/orders/{key:path}", board.business(network.orders.look_up)),
        Route("/bills/list", board.business(many.bills), methods=["POST"]),
        Route("/bills", board.business(operator.bill), methods=["POST"]),
        Route("/bills/{key:path}", board.business(network.bills.look_up)),
        Route("/notices", board.business(operator.notice), methods=["POST"]),
        *board.routes(),
    ]
    return application_of(routes, lifespan)


def from_environment() -> Starlette:
    """Build the operator in a worker process."""
    return worker(application)


if __name__ == "__main__":
    serve("operator", ["inventory"], optional=["callback", "secret"])
