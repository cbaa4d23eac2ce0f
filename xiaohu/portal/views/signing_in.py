"""S2: signing in by password, by a code to the line, or by a code to a case's contact."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xiaohu.access import accounts, sessions
from xiaohu.access.accounts import TooManyTries
from xiaohu.access.codes import Limited
from xiaohu.core.retention import FOLDER_KEPT_DAYS
from xiaohu.portal import pending, ways
from xiaohu.portal.codes import limited, status_of
from xiaohu.portal.entering import closed_with_line, enter
from xiaohu.portal.pending import Pending
from xiaohu.portal.ways import WAYS, Way
from xiaohu.queue import clock
from xiaohu.ui.paths import safe_path
from xiaohu.ui.plain import PlainForm
from xiaohu.ui.refusals import Refused

OTHER = "other"  # no way of its own: it leads to those that need no text


def sign_in(request: HttpRequest) -> HttpResponse:
    """S2: choose a way and use it."""
    name = request.GET.get("method", "password")
    back = safe_path(request.GET.get("next", ""), reverse("portal:scope"))
    if name == OTHER:
        return render(request, "portal/no_texts.html", {"method": OTHER, "back": back})
    name = name if name in WAYS else "password"
    closed = closed_with_line(request) if name == "reference" else None
    known = {"reference": closed.reference} if closed is not None else None
    form = WAYS[name].form(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        answer = _by_password(form, back) if name == "password" else _by_code(name, form, back)
        if answer is not None:
            return answer
    page = {
        "form": form,
        "method": name,
        "back": back,
        "out": "out" in request.GET,
        "closed": closed,
        "kept_days": FOLDER_KEPT_DAYS,
    }
    return render(request, "portal/sign_in.html", page, status=status_of(form))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and say so on the page that follows."""
    subscriber = getattr(request, "subscriber", None)
    if subscriber:
        sessions.end(subscriber.session_id)
    messages.success(request, gettext("frame.signed_out"))
    answer = HttpResponseRedirect(reverse("portal:home"))
    answer.delete_cookie(sessions.COOKIE)
    return answer


def _by_password(form: PlainForm, back: str) -> HttpResponse | None:
    now = clock.now()
    try:
        account = accounts.authenticate(
            operator=settings.XIAOHU.operator,
            username=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            now=now,
        )
    except TooManyTries as refused:
        form.add_error(None, Refused(refused))
        return None
    if account is None:
        form.add_error("password", gettext("signin.err.wrong"))
        return None
    method = accounts.method_of(account, now=now)
    token = sessions.begin(operator=account.operator, method=method, account_id=account.pk)
    return enter(token, back)


def _by_code(name: str, form: PlainForm, back: str) -> HttpResponse | None:
    way: Way = WAYS[name]
    if way.purpose is None:
        return None
    now = clock.now()
    to = ways.address(name, next(iter(form.cleaned_data.values())))
    issued = ways.send(way.purpose, to, voice=way.voice, now=now)
    if isinstance(issued, Limited):
        form.add_error(None, limited(issued.again_at, now=now))
        return None
    answer = HttpResponseRedirect(reverse("portal:code"))
    waiting = Pending(issued.code_id, f"{name}:{to.shown}", issued.again_at, back)
    return pending.remember(answer, waiting)
