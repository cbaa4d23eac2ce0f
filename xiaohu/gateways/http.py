"""One way to call the outside: JSON over HTTP, time-outs everywhere, no exception but ours.

httpcore itself, without httpx above it: these calls need a pool of connections and nothing else,
and a worker spends half as much on each.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from json import dumps, loads
from typing import Any
from uuid import UUID

import httpcore

from xiaohu.gateways.protocols import Answer, AnswerState

# Together below the twenty seconds a job may take; an answer that drips ends at the total.
TIMEOUTS = {"connect": 3.0, "read": 8.0, "write": 3.0, "pool": 3.0}
TOTAL_S = 12.0
MAX_BODY = 64 * 1024
FILE_S, MAX_FILE = 60.0, 16 * 1024 * 1024
FAULT = 500
MOST_FEN = 10**15
_SAID = {
    "done": AnswerState.DONE,
    "paid": AnswerState.DONE,
    "accepted": AnswerState.ACCEPTED,
    "refused": AnswerState.REFUSED,
    "returned": AnswerState.RETURNED,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a JSON object; status 0 where nothing readable came back."""

    status: int
    body: Mapping[str, Any]


NOTHING = Reply(0, {})
_NO_ANSWER = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
    TypeError,  # an address that is none
    ValueError,
)


def call(
    base_url: str,
    method: str,
    path: str,
    *,
    key: UUID | None = None,
    json: Mapping[str, Any] | None = None,
) -> Reply:
    """Make one call and return what can be read of the answer; never raises."""
    headers = {"Accept": "application/json"}
    if key is not None:
        headers["Idempotency-Key"] = str(key)
    content = None
    if json is not None:
        headers["Content-Type"] = "application/json"
        content = dumps(json).encode()
    status, said = _exchange(base_url, method, path, headers=headers, content=content)
    try:
        body = loads(said)
    except ValueError:
        return NOTHING
    return Reply(status, body) if isinstance(body, dict) else NOTHING


def fetch(base_url: str, path: str) -> tuple[int, bytes]:
    """Return status and content of a file; status 0 where nothing came, or too much; never raises."""
    headers = {"Accept": "*/*"}
    return _exchange(
        base_url, "GET", path, headers=headers, content=None, most=MAX_FILE, seconds=FILE_S
    )


def answers(base_url: str, place: str) -> bool:
    """Say whether somebody answers there: asked for what is not there, they say so."""
    path = f"{place}/{UUID(int=0)}"
    status, _ = _exchange(base_url, "GET", path, headers={"Accept": "*/*"}, content=None)
    return 0 < status < FAULT


def answer(reply: Reply) -> Answer:
    """Read an answer about an effect; whatever is not plainly said is unknown."""
    if reply.status == 404:
        return Answer(state=AnswerState.NOT_FOUND)
    said = _SAID.get(str(reply.body.get("state")), AnswerState.UNKNOWN)
    expected = {
        AnswerState.DONE: {200, 201},
        AnswerState.ACCEPTED: {200, 202},
        AnswerState.REFUSED: {200, 409, 422},
        AnswerState.RETURNED: {200},
    }
    if reply.status not in expected.get(said, set()):
        return Answer(state=AnswerState.UNKNOWN)
    return Answer(
        state=said,
        reference=_code(reply, "reference"),
        reason=_code(reply, "reason"),
        amount_fen=amount_in(reply.body),
        currency=_code(reply, "currency"),
    )


def amount_in(body: Mapping[str, Any]) -> int | None:
    """Return the amount a body names; None where it names none that can be one."""
    value = body.get("amount_fen")
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= MOST_FEN else None


def _exchange(
    base_url: str,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str],
    content: bytes | None,
    most: int = MAX_BODY,
    seconds: float | None = None,
) -> tuple[int, bytes]:
    """Return status and body; nothing of an answer that is missing, too long or too slow."""
    ends = time.monotonic() + (TOTAL_S if seconds is None else seconds)
    body = bytearray()
    try:
        with _pool(os.getpid()).stream(
            method,
            base_url + path,
            headers=list(headers.items()),
            content=content,
            extensions={"timeout": TIMEOUTS},
        ) as response:
            for part in response.iter_stream():
                body += part
                if len(body) > most or time.monotonic() > ends:
                    return 0, b""
            return response.status, bytes(body)
    except _NO_ANSWER:
        return 0, b""


@cache
def _pool(_process: int) -> httpcore.ConnectionPool:
    """Return the connections of one process: a forked one must not share its parent's."""
    return httpcore.ConnectionPool(max_connections=20, keepalive_expiry=5.0)


def _code(reply: Reply, field: str) -> str:
    value = reply.body.get(field, "")
    return value[:64] if isinstance(value, str) else ""
