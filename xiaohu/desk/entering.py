"""Only staff with a second factor get past the door."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from xiaohu.access.models import StaffUser
from xiaohu.ui import typed

SECOND_FACTOR = "second_factor"
View = Callable[..., HttpResponse]


def officer_of(request: HttpRequest) -> StaffUser | None:
    """Return the officer who signed in with both factors."""
    user = request.user
    both = isinstance(user, StaffUser) and bool(request.session.get(SECOND_FACTOR))
    return user if isinstance(user, StaffUser) and both and user.is_active else None


def staff_only(view: View) -> View:
    """Let a page be seen by staff, and come back to it after signing in."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        officer = officer_of(request)
        if officer is None:
            back = urlencode({"next": request.get_full_path()})
            to_sign_in = HttpResponseRedirect(f"{reverse('desk:sign_in')}?{back}")
            return typed.keep(request, to_sign_in) if request.method == "POST" else to_sign_in
        return view(request, officer, *args, **kwargs)

    return checked
