"""The keys already seen: the same key gives the same answer, and nothing happens twice."""

from collections.abc import Iterable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from simulators.faults import Faults
from simulators.truth import Record, now
from simulators.wire import Body, missing

ASYNCHRONOUS_S = 1.0
SHOWN_EARLY = ("key", "kind", "reference", "amount_fen", "currency")


def pending(record: Record) -> bool:
    """Say whether a record was accepted and its effect is still to come."""
    return "done_at" in record and record["done_at"] > now()


def came_back(record: Record) -> bool:
    """Say whether money that was paid has come back since."""
    return "returned_at" in record and record["returned_at"] <= now()


def due(faults: Faults) -> Record:
    """Return what a record needs to say about when it takes effect."""
    return later(ASYNCHRONOUS_S if faults.asynchronous else 0.0)


def later(seconds: float) -> Record:
    """Return what a record needs to say that takes effect after so long, if not at once."""
    return {"done_at": now(seconds)} if seconds else {}


class Book:
    """Records by key, and how they are shown."""

    def __init__(self, fields: Sequence[str]) -> None:
        """Show these fields of a record."""
        self._fields = fields
        self._records: dict[str, Record] = {}
        self._made: list[Record] = []

    def __len__(self) -> int:
        """Count what was done; references are numbered by it."""
        return len(self._made)

    def keep(self, record: Record) -> None:
        """Remember a record, new or replayed."""
        self._records[record["key"]] = record
        self._made.append(record)

    def shown(self, record: Record) -> Body:
        """Return the answer for a record as it stands now."""
        if pending(record):
            early = {name: record[name] for name in SHOWN_EARLY if name in self._fields}
            return {**early, "state": "accepted"}
        shown = {name: record[name] for name in self._fields}
        return {**shown, "state": "returned"} if came_back(record) else shown

    def page(self, after: int, most: int) -> list[Body]:
        """Return records as they stand now, in order, after the first so many."""
        return [self.shown(each) for each in self._made[after : after + most]]

    def some(self, keys: Iterable[str]) -> dict[str, Body]:
        """Return the records there are of some keys."""
        known = {key: self._records[key] for key in keys if key in self._records}
        return {key: self.shown(record) for key, record in known.items()}

    def answer(self, record: Record) -> Response:
        """Answer the call that made a record, or repeated it."""
        return JSONResponse(self.shown(record), 202 if pending(record) else 200)

    def earlier(self, key: str, fingerprint: str, faults: Faults) -> Response | None:
        """Answer from memory if the key was used before, unless keys are being forgotten.

        A refusal is not remembered: nothing happened, and the same key may ask again once
        its cause is gone.
        """
        record = None if faults.forget else self._records.get(key)
        if record is None:
            return None
        if record["fingerprint"] != fingerprint:
            return JSONResponse({"error": "key_used_with_another_body"}, 409)
        return self.answer(record)

    async def look_up(self, request: Request, faults: Faults) -> Response:
        """Answer GET for a key, unless keys are being forgotten."""
        record = None if faults.forget else self._records.get(request.path_params["key"])
        if record is None:
            return missing("unknown_key")
        return JSONResponse(self.shown(record))
