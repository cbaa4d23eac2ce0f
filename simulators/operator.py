"""The operator: a network, an inventory and a billing system, as small as they can be.

Run as `python -m simulators.operator --port 8001 --data DIR --inventory FILE.csv`.
"""

import asyncio
import csv
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from simulators import wire
from simulators.faults import Faults
from simulators.serving import arguments, serve
from simulators.truth import Truth
from simulators.wire import Malformed

KINDS = ("freeze", "disconnect", "end_filing", "quarantine")
ACCEPTED_FOR = 1.0  # seconds until an asynchronous order is done
PURSES = ("cash_fen", "deposit_fen", "promotion_fen", "gift_fen")
CHANGEABLE = {
    "status": str,
    "registered": bool,
    "arrears_fen": int,
    "unbilled_fen": int,
    "cash_fen": int,
    "port_out": bool,
    "open_order": bool,
    "legal_hold": bool,
}


@dataclass
class SimulatedLine:
    """One line as the operator knows it; amounts in fen."""

    subscription_id: str
    status: str
    cash_fen: int
    deposit_fen: int
    promotion_fen: int
    gift_fen: int
    points: int
    arrears_fen: int
    unbilled_fen: int
    contract_end_on: str | None
    exit_fee_fen: int
    filing: bool
    registered: bool = True
    port_out: bool = False
    open_order: bool = False
    legal_hold: bool = False


class Network:
    """All lines, and every order and bill by its key."""

    def __init__(self, truth: Truth, inventory: Path | None) -> None:
        self.truth = truth
        self.lines = read_inventory(inventory) if inventory is not None else {}
        self.orders: dict[str, dict[str, Any]] = {}
        self.bills: dict[str, dict[str, Any]] = {}
        for record in truth.records():
            self._remember(record)

    def order(self, key: str, kind: str, subscription_id: str) -> dict[str, Any]:
        """Carry out an order once; the same key gives the same answer."""
        known = self.orders.get(key)
        if known is not None:
            same = (known["kind"], known["subscription_id"]) == (kind, subscription_id)
            return known if same else {"state": "refused", "reason": "key_used_otherwise"}
        line = self.lines.get(subscription_id)
        if line is None:
            return {"state": "refused", "reason": "unknown_line"}
        if kind == "disconnect" and line.status == "closed":
            return {"state": "refused", "reason": "already_closed"}
        record = {
            "key": key,
            "kind": kind,
            "subscription_id": subscription_id,
            "state": "done",
            "reference": f"OP-{len(self.orders) + 1:06d}",
        }
        self.truth.append(record)
        self._remember(record)
        return record

    def bill(self, key: str, subscription_id: str) -> dict[str, Any]:
        """Close the account of a disconnected line; the same key gives the same bill."""
        if key in self.bills:
            return self.bills[key]
        line = self.lines.get(subscription_id)
        if line is None:
            return {"state": "refused", "reason": "unknown_line"}
        if line.status != "closed":
            return {"state": "refused", "reason": "still_active"}
        bound = line.contract_end_on is not None and line.contract_end_on > date.today().isoformat()  # noqa: DTZ011 - the operator's own day
        record = {
            "key": key,
            "kind": "bill",
            "subscription_id": subscription_id,
            "state": "done",
            "usage_fen": line.unbilled_fen + line.arrears_fen,
            "fees_fen": 0,
            "exit_fee_fen": line.exit_fee_fen if bound else 0,
            **{purse: getattr(line, purse) for purse in PURSES},
        }
        self.truth.append(record)
        self._remember(record)
        return record

    def _remember(self, record: dict[str, Any]) -> None:
        kind, line = record["kind"], self.lines.get(record["subscription_id"])
        if kind == "bill":
            self.bills[record["key"]] = record
            return
        self.orders[record["key"]] = record
        if line is None:
            return
        if kind == "freeze" and line.status != "closed":
            line.status = "stopped"
        elif kind == "disconnect":
            line.status = "closed"
        elif kind == "end_filing":
            line.filing = False


