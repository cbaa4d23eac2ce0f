"""What is only sent, opened by its address: a calm page with a way on, not an empty answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from xiaohu.ui.views import system

MACHINES = ("/callbacks/", "/healthz", "/readyz")


class MethodsMiddleware:
    """Puts the page of a dead end in the place of an empty answer to a wrong method."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; where only another method is answered, say where to go on."""
        answer = self.get_response(request)
        if not isinstance(answer, HttpResponseNotAllowed) or request.path.startswith(MACHINES):
            return answer
        page = system(request, "405", 405)
        page["Allow"] = answer["Allow"]
        return page
