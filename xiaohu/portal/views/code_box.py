"""S3: the box for a code that signs in or lets somebody set another password."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from xiaohu.access import codes
from xiaohu.access.codes import Outcome, Purpose
from xiaohu.core.numbers import mask_number
from xiaohu.portal import boxes, pending, resetting, ways
from xiaohu.portal.boxes import Box
from xiaohu.portal.codes import explain
from xiaohu.portal.entering import enter
from xiaohu.portal.forms import CodeForm
from xiaohu.portal.pending import Pending
from xiaohu.portal.ways import RECOVERY, TO_A_NUMBER, WAYS
from xiaohu.queue import clock
from xiaohu.ui.plain import PlainForm


def code(request: HttpRequest) -> HttpResponse:
    """S3: try a code, ask for another, or take another way."""
    waiting = pending.recall(request)
    way, _, shown = waiting.typed.partition(":") if waiting is not None else ("", "", "")
    if waiting is None or (way not in WAYS and way not in RECOVERY):
        return HttpResponseRedirect(reverse("portal:sign_in"))
    form: PlainForm = CodeForm(request.POST or None)
    box = _box(waiting, way, shown)
    answer = None
    if request.method == "POST" and "again" in request.POST:
        form = PlainForm({})
        if way in {"code", "voice"}:
            way = "voice" if box.calls(request) else "code"
        answer = boxes.another(request, box, form, typed=f"{way}:{shown}")
    elif request.method == "POST" and form.is_valid():
        answer = _try(waiting, way, shown, form)
    return answer or boxes.page(request, box, form)


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


def _box(waiting: Pending, way: str, shown: str) -> Box:
    number = codes.shown_to(waiting.code_id) if way in TO_A_NUMBER else ""
    other = urlencode({"method": "other", "next": waiting.back})
    return Box(
        waiting,
        way,
        mask_number(number) if number else shown,
        begin=_start_over(way, waiting.back),
        other=f"{reverse('portal:sign_in')}?{other}",
        can_call=way in TO_A_NUMBER,
    )


def _start_over(way: str, back: str) -> str:
    """Return the page on which this way begins."""
    if way in RECOVERY:
        return f"{reverse('portal:recover')}?{urlencode({'next': back})}"
    return f"{reverse('portal:sign_in')}?{urlencode({'method': way, 'next': back})}"
