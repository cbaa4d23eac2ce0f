"""S5 and S10: who applies, and the papers that show it."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.closures import applying, checking, consenting, hearing, queries
from xiaohu.closures.applying import Details
from xiaohu.closures.models import Case
from xiaohu.core.applicants import PHOTOS, ApplicantKind, Evidence
from xiaohu.core.consents import ConsentKind
from xiaohu.core.identity import OF_APPLICANTS, DocumentKind, DocumentRefused
from xiaohu.portal import journey, returned
from xiaohu.portal.entering import own_draft
from xiaohu.portal.forms import Applicant, Asker, OnePaper
from xiaohu.portal.shown import actor_of
from xiaohu.proofing import consents, papers
from xiaohu.proofing.reencoding import MAX_BYTES
from xiaohu.queue import clock
from xiaohu.registry.rows import document_flaw
from xiaohu.ui import uploads

USER = "user"  # somebody who uses a line and does not speak for its holder


@own_draft
def who(request: HttpRequest, case: Case) -> HttpResponse:
    """S5: the holder, somebody for the holder, or somebody who only uses the line."""
    kinds = [(kind.value, gettext(f"who.{kind.value}")) for kind in applying.offered(case)]
    form = Asker(
        request.POST or None,
        kinds=[*kinds, (USER, gettext("who.user"))],
        initial={"kind": case.applicant},
    )
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["kind"] == USER:
            return render(request, "portal/only_user.html", {"case": case})
        kind = ApplicantKind(form.cleaned_data["kind"])
        if kind is not ApplicantKind.HOLDER:
            return HttpResponseRedirect(reverse("portal:who_for", args=[case.pk, kind.value]))
        applying.set_applicant(case_id=case.pk, kind=kind, details=Details(), now=clock.now())
        return HttpResponseRedirect(reverse("portal:checks", args=[case.pk]))
    page = {"case": case, "form": form}
    return render(request, "portal/who.html", page, status=422 if form.errors else 200)


@own_draft
def who_for(request: HttpRequest, case: Case, kind: str) -> HttpResponse:
    """S5: whoever applies for the holder says who both are."""
    named = {each.value: each for each in applying.offered(case)}
    asker = named.get(kind, ApplicantKind.HOLDER)
    if asker is ApplicantKind.HOLDER:
        return HttpResponseRedirect(reverse("portal:who", args=[case.pk]))
    if applying.elsewhere(case, asker):
        return _elsewhere(request, case, asker)
    form = Applicant(
        request.POST or None,
        documents=[(each.value, gettext(f"document.{each.value}")) for each in OF_APPLICANTS],
        initial=applying.applicant(case),
    )
    if request.method == "POST" and form.is_valid() and _taken(case, asker, form):
        return HttpResponseRedirect(reverse("portal:checks", args=[case.pk]))
    page = {"case": case, "kind": asker, "form": form}
    return render(request, "portal/who_for.html", page, status=422 if form.errors else 200)


def _elsewhere(request: HttpRequest, case: Case, kind: ApplicantKind) -> HttpResponse:
    """Say where such an applicant asks, and with which papers; nothing of the draft is lost."""
    page = {"case": case, "kind": kind, "papers": applying.papers_to_bring(case, kind)}
    return render(request, "portal/elsewhere.html", page)


@own_draft
def documents(request: HttpRequest, case: Case) -> HttpResponse:
    """S10: what is needed, what is there, one file at a time."""
    now = clock.now()
    standing = applying.standing(case, now=now)
    if not standing.papers:
        return HttpResponseRedirect(journey.next_page(case, now=now))
    agreed = consents.covers(case.pk, ConsentKind.ID_PHOTO)
    form = OnePaper(
        request.POST or None,
        request.FILES or None,
        ask_consent=not agreed and bool(PHOTOS & set(standing.papers)),
        kinds=[(kind.value, gettext(f"paper_kind.{kind.value}")) for kind in standing.papers],
        initial={"kind": next(iter(standing.lacking), standing.papers[0]).value},
    )
    if request.method == "POST" and "remove" in request.POST:
        applying.remove_paper(case_id=case.pk, paper_id=_id(request.POST["remove"]))
        return HttpResponseRedirect(request.path)
    left_out = uploads.refuse_left_out(request, form)
    if (
        request.method == "POST"
        and not left_out
        and form.is_valid()
        and _added(request, case, form)
    ):
        return HttpResponseRedirect(request.path)
    listed = papers.of_case(case.pk)
    page = {
        "case": case,
        "form": form,
        "wanted": [
            (kind, uploads.named([paper for paper in listed if paper.evidence is kind]))
            for kind in standing.papers
        ],
        "because": _because(case, now),
        "asked": [one for one in returned.to_do(case, now=now) if one.path == request.path],
        "note": hearing.said(case).get(hearing.ASKED, ""),
        "limit_fen": queries.profile_of(case).refund.review_above_fen,
        "lacking": standing.lacking,
        "agreed": agreed and bool(PHOTOS & set(standing.papers)),
        "max_mib": MAX_BYTES // 1024 // 1024,
        "most_files": papers.MOST_FILES,
        "most_pages": papers.MOST_PAGES,
        "go_on": journey.next_page(case, now=now),
    }
    return render(request, "portal/documents.html", page, status=422 if form.errors else 200)


def _because(case: Case, now: datetime) -> str:
    """Return why papers are asked for, by what weighs most."""
    if ApplicantKind(case.applicant) is not ApplicantKind.HOLDER:
        return "for_somebody"
    checked = checking.last(case, now=now)
    limit_fen = queries.profile_of(case).refund.review_above_fen
    lines = checked.lines if checked else ()
    if any(line.facts.refundable_fen > limit_fen for line in lines):
        return "large"
    return "by_paper" if case.by_paper else "by_person"


def _taken(case: Case, kind: ApplicantKind, form: Applicant) -> bool:
    given = form.cleaned_data
    try:
        applying.set_applicant(
            case_id=case.pk,
            kind=kind,
            details=Details(
                name=given["name"],
                document_kind=DocumentKind(given["document_kind"] or DocumentKind.RESIDENT_ID),
                document_number=given["document_number"],
                holder_name=given["holder_name"],
                holder_document=given["holder_document"],
            ),
            now=clock.now(),
        )
    except DocumentRefused as refused:
        form.add_error("document_number", gettext(f"flaw.{document_flaw(refused)}"))
        return False
    return True


def _added(request: HttpRequest, case: Case, form: OnePaper) -> bool:
    if form.cleaned_data.get("agreed"):
        consenting.give(
            case_id=case.pk,
            kind=ConsentKind.ID_PHOTO,
            actor=actor_of(request),
            now=clock.now(),
        )
    with uploads.refusals_told(form):
        applying.add_paper(
            case_id=case.pk,
            evidence=Evidence(form.cleaned_data["kind"]),
            data=form.cleaned_data["file"].read(),
            now=clock.now(),
        )
    return not form.errors


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None
