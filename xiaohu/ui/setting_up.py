"""Before an operator has published rules there is nothing to show: a calm page says so."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from xiaohu.registry import policies
from xiaohu.ui.refusals import page

# What people who set it up need, what machines ask, and what pages are made of.
OPEN = (
    "/desk",
    "/healthz",
    "/readyz",
    "/static/",
    "/callbacks/",
    "/language",
    "/size",
    "/settings/display",
)


class SettingUpMiddleware:
    """Answers "not set up yet" until there are rules; afterwards it asks nothing any more."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.set_up = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on once there are rules."""
        if not self.set_up and not request.path.startswith(OPEN):
            try:
                policies.in_force(settings.XIAOHU.operator)
            except policies.NoPolicy as refused:
                return page(request, refused)
            self.set_up = True  # Rules are never taken back.
        return self.get_response(request)
