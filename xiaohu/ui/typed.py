"""What was typed on a page and not taken yet, kept until its author is back on that page.

A session may have ended, a page have been open too long, or another language or size been chosen.

It waits in the author's own browser, sealed with a key of this installation, for that path alone
and for twenty minutes; here nothing is stored. Secrets are never kept, and neither are files.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

from xiaohu.ui import carrying
from xiaohu.ui.plain import Unsent

if TYPE_CHECKING:
    from django.http.request import _ImmutableQueryDict

COOKIE = "xh_typed"
PURPOSE = "typed"
UNSENT = " unsent"  # no field has such a name
KEPT = timedelta(minutes=20)
LONGEST_COOKIE = 3800  # browsers drop a cookie of 4096 bytes and more, name and path included
SECRETS = frozenset({"csrfmiddlewaretoken", "password", "old", "code", "service_password", "tail"})
ELSEWHERE = ("Origin checking failed", "Referer checking failed")  # how Django's reasons begin
FILES = frozenset({"file"})  # a name of a file without the file helps nobody


def keep(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Let an answer that leads to the sign-in keep what was typed."""
    _keep(answer, _told(request), request.path)
    return answer


def keep_unsent(request: HttpRequest, answer: HttpResponse, *, path: str) -> bool:
    """Let an answer that leads back to a page keep what was typed there and not sent.

    It is shown again, and nothing is said about it. False where it is too long to be kept.
    """
    typed = _told(request)
    return not typed or _keep(answer, {**typed, UNSENT: ["1"]}, path)


def is_from_here(request: HttpRequest, refused: str) -> bool:
    """Say whether one of our own pages sent a form that was `refused` for its token alone.

    Where a browser says from where it sends, that is looked at before the token. A form that
    another site sends must not come up filled in on ours.
    """
    said_where = "Origin" in request.headers or request.is_secure()
    return said_where and not refused.startswith(ELSEWHERE)


def _told(request: HttpRequest) -> dict[str, list[str]]:
    return {
        name: values
        for name, values in request.POST.lists()
        if name not in SECRETS and name not in FILES
    }


def _keep(answer: HttpResponse, typed: dict[str, list[str]], path: str) -> bool:
    box = carrying.sealed(typed, purpose=PURPOSE, place=path)
    fits = len(box) <= LONGEST_COOKIE
    if typed and fits:
        answer.set_cookie(
            COOKIE,
            box,
            max_age=KEPT,
            path=path,
            httponly=True,
            samesite="Lax",
            secure=settings.SECURE_COOKIES,
        )
    return fits


class TypedMiddleware:
    """Draws a page with what was typed on it before, as if it had just been sent and refused."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Give the page its words back; forget them once they are sent."""
        waiting = request.COOKIES.get(COOKIE, "")
        kept = _opened(waiting, request.path) if waiting else None
        if kept and request.method == "GET":
            request.POST = kept
        answer = self.get_response(request)
        if kept and request.method == "POST" and COOKIE not in answer.cookies:
            answer.delete_cookie(COOKIE, path=request.path)
        return answer


def _opened(waiting: str, path: str) -> "_ImmutableQueryDict | None":
    typed = carrying.opened(waiting, purpose=PURPOSE, place=path)
    if typed is None:
        return None
    unsent = typed.pop(UNSENT, None) is not None
    return (Unsent if unsent else QueryDict)(urlencode(typed, doseq=True))
