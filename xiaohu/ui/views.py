"""The pages nobody wants to see, and the choice of language."""

from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST


def safe_path(given: str, otherwise: str = "/") -> str:
    """Return a path of our own, whatever was asked for."""
    own = (
        given.isprintable()
        and given.startswith("/")
        and url_has_allowed_host_and_scheme(given, allowed_hosts=None)
    )
    return given if own else otherwise


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the reader's language and stay on the same page."""
    answer = HttpResponseRedirect(safe_path(request.POST.get("next", "")))
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=settings.SECURE_COOKIES,
        )
    return answer


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
