"""Puts the subscriber, if one is signed in, on the request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from xiaohu.access import sessions


class SubscriberSessionMiddleware:
    """Set `request.subscriber`; the session is read when somebody first asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, with nothing of a signed-in person left in a cache."""
        token = request.COOKIES.get(sessions.COOKIE, "")
        known = SimpleLazyObject(lambda: sessions.find(token) if token else None)
        request.subscriber = known  # type: ignore[attr-defined] # our own attribute
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response
