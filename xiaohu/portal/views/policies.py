"""The public log of an operator's rules, and a draft's choice between old and new ones."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.closures import adopting
from xiaohu.closures.models import Case
from xiaohu.portal.entering import own_draft
from xiaohu.portal.shown import actor_of
from xiaohu.queue import clock
from xiaohu.registry import policies
from xiaohu.ui import rules
from xiaohu.ui.paths import safe_path


def versions(request: HttpRequest) -> HttpResponse:
    """Every version with its date and what it changed, newest first; nobody signs in for it."""
    page = {"versions": rules.log(settings.XIAOHU.operator)}
    return render(request, "portal/policies.html", page)


def one_version(request: HttpRequest, version: str) -> HttpResponse:
    """One version, rule by rule in words."""
    made = policies.version(settings.XIAOHU.operator, version)
    said = policies.profile(made.pk)
    page = {"made": made, "said": said, "sections": rules.sections(said)}
    return render(request, "portal/policy.html", page)


@own_draft
def choose(request: HttpRequest, case: Case) -> HttpResponse:
    """Keep the rules a draft was opened under, or take the new ones over."""
    back = reverse("portal:checks", args=[case.pk])
    if request.method != "POST":
        return HttpResponseRedirect(back)
    doing = {"keep": adopting.keep, "adopt": adopting.adopt}.get(request.POST.get("choice", ""))
    try:
        version = UUID(request.POST.get("version", ""))
    except ValueError:
        raise Http404 from None
    if doing is None:
        raise Http404
    doing(case_id=case.pk, version=version, actor=actor_of(request), now=clock.now())
    return HttpResponseRedirect(safe_path(request.POST.get("next", ""), back))
