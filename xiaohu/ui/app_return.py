"""The way back to the operator's app: an address among the hosts its rules name, for one visit."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from xiaohu.core.profile import Profile
from xiaohu.core.refusals import Refusal
from xiaohu.registry import policies

COOKIE = "xh_app"
_SALT = "the way back to the app"
LONGEST = 500


def remember(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Keep the address of `?return=` until the browser is closed, where the rules allow its host."""
    wanted = request.GET.get("return", "")
    if not wanted:
        return answer
    try:
        allowed = _allowed(wanted, policies.current(settings.XIAOHU.operator))
    except Refusal:
        allowed = False
    if allowed:
        answer.set_cookie(
            COOKIE,
            signing.dumps(wanted, salt=_SALT),
            httponly=True,
            samesite="Lax",
            secure=settings.SECURE_COOKIES,
        )
    return answer


def of(request: HttpRequest, profile: Profile | None) -> str:
    """Return the address this visit leads back to, while the rules still allow it; else nothing."""
    kept = request.COOKIES.get(COOKIE, "")
    if not kept or profile is None:
        return ""
    try:
        wanted = str(signing.loads(kept, salt=_SALT))
    except (signing.BadSignature, ValueError):
        return ""
    return wanted if _allowed(wanted, profile) else ""


def _allowed(address: str, profile: Profile) -> bool:
    """Say whether an address is an https one of a host the rules name, without a password in it."""
    if len(address) > LONGEST or not address.isascii() or not address.isprintable():
        return False
    if "\\" in address or " " in address:
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = parts.scheme == "https" and parts.username is None and port in {None, 443}
    return plain and parts.hostname in profile.app.return_hosts
