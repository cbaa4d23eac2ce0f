"""S2 and S3: signing in by password, by a code to the line, or by a code to a case's contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from xiaohu.access import accounts, codes, sessions
from xiaohu.access.accounts import TooManyTries
from xiaohu.access.codes import Limited, Outcome, Purpose
from xiaohu.access.sessions import Method
from xiaohu.closures import drafting, queries
from xiaohu.core.numbers import mask_number
from xiaohu.core.references import normalise_reference
from xiaohu.notices import outbox
from xiaohu.portal import pending
from xiaohu.portal.codes import explain, limited
from xiaohu.portal.entering import closed_with_line
from xiaohu.portal.forms import CodeForm, NumberSignIn, PasswordSignIn, PlainForm, ReferenceSignIn
from xiaohu.portal.pending import Pending
from xiaohu.queue import clock
from xiaohu.registry import lines
from xiaohu.ui.paths import safe_path
from xiaohu.ui.refusals import Refused

NOBODY = "nobody@invalid"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to sign in: its form, and the purpose of its code."""

    form: type[PlainForm]
    purpose: Purpose | None


WAYS: Mapping[str, Way] = {
    "password": Way(PasswordSignIn, None),
    "code": Way(NumberSignIn, Purpose.SIGN_IN),
    "reference": Way(ReferenceSignIn, Purpose.FIND_CASE),
}


def sign_in(request: HttpRequest) -> HttpResponse:
    """S2: choose a way and use it."""
    name = request.GET.get("method", "password")
    name = name if name in WAYS else "password"
    back = safe_path(request.GET.get("next", ""), reverse("portal:scope"))
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
    }
    return render(request, "portal/sign_in.html", page, status=422 if form.errors else 200)


def code(request: HttpRequest) -> HttpResponse:
    """S3: the code box."""
    waiting = pending.recall(request)
    way, _, typed = waiting.typed.partition(":") if waiting is not None else ("", "", "")
    if waiting is None or way not in WAYS:
        return HttpResponseRedirect(reverse("portal:sign_in"))
    form = CodeForm(request.POST or None)
    shown = typed if way == "reference" else codes.shown_to(waiting.code_id) or typed
    if request.method == "POST" and form.is_valid():
        purpose = WAYS[way].purpose or Purpose.SIGN_IN
        tried = codes.check(
            code_id=waiting.code_id,
            purpose=purpose,
            code=form.cleaned_data["code"],
            now=clock.now(),
        )
        if tried.outcome is Outcome.OK:
            return _enter(_proven(way, shown), waiting.back)
        explain(form, tried)
    now = clock.now()
    page = {
        "form": form,
        "shown": typed if way == "reference" else shown and mask_number(shown),
        "way": way,
        "again_in": max(0, int((waiting.again_at - now).total_seconds())),
        "again": f"{reverse('portal:sign_in')}?{urlencode({'method': way, 'next': waiting.back})}",
    }
    return render(request, "portal/code.html", page, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    subscriber = getattr(request, "subscriber", None)
    if subscriber:
        sessions.end(subscriber.session_id)
    answer = HttpResponseRedirect(reverse("portal:home"))
    answer.delete_cookie(sessions.COOKIE)
    return answer


def _by_password(form: PlainForm, back: str) -> HttpResponse | None:
    try:
        account = accounts.authenticate(
            operator=settings.XIAOHU.operator,
            username=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            now=clock.now(),
        )
    except TooManyTries as refused:
        form.add_error(None, Refused(refused))
        return None
    if account is None:
        form.add_error("password", gettext("signin.err.wrong"))
        return None
    token = sessions.begin(operator=account.operator, method=Method.PASSWORD, account_id=account.pk)
    return _enter(token, back)


def _by_code(way: str, form: PlainForm, back: str) -> HttpResponse | None:
    """Send a code; a number or reference nobody has is answered in the very same way."""
    typed = next(iter(form.cleaned_data.values()))
    to, known = _address(way, typed)
    purpose = WAYS[way].purpose or Purpose.SIGN_IN
    now = clock.now()
    operator = settings.XIAOHU.operator
    with transaction.atomic(durable=True):
        issued = codes.issue(operator=operator, purpose=purpose, to=to, known=known, now=now)
        if not isinstance(issued, Limited):
            outbox.queue_code(
                operator=operator,
                code_id=issued.code_id,
                language=get_language() or "zh-hans",
                now=now,
            )
    if isinstance(issued, Limited):
        form.add_error(None, limited(issued.again_at, now=now))
        return None
    # A reference is no secret; a number stays in the vault and only its code is named here.
    shown = normalise_reference(typed)[:20] if way == "reference" else ""
    answer = HttpResponseRedirect(reverse("portal:code"))
    return pending.remember(
        answer, Pending(issued.code_id, f"{way}:{shown}", issued.again_at, back)
    )


def _address(way: str, typed: str) -> tuple[str, bool]:
    operator = settings.XIAOHU.operator
    if way == "code":
        return typed, lines.find(operator, typed) is not None
    case = queries.by_reference(operator, typed)
    contact = drafting.contact(case) if case is not None and case.contact_confirmed else ""
    return (contact, True) if contact else (f"{normalise_reference(typed)}:{NOBODY}", False)


def _proven(way: str, shown: str) -> str:
    operator = settings.XIAOHU.operator
    if way == "reference":
        case = queries.by_reference(operator, shown)
        if case is None:
            raise queries.CaseNotFound
        return sessions.begin(operator=operator, method=Method.CASE_CODE, case_id=case.pk)
    line = lines.find(operator, shown)
    if line is None:
        raise queries.LineNotYours
    return sessions.begin(operator=operator, method=Method.CODE, line_id=line.pk)


def _enter(token: str, back: str) -> HttpResponse:
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
