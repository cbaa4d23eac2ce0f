"""The pages nobody wants to see, and staying when one was silent for long."""

import logging
from http import HTTPStatus
from uuid import uuid4

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from xiaohu.ui import reachable, typed

logger = logging.getLogger(__name__)
OF_STAFF = frozenset({"403", "403csrf", "404", "405"})  # what to do next, in their words
TRIED_AGAIN = frozenset({"403csrf", "403kept", "403cookie", "413", "400file"})


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Keep a session: whoever asks was here, which is all it takes. 403 where it is over."""
    here = bool(getattr(request, "subscriber", None)) or request.user.is_authenticated
    return HttpResponse(status=HTTPStatus.NO_CONTENT if here else HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page."""
    return system(request, "404", 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page belongs to somebody else."""
    return system(request, "403", 403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request cannot be understood, or is larger than is read."""
    if isinstance(exception, RequestDataTooBig):
        return system(request, "413", 413)
    if isinstance(exception, MultiPartParserError):  # of what browsers send, a name without end
        return system(request, "400file", 400)
    return system(request, "400", 400)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or in two places; or the browser takes no cookies at all.

    What was typed is offered again, unless another site may have sent it.
    """
    # Whoever still brings some other cookie of ours takes them; only this one is gone.
    if reason == REASON_NO_CSRF_COOKIE and not request.COOKIES:
        return system(request, "403cookie", 403)
    keeping = HttpResponse()
    if typed.is_from_here(request, reason):
        typed.keep_unsent(request, keeping, path=request.path)
    answer = system(request, "403kept" if keeping.cookies else "403csrf", 403)
    answer.cookies.update(keeping.cookies)
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    """Something went wrong on our side; this page must not need anything that could be broken."""
    page = {"problem": problem(500), "language": get_language(), "reach": reachable.known()}
    return HttpResponse(render_to_string("ui/broken.html", page), status=500)


def problem(status: int) -> str:
    """Return a number under which people can ask, and which stands in the log with the status."""
    number = uuid4().hex[:8].upper()
    level = logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
    logger.log(level, "problem %s: %s", number, status)
    return number


def system(request: HttpRequest, kind: str, status: int) -> HttpResponse:
    """Return the page of a dead end, with a number and a way on."""
    desk = request.path.startswith("/desk")
    of_case = kind == "404" and request.path.startswith("/desk/case/")
    context = {
        "said": "404case" if of_case else kind,
        "then": _then("404case" if of_case else kind, desk=desk),
        "desk": desk,
        "of_case": of_case,
        "problem": problem(status),
        # Whoever was at a form gets back to it; a page that is not there is not tried again.
        "again": request.get_full_path() if kind in TRIED_AGAIN else "",
    }
    return render(request, "ui/system.html", context, status=status)


def _then(kind: str, *, desk: bool) -> str:
    """Return the key of what to do next; some of it is another thing for staff."""
    return f"staff{kind}.next" if desk and kind in OF_STAFF else f"{kind}.next"
