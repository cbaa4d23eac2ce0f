"""A code on its way, remembered in a signed cookie that names the code and nobody."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from xiaohu.access.codes import VALID

COOKIE = "xh_code"
_SALT = "a code on its way"


@dataclass(frozen=True, slots=True)
class Pending:
    """Which code, what was typed to get it, and when another may be asked for."""

    code_id: UUID
    typed: str
    again_at: datetime
    back: str


def remember(response: HttpResponse, pending: Pending) -> HttpResponse:
    """Bind a code to this browser."""
    value = signing.dumps(
        [str(pending.code_id), pending.typed, pending.again_at.isoformat(), pending.back],
        salt=_SALT,
    )
    response.set_cookie(
        COOKIE,
        value,
        max_age=int(VALID.total_seconds()) * 6,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return response


def recall(request: HttpRequest) -> Pending | None:
    """Return the code this browser waits for."""
    try:
        code_id, typed, again_at, back = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT)
        return Pending(UUID(code_id), typed, datetime.fromisoformat(again_at), back)
    except (signing.BadSignature, ValueError):
        return None
