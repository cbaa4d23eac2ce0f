"""S3: the box for a code that signs in or lets somebody set another password."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.access import codes
from xiaohu.access.codes import Issued, Limited, Outcome, Purpose
from xiaohu.core.numbers import mask_number
from xiaohu.portal import pending, resetting, ways
from xiaohu.portal.codes import explain, limited, status_of
from xiaohu.portal.entering import enter
from xiaohu.portal.forms import CodeForm, PlainForm
from xiaohu.portal.pending import Pending
from xiaohu.portal.ways import RECOVERY, TO_A_NUMBER, WAYS
from xiaohu.queue import clock


def code(request: HttpRequest) -> HttpResponse:
    """S3: try a code, ask for another, or take another way."""
    waiting = pending.recall(request)
    way, _, shown = waiting.typed.partition(":") if waiting is not None else ("", "", "")
    if waiting is None or (way not in WAYS and way not in RECOVERY):
        return HttpResponseRedirect(reverse("portal:sign_in"))
    form: PlainForm = CodeForm(request.POST or None)
    answer = None
    if request.method == "POST" and "again" in request.POST:
        form = PlainForm({})
        answer = _again(request, waiting, way, form)
    elif request.method == "POST" and form.is_valid():
        answer = _try(waiting, way, shown, form)
    return answer or _page(request, waiting, way, shown, form)


def _try(waiting: Pending, way: str, shown: str, form: PlainForm) -> HttpResponse | None:
    purpose = Purpose.RECOVER if way in RECOVERY else WAYS[way].purpose or Purpose.SIGN_IN
    number = codes.shown_to(waiting.code_id)  # forgotten with the right try
    tried = codes.check(
        code_id=waiting.code_id,
        purpose=purpose,
        code=form.cleaned_data["code"],
        now=clock.now(),
    )
    if tried.outcome is not Outcome.OK:
        explain(form, tried)
        return None
    if way in RECOVERY:
        return resetting.allow(shown, waiting.back)
    return enter(ways.proven(way, shown if way == "reference" else number), waiting.back)


def _again(
    request: HttpRequest, waiting: Pending, way: str, form: PlainForm
) -> HttpResponse | None:
    now = clock.now()
    voice = request.POST["again"] == "voice" and way in TO_A_NUMBER
    issued = ways.send_again(waiting.code_id, voice=voice, now=now)
    if isinstance(issued, Issued):
        answer = HttpResponseRedirect(request.path)
        if way in {"code", "voice"}:
            way = "voice" if voice else "code"
        typed = f"{way}:{waiting.typed.partition(':')[2]}"
        kept = Pending(issued.code_id, typed, issued.again_at, waiting.back)
        return pending.remember(answer, kept)
    if isinstance(issued, Limited):
        form.add_error(None, limited(issued.again_at, now=now))
        return None
    return HttpResponseRedirect(_start_over(way, waiting.back))


def _page(
    request: HttpRequest, waiting: Pending, way: str, shown: str, form: PlainForm
) -> HttpResponse:
    now = clock.now()
    number = codes.shown_to(waiting.code_id) if way in TO_A_NUMBER else ""
    page = {
        "form": form if isinstance(form, CodeForm) else CodeForm(),
        "told": form,
        "shown": mask_number(number) if number else shown,
        "way": way,
        "standing": codes.standing(waiting.code_id, now=now),
        "can_call": way in TO_A_NUMBER,
        "again_in": max(0, int((waiting.again_at - now).total_seconds())),
        "again": _start_over(way, waiting.back),
        "other": f"{reverse('portal:sign_in')}?{urlencode({'method': 'other', 'next': waiting.back})}",
    }
    return render(request, "portal/code.html", page, status=status_of(form))


def _start_over(way: str, back: str) -> str:
    """Return the page on which this way begins."""
    if way in RECOVERY:
        return f"{reverse('portal:recover')}?{urlencode({'next': back})}"
    return f"{reverse('portal:sign_in')}?{urlencode({'method': way, 'next': back})}"
