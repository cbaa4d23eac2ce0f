"""The pages nobody wants to see, and staying when one was silent for long."""

from http import HTTPStatus
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST


@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Keep a session: whoever asks was here, which is all it takes. 403 where it is over."""
    here = bool(getattr(request, "subscriber", None)) or request.user.is_authenticated
    return HttpResponse(status=HTTPStatus.NO_CONTENT if here else HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is no such page."""
    return _system(request, "404", 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page belongs to somebody else."""
    return _system(request, "403", 403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The request cannot be understood."""
    return _system(request, "400", 400)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was open too long, or in two places."""
    return _system(request, "403csrf", 403)


def broken(request: HttpRequest) -> HttpResponse:
    """Something went wrong on our side; this page must not need anything that could be broken."""
    return render(request, "ui/broken.html", {"problem": uuid4().hex[:8].upper()}, status=500)


def _system(request: HttpRequest, kind: str, status: int) -> HttpResponse:
    context = {"kind": kind, "desk": request.path.startswith("/desk")}
    return render(request, "ui/system.html", context, status=status)
