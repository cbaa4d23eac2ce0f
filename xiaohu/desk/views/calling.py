"""Who is to be called back: most urgent first, taken by one, ended by what came of it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.access.models import StaffUser
from xiaohu.assistance import asking, calling
from xiaohu.assistance.asking import AskedNotFound, AskedOver, AskedTaken, NotTaken
from xiaohu.assistance.models import CallBack
from xiaohu.core.assistance import CALL_TRIES, CallOutcome
from xiaohu.core.numbers import national
from xiaohu.core.retention import Category
from xiaohu.desk import asked
from xiaohu.desk.entering import staff_only
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence


@staff_only
def callbacks(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """Show who waits for a call, or who was called."""
    view = "ended" if request.GET.get("view") == "ended" else "waiting"
    found = {"waiting": calling.waiting, "ended": calling.ended}[view](settings.XIAOHU.operator)
    page = {"view": view, "views": asked.VIEWS, "rows": asked.rows(found, now=clock.now())}
    return render(request, "desk/callbacks.html", page)


@staff_only
def callback(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """Take one, see whom to call, and write down what came of it."""
    found, problem = _find(reference), None
    if request.method == "POST":
        try:
            _do(request, found, officer)
            return HttpResponseRedirect(reverse("desk:callback", args=[found.reference]))
        except (AskedOver, AskedTaken, NotTaken) as refused:
            found, problem = _find(reference), sentence(refused)
    shown = asked.shown(found, Category.CALL_BACK, officer, now=clock.now())
    page = {
        **shown,
        "number": national(shown["said"].get("number", "")),
        "tries": CALL_TRIES,
        "problem": problem,
    }
    answer = render(request, "desk/callback.html", page, status=409 if problem else 200)
    answer["Cache-Control"] = "no-store"
    return answer


def _do(request: HttpRequest, found: CallBack, officer: StaffUser) -> None:
    outcome = request.POST.get("outcome", "")
    if "take" in request.POST:
        calling.take(call_id=found.pk, officer=officer, now=clock.now())
    elif outcome in set(CallOutcome):
        calling.record(
            call_id=found.pk, officer=officer, outcome=CallOutcome(outcome), now=clock.now()
        )


def _find(reference: str) -> CallBack:
    try:
        return asking.of_operator(CallBack.objects.all(), settings.XIAOHU.operator, reference)
    except AskedNotFound:
        raise Http404 from None
