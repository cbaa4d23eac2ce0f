"""A form sent with a token that no longer counts: refused, but shown again with what was typed."""

from enum import Enum, auto

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from xiaohu.ui import typed


class Token(Enum):
    """What the token of a form says."""

    COUNTS = auto()
    LATE = auto()  # our own page sent it, with a token that is missing or old
    FOREIGN = auto()  # another site may have sent it: what it says is not shown


class _Check(CsrfViewMiddleware):
    """The same check as everywhere, that tells instead of answering."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG002 - Django's own signature
        return HttpResponse(reason, status=403)


def token_of(request: HttpRequest) -> Token:
    """Judge the token of a form; a view that asks is exempt by itself."""
    check = _Check(lambda _request: HttpResponse())
    check.process_request(request)
    refused = check.process_view(request, lambda _request: HttpResponse(), (), {})
    if refused is None:
        return Token.COUNTS
    return Token.LATE if typed.is_from_here(request, refused.content.decode()) else Token.FOREIGN
