"""D1: account, password and second factor."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xiaohu.access import staff
from xiaohu.access.accounts import TooManyTries
from xiaohu.access.models import StaffUser
from xiaohu.access.staff import StaffNotProved
from xiaohu.desk import habits
from xiaohu.desk.entering import SECOND_FACTOR, officer_of
from xiaohu.desk.forms import StaffSignIn
from xiaohu.queue import clock
from xiaohu.ui.paths import safe_path
from xiaohu.ui.refusals import Refused


def sign_in(request: HttpRequest) -> HttpResponse:
    """D1: account, password and second factor, all three or nothing."""
    back = safe_path(request.GET.get("next", ""), reverse("desk:work"))
    if officer_of(request) is not None:
        return HttpResponseRedirect(back)
    form = StaffSignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            officer = _checked(form)
        except TooManyTries as refused:
            officer = None
            form.add_error(None, Refused(refused))
        if officer is not None and not officer.roles:
            form.add_error(None, gettext("desk.err.no_role"))
        elif officer is not None:
            login(request, officer)
            request.session[SECOND_FACTOR] = True
            habits.remember(request, officer)
            return HttpResponseRedirect(back)
        if not form.errors:
            form.add_error(None, gettext("desk.err.sign_in"))
    return render(request, "desk/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(reverse("desk:sign_in"))


def _checked(form: StaffSignIn) -> StaffUser | None:
    """Return the officer if all three are right; nothing tells which one was wrong.

    Raises:
        TooManyTries: five in a quarter of an hour, whether there is such an account or not.
    """
    typed = form.cleaned_data
    try:
        return staff.prove(
            operator=settings.XIAOHU.operator,
            name=typed["username"],
            password=typed["password"],
            code=typed["code"],
            now=clock.now(),
        )
    except StaffNotProved:
        return None
