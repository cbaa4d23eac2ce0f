"""S2: a forgotten password: a code to a line or to the registered contact, then another password."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access import sessions
from xiaohu.access.accounts import PasswordRefused
from xiaohu.access.codes import Limited, Purpose
from xiaohu.access.sessions import Method
from xiaohu.portal import pending, resetting, ways
from xiaohu.portal.codes import limited, status_of
from xiaohu.portal.entering import enter
from xiaohu.portal.forms import FreshPassword, Recovery
from xiaohu.portal.pending import Pending
from xiaohu.queue import clock
from xiaohu.ui.paths import safe_path
from xiaohu.ui.refusals import sentence


def recover(request: HttpRequest) -> HttpResponse:
    """Ask whose password it is and where a code may go."""
    back = safe_path(request.GET.get("next", ""), reverse("portal:scope"))
    form = Recovery(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = _sent(form, back)
        if answer is not None:
            return answer
    page = {"form": form, "back": back}
    return render(request, "portal/recover.html", page, status=status_of(form))


def new_password(request: HttpRequest) -> HttpResponse:
    """Set it, for a browser whose code was right; every earlier session ends."""
    leave = resetting.leave(request)
    if leave is None:
        page = {"minutes": int(resetting.FOR.total_seconds()) // 60}
        return render(request, "portal/recovery_over.html", page, status=403)
    form = FreshPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            resetting.set_password(leave, form.cleaned_data["password"], now=clock.now())
        except PasswordRefused as refused:
            form.add_error("password", sentence(refused).what)
        else:
            return _in(request, leave)
    return render(request, "portal/new_password.html", {"form": form}, status=status_of(form))


def _sent(form: Recovery, back: str) -> HttpResponse | None:
    given, now = form.cleaned_data, clock.now()
    to = ways.address_to_recover(given["to"], username=given["username"], number=given["number"])
    issued = ways.send(Purpose.RECOVER, to, voice=False, now=now)
    if isinstance(issued, Limited):
        form.add_error(None, limited(issued.again_at, now=now))
        return None
    answer = HttpResponseRedirect(reverse("portal:code"))
    waiting = Pending(issued.code_id, f"{given['to']}:{to.shown}", issued.again_at, back)
    return pending.remember(answer, waiting)


def _in(request: HttpRequest, leave: resetting.Leave) -> HttpResponse:
    account = leave.account
    # It proves what the code proved; the new password is as good as the code for a week.
    token = sessions.begin(operator=account.operator, method=Method.CODE, account_id=account.pk)
    messages.success(request, gettext("recover.done"))
    answer = enter(token, leave.back)
    answer.delete_cookie(resetting.COOKIE)
    return answer
