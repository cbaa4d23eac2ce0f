"""S8 and S8b: take a copy of one's records, and clear what would be left behind."""

from collections.abc import Mapping
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from xiaohu.closures import drafting, exporting, queries, tidying, volunteering
from xiaohu.closures.exporting import NothingAsked
from xiaohu.closures.models import Case
from xiaohu.core.bindings import OFFICIAL, Binding, LeftBehind
from xiaohu.core.calendar import day_of
from xiaohu.core.exports import DOWNLOADS, KEPT, Record, months
from xiaohu.core.questions import Question
from xiaohu.core.states import CaseState
from xiaohu.exports import copies
from xiaohu.exports.copies import Standing
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.portal import journey
from xiaohu.portal.entering import own_case, own_draft
from xiaohu.portal.leaving_forms import CopyForm, TidyForm
from xiaohu.portal.polling import look_again
from xiaohu.portal.shown import actor_of
from xiaohu.queue import clock
from xiaohu.ui.copies import words
from xiaohu.ui.refusals import Sentence, sentence

LOOKS = 200  # of a page at how far a copy is; then the person asks


@own_case
def export(request: HttpRequest, case: Case) -> HttpResponse:
    """S8: which records of which months; how far the copy is; the copy."""
    now = clock.now()
    draft = CaseState(case.state) in drafting.EDITABLE
    if request.method == "POST" and "pass" in request.POST:
        return _pass_by(case, Question.EXPORT)
    if draft and not exporting.proved(case):
        return HttpResponseRedirect(reverse("portal:prove", args=[case.pk]))
    if request.method == "POST" and "retry" in request.POST:
        exporting.retry(case_id=case.pk)
        return HttpResponseRedirect(request.path)
    phrase = None
    if request.method == "POST" and "unlock" in request.POST:
        phrase = exporting.unlock(case, words=words, actor=actor_of(request), now=now)
    form = CopyForm(
        (request.POST or None) if "unlock" not in request.POST else None,
        records=exporting.offered(case),
        months=months(day_of(now)),
    )
    if request.method == "POST" and form.is_valid() and _asked(request, case, form):
        return HttpResponseRedirect(request.path)
    standing = copies.standing(case.pk, now=now)
    may_ask = exporting.may_ask(case)
    if not may_ask and (standing is None or standing.expired):
        return HttpResponseRedirect(_home(case))
    page = {
        "case": case,
        "may_ask": may_ask,
        "form": form,
        "draft": draft,
        "standing": standing,
        "asks": may_ask and _asks(standing, again="again" in request.GET or bool(form.errors)),
        "made": standing is not None and standing.made == standing.total,
        "phrase": phrase,
        "look_again": look_again(request, most=LOOKS),
        "most": DOWNLOADS,
        "hours": int(KEPT.total_seconds() // 3600),
        "kib": max(1, standing.bytes // 1024) if standing else 0,
    }
    if getattr(request, "htmx", False):
        if page["made"] or page["asks"]:
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "portal/export.html#making", page)
    return render(request, "portal/export.html", page, status=422 if form.errors else 200)


def _asks(standing: Standing | None, *, again: bool) -> bool:
    return standing is None or standing.expired or again


@own_case
def export_zip(request: HttpRequest, case: Case) -> HttpResponseBase:
    """The copy itself, for as long as it is kept and as often as it may be fetched; else the page says why."""
    if not exporting.proved(case):
        return HttpResponseRedirect(reverse("portal:prove", args=[case.pk]))
    if request.method == "HEAD":  # whoever only asks has downloaded nothing
        return HttpResponse(content_type="application/zip")
    found = exporting.fetch(case, actor=actor_of(request), now=clock.now())
    if found is None:
        return HttpResponseRedirect(reverse("portal:export", args=[case.pk]))
    answer = StreamingHttpResponse(found, content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{case.reference}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


@own_draft
def tidy(request: HttpRequest, case: Case) -> HttpResponse:
    """S8b: what is saved at the operator, cleared as chosen, and what hangs on the number."""
    now = clock.now()
    if request.method == "POST" and "pass" in request.POST:
        return _pass_by(case, Question.TIDY)
    if not exporting.proved(case):
        return HttpResponseRedirect(reverse("portal:prove", args=[case.pk]))
    if not queries.lines_of_case(case):
        return _pass_by(case, Question.TIDY)
    saved, problem = _saved(case)
    form = TidyForm(request.POST or None, kinds=_kinds(saved))
    unconfirmed: tuple[LeftBehind, ...] = ()
    if request.method == "POST" and form.is_valid():
        kinds = [LeftBehind(kind) for kind in form.cleaned_data["choice"]]
        unconfirmed = tidying.clear(case_id=case.pk, kinds=kinds, actor=actor_of(request), now=now)
        if not unconfirmed:
            return HttpResponseRedirect(f"{request.path}?cleared=1")
    page = {
        "case": case,
        "form": form,
        "saved": any(saved.values()),
        "problem": problem,
        "unconfirmed": unconfirmed,
        "cleared": request.GET.get("cleared") == "1",
        "bindings": list(Binding),
        "checklist": OFFICIAL.items(),
    }
    return render(request, "portal/tidy.html", page, status=422 if form.errors else 200)


def _saved(case: Case) -> tuple[Mapping[LeftBehind, int], Sentence | None]:
    """Return what is saved, or what to say where the operator does not answer."""
    try:
        return tidying.left_behind(case), None
    except (GatewayUnavailable, UnknownLine) as refused:
        return {}, sentence(refused)


def _kinds(saved: Mapping[LeftBehind, int]) -> list[tuple[str, Any]]:
    return [
        (kind.value, gettext(f"left.counted.{kind.value}").format(n=n))
        for kind, n in saved.items()
        if n
    ]


def _asked(request: HttpRequest, case: Case, form: CopyForm) -> bool:
    try:
        exporting.ask(
            case_id=case.pk,
            records=[Record(record) for record in form.cleaned_data["choice"]],
            chosen=form.cleaned_data.get("months", ()),
            language=get_language() or "zh-hans",
            actor=actor_of(request),
            now=clock.now(),
        )
    except NothingAsked as refused:
        form.add_error("choice", sentence(refused).what)
        return False
    return True


def _pass_by(case: Case, question: Question) -> HttpResponse:
    after = volunteering.pass_by(case_id=case.pk, question=question)
    return HttpResponseRedirect(journey.next_page(after, now=clock.now()))


def _home(case: Case) -> str:
    return reverse("portal:case", args=[case.pk])
