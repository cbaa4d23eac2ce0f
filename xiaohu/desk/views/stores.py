"""D13: systems that still hold what the law has let go of."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import late_stores
from xiaohu.core.refusals import Refusal
from xiaohu.desk.entering import staff_only
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence
from xiaohu.ui.said import elsewhere, in_words


@staff_only
def late(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D13: every such system with who sees to it; POST takes one, or has it asked again."""
    now, problem = clock.now(), None
    if request.method == "POST":
        try:
            if "take" in request.POST:
                late_stores.take(store=request.POST["take"], officer=officer, now=now)
                messages.success(request, gettext("late_store.taken"))
            else:
                store = request.POST.get("again", "")
                late_stores.ask_again(store=store, officer=officer, now=now)
                messages.success(request, gettext("late_store.asked"))
        except Refusal as refused:
            problem = sentence(refused)
        else:
            return HttpResponseRedirect(request.path)
    page = {
        "late": [
            (one, in_words(one.names), elsewhere(one.why, one.about) if one.why else "")
            for one in late_stores.of(officer.operator, now=now)
        ],
        "may": late_stores.may(officer),
        "problem": problem,
    }
    return render(request, "desk/stores.html", page, status=409 if problem else 200)
