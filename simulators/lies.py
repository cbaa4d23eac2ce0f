"""What a provider that is mistaken tells instead of the truth, or beside it."""

import json
import uuid
from collections.abc import Callable, Mapping

from simulators.wire import Body


def _contradicting(payload: Body) -> Body:
    kind = str(payload["type"]).partition(".")[0]
    return {**payload, "type": f"{kind}.refused", "reason": "account_closed"}


def _elsewhere(payload: Body) -> Body:
    return {**payload, "key": str(uuid.uuid4()), "reference": "PAY-UNKNOWN"}


INSTEAD: Mapping[str, Callable[[Body], Body]] = {
    "wrong_amount": lambda payload: {**payload, "amount_fen": payload.get("amount_fen", 0) + 1},
    "wrong_currency": lambda payload: {**payload, "currency": "USD"},
    "unknown_reference": _elsewhere,
}
GARBLED = {"not_utf8": b"\xff\xfe\x00", "not_json": b"{half a body"}


def bodies(payload: Body, lie: str) -> list[bytes]:
    """Return what is sent for one event: the truth, a lie instead of it, or two that disagree."""
    if lie in GARBLED:
        return [GARBLED[lie]]
    if lie == "contradictory":
        return [_written(payload), _written(_contradicting(payload))]
    return [_written(INSTEAD[lie](payload) if lie else payload)]


def _written(payload: Body) -> bytes:
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
