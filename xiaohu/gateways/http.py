"""One way to call the outside: JSON over HTTP, time-outs everywhere, no exception but ours."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import httpx

from xiaohu.gateways.protocols import Answer, AnswerState

# Together below the twenty seconds a job may take.
TIMEOUT = httpx.Timeout(connect=3.0, read=8.0, write=3.0, pool=3.0)
MAX_BODY = 64 * 1024
_SAID = {
    "done": AnswerState.DONE,
    "paid": AnswerState.DONE,
    "accepted": AnswerState.ACCEPTED,
    "refused": AnswerState.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """A status and a JSON object; status 0 where nothing readable came back."""

    status: int
    body: Mapping[str, Any]


NOTHING = Reply(0, {})


def _client(base_url: str) -> httpx.Client:
    return _client_of(base_url, os.getpid())


@cache
def _client_of(base_url: str, _process: int) -> httpx.Client:
    """Return the client of one process: a forked one must not share its parent's connections."""
    return httpx.Client(base_url=base_url, timeout=TIMEOUT, follow_redirects=False)


def call(
    base_url: str,
    method: str,
    path: str,
    *,
    key: UUID | None = None,
    json: Mapping[str, Any] | None = None,
) -> Reply:
    """Make one call and return what can be read of the answer; never raises."""
    headers = {"Idempotency-Key": str(key)} if key is not None else {}
    try:
        response = _client(base_url).request(method, path, headers=headers, json=json)
        body = response.json() if len(response.content) <= MAX_BODY else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        return NOTHING
    return Reply(response.status_code, body) if isinstance(body, dict) else NOTHING


def answer(reply: Reply) -> Answer:
    """Read an answer about an effect; whatever is not plainly said is unknown."""
    if reply.status == httpx.codes.NOT_FOUND:
        return Answer(state=AnswerState.NOT_FOUND)
    said = _SAID.get(str(reply.body.get("state")), AnswerState.UNKNOWN)
    expected = {
        AnswerState.DONE: {200, 201},
        AnswerState.ACCEPTED: {200, 202},
        AnswerState.REFUSED: {200, 409, 422},
    }
    if reply.status not in expected.get(said, set()):
        return Answer(state=AnswerState.UNKNOWN)
    return Answer(state=said, reference=_code(reply, "reference"), reason=_code(reply, "reason"))


def _code(reply: Reply, field: str) -> str:
    value = reply.body.get(field, "")
    return value[:64] if isinstance(value, str) else ""
