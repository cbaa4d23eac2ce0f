"""Reading requests strictly and answering in one shape: a bad request is told what is bad."""

import hashlib
import hmac
import json
from typing import Any, NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

Body = dict[str, Any]

KEY_LENGTH = 255


class Unfit(Exception):
    """A request that cannot be understood: which field, and why."""

    def __init__(self, field: str, reason: str) -> None:
        """Keep both for the answer."""
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


async def body_of(request: Request) -> Body:
    """Return the JSON object of a request."""
    raw = await request.body()
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Unfit("body", "not_utf8") from None
    try:
        value = json.loads(text, parse_constant=_no_constant)
        # Half a surrogate pair passes as JSON and cannot be written back as UTF-8.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise Unfit("body", "not_json") from None
    if not isinstance(value, dict):
        raise Unfit("body", "not_an_object")
    return value


def key_of(request: Request) -> str:
    """Return the Idempotency-Key, without which nothing is done."""
    key = request.headers.get("idempotency-key", "").strip()
    if not key:
        raise Unfit("Idempotency-Key", "missing")
    if len(key) > KEY_LENGTH:
        raise Unfit("Idempotency-Key", "too_long")
    return key


def text_in(body: Body, field: str, where: str = "") -> str:
    """Return a text that must be there and say something."""
    if field not in body:
        raise Unfit(where + field, "missing")
    value = body[field]
    if not isinstance(value, str):
        raise Unfit(where + field, "not_text")
    if not value.strip():
        raise Unfit(where + field, "empty")
    return value


def fingerprint(body: Body, secret: str = "") -> str:
    """Tell two bodies apart without keeping them.

    Keyed, since an account number could be guessed from a plain digest of a payout.
    """
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
    return hmac.new(secret.encode(), canonical, hashlib.sha256).hexdigest()


def unfit(error: Unfit) -> Response:
    """Answer a request that could not be understood."""
    answer = {"error": "unfit", "field": error.field, "reason": error.reason}
    return JSONResponse(answer, 422)


def refused(reason: str) -> Response:
    """Answer a request that was understood and is turned down; nothing was done."""
    return JSONResponse({"state": "refused", "reason": reason}, 422)


def missing(error: str) -> Response:
    """Answer for something we do not know."""
    return JSONResponse({"error": error}, 404)


async def on_unfit(_request: Request, error: Exception) -> Response:
    """Turn an Unfit into its answer, wherever it was raised."""
    assert isinstance(error, Unfit)  # noqa: S101 - registered for this class only
    return unfit(error)


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Say "no such page" and "no such method" in JSON too."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    name = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
    return JSONResponse({"error": name}, error.status_code, headers=error.headers)
