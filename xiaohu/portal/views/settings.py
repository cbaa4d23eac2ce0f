"""个人中心 and 设置 → 账号安全: a password of one's own, and the way to closing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access import accounts
from xiaohu.access.accounts import PasswordRefused, PasswordWrong, TooManyTries
from xiaohu.access.sessions import Subscriber
from xiaohu.closures import queries
from xiaohu.portal.entering import signed_in
from xiaohu.portal.forms import NewPassword
from xiaohu.portal.shown import masked
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.ui.refusals import Refused, sentence


@signed_in
def me(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Show lines, requests and settings in one place."""
    page = {
        "lines": lines.shown(queries.lines_of(subscriber)),
        "cases": queries.cases_of(subscriber),
    }
    return render(request, "portal/settings.html", page)


@signed_in
def security(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """账号安全: the password, and 注销账号."""
    form = NewPassword(request.POST or None)
    if subscriber.account_id is not None and request.method == "POST" and form.is_valid():
        try:
            accounts.change_password(
                account_id=subscriber.account_id,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["password"],
                now=clock.now(),
            )
        except TooManyTries as refused:
            form.add_error(None, Refused(refused))
        except PasswordWrong as refused:
            form.add_error("old", sentence(refused).what)
        except PasswordRefused as refused:
            form.add_error("password", sentence(refused).what)
        else:
            messages.success(request, gettext("password.changed"))
            return HttpResponseRedirect(reverse("portal:security"))
    page = {
        "form": form,
        "has_account": subscriber.account_id is not None,
        "bound": _bound(subscriber),
    }
    return render(request, "portal/security.html", page, status=422 if form.errors else 200)


def _bound(subscriber: Subscriber) -> str:
    """Return the phone or address the operator registered, masked, to the holder alone."""
    if subscriber.holder_id is None:
        return ""
    return masked(lines.contact_of_holder(subscriber.operator, subscriber.holder_id))