def read_inventory(path: Path) -> dict[str, SimulatedLine]:
    """Return the lines of an export."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["subscription_id"]: _line(row) for row in csv.DictReader(file)}


def _line(row: dict[str, str]) -> SimulatedLine:
    return SimulatedLine(
        subscription_id=row["subscription_id"],
        status=row["status"],
        points=int(row["points"] or 0),
        contract_end_on=row["contract_end_on"] or None,
        filing="外呼" in row["product"],
        **{  # type: ignore[arg-type] # amounts only
            f"{name}_fen": int(Decimal(row[f"{name}_yuan"] or "0") * 100)
            for name in ("cash", "deposit", "promotion", "gift", "arrears", "unbilled", "exit_fee")
        },
    )


class Counter:
    """Answers requests about lines, orders and bills."""

    def __init__(self, network: Network, faults: Faults) -> None:
        self.network = network
        self.faults = faults

    async def facts(self, request: Request) -> JSONResponse:
        """Say what is known of a line."""
        return JSONResponse(asdict(self._line(request)))

    async def change(self, request: Request) -> JSONResponse:
        """Change facts, for rehearsals."""
        line = self._line(request)
        for name, value in (await wire.json_object(request)).items():
            if type(value) is not CHANGEABLE.get(name):
                raise Malformed(name, "cannot be changed to that")
            setattr(line, name, value)
        return JSONResponse(asdict(line))

    async def pay(self, request: Request) -> JSONResponse:
        """Take payment of what is owed."""
        line = self._line(request)
        line.arrears_fen = 0
        return JSONResponse(asdict(line))

    async def order(self, request: Request) -> JSONResponse:
        """Take an order."""
        key, body = wire.key(request), await wire.json_object(request)
        kind, subscription_id = wire.text(body, "kind"), wire.text(body, "subscription_id")
        if kind not in KINDS:
            raise Malformed("kind", "must be one of " + ", ".join(KINDS))
        new = key not in self.network.orders
        if new and {kind, subscription_id} & set(self.faults.refuse):
            return JSONResponse({"state": "refused", "reason": "refused_by_operator"}, 422)
        if new and self.faults.asynchronous:
            loop = asyncio.get_running_loop()
            loop.call_later(ACCEPTED_FOR, self.network.order, key, kind, subscription_id)
            return JSONResponse({"key": key, "kind": kind, "state": "accepted"}, 202)
        return _said(self.network.order(key, kind, subscription_id))

    async def order_state(self, request: Request) -> JSONResponse:
        """Say what became of an order."""
        known = self.network.orders.get(request.path_params["key"])
        return JSONResponse(known) if known else JSONResponse({"error": "unknown_order"}, 404)

    async def bill(self, request: Request) -> JSONResponse:
        """Give the final bill."""
        key, body = wire.key(request), await wire.json_object(request)
        return _said(self.network.bill(key, wire.text(body, "subscription_id")))

    def _line(self, request: Request) -> SimulatedLine:
        line = self.network.lines.get(request.path_params["id"])
        if line is None:
            raise HTTPException(404, "unknown_line")
        return line


def application(
    data: Path, inventory: Path | None = None, faults: Faults | None = None
) -> Starlette:
    """Return the operator as a web application."""
    faults = faults or Faults()
    counter = Counter(Network(Truth(data), inventory), faults)

    def route(path: str, handler: wire.Handler, method: str) -> Route:
        return Route(path, wire.guarded(faults, handler), methods=[method])

    routes = [
        route("/lines/{id}", counter.facts, "GET"),
        route("/lines/{id}", counter.change, "PATCH"),
        route("/lines/{id}/pay", counter.pay, "POST"),
        route("/orders", counter.order, "POST"),
        route("/orders/{key}", counter.order_state, "GET"),
        route("/bills", counter.bill, "POST"),
    ]
    return Starlette(routes=[*wire.common_routes(faults), *routes])


def _said(record: dict[str, Any]) -> JSONResponse:
    return JSONResponse(record, 200 if record["state"] == "done" else 422)


if __name__ == "__main__":
    given = arguments("operator")
    serve(application(given.data, given.inventory), given)
