"""A form sent with a token that no longer counts: refused, but shown again with what was typed."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware


class _Check(CsrfViewMiddleware):
    """The same check as everywhere, that tells instead of answering."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:  # noqa: ARG002 - Django's own signature
        return HttpResponse(reason, status=403)


def is_late(request: HttpRequest) -> bool:
    """Say whether the token of a form is missing or old; a view that asks is exempt by itself."""
    check = _Check(lambda _request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, lambda _request: HttpResponse(), (), {}) is not None
