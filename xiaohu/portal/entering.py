"""Who may see a page: somebody signed in, and only what is theirs."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from xiaohu.access import sessions
from xiaohu.access.sessions import Subscriber
from xiaohu.closures import drafting, queries
from xiaohu.closures.models import Case
from xiaohu.core.retention import FOLDER_KEPT_DAYS
from xiaohu.core.states import CaseState
from xiaohu.portal import pending
from xiaohu.ui import typed

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Let a page be seen after signing in, and come back to it then."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        subscriber: Subscriber | None = getattr(request, "subscriber", None)
        if not subscriber:
            return _to_sign_in(request)
        return view(request, subscriber, *args, **kwargs)

    return checked


def own_case(view: View) -> View:
    """Let a page of a case be seen by the person whose case it is; to others it does not exist."""

    @wraps(view)
    @signed_in
    def checked(
        request: HttpRequest,
        subscriber: Subscriber,
        case_id: UUID,
        *args: Any,
        **kwargs: Any,
    ) -> HttpResponseBase:
        try:
            case = queries.of_subscriber(case_id, subscriber)
        except queries.CaseNotFound:
            if not queries.was_purged(case_id, subscriber):
                raise
            return render(request, "portal/gone.html", {"days": FOLDER_KEPT_DAYS}, status=410)
        return view(request, case, *args, **kwargs)

    return checked


def own_draft(view: View) -> View:
    """Let answers be given until the request is sent; afterwards its page says where it stands."""

    @wraps(view)
    @own_case
    def checked(request: HttpRequest, case: Case, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if CaseState(case.state) in drafting.EDITABLE:
            return view(request, case, *args, **kwargs)
        if request.method == "POST":
            raise drafting.NotEditable(reference=case.reference)
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))

    return checked


def closed_with_line(request: HttpRequest) -> Case | None:
    """Return the case whose carrying out ended this browser's sign-in, if that is how it ended."""
    token = request.COOKIES.get(sessions.COOKIE, "")
    case_id = sessions.ended_by(token) if token else None
    return Case.objects.filter(pk=case_id, purged_at=None).first() if case_id else None


def enter(token: str, back: str) -> HttpResponse:
    """Let somebody in who proved something, and lead back to where they wanted to go."""
    answer = HttpResponseRedirect(back)
    answer.set_cookie(
        sessions.COOKIE,
        token,
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    answer.delete_cookie(pending.COOKIE)
    return answer


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    # The way back leads to the same page, which shows again what was typed on it.
    back = {"next": request.get_full_path()}
    ended_by = closed_with_line(request)
    if ended_by is not None:
        # That sign-in is gone for good; a code to the contact leads back to the same case.
        home = reverse("portal:case", args=[ended_by.pk])
        inside = request.path.startswith(home)
        back = {"method": "reference", "next": request.get_full_path() if inside else home}
    elif request.COOKIES.get(sessions.COOKIE):
        back["out"] = "1"
    to = f"{reverse('portal:sign_in')}?{urlencode(back)}"
    # A page that refreshes a part of itself leaves as a whole.
    partial = getattr(request, "htmx", False)
    if partial:
        return HttpResponseClientRedirect(to)
    answer = HttpResponseRedirect(to)
    return typed.keep(request, answer) if request.method == "POST" else answer
