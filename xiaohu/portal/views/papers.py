"""S22: certificate and statement of each line; to read, to print, to download, to be sent a link to."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST

from xiaohu.closures import (
    bundles,
    documents,
    documents_of_organisations,
    drafting,
    papers,
    sending,
    statements,
)
from xiaohu.closures.models import Case, Document, DocumentKind, DocumentState
from xiaohu.core.retention import FOLDER_KEPT_DAYS
from xiaohu.core.states import CaseState
from xiaohu.portal.entering import own_case
from xiaohu.portal.shown import actor_of, masked, shown_case
from xiaohu.portal.verified import as_read, download
from xiaohu.queue import clock
from xiaohu.ui.qr import svg
from xiaohu.ui.shown import ShownClosing, closings
from xiaohu.ui.templatetags.words import day


@own_case
def certificate(request: HttpRequest, case: Case) -> HttpResponse:
    """S22: the closing certificate; while it is being signed, that."""
    shown = shown_case(case)
    chosen = _chosen(request, shown["certified"] or shown["closings"])
    if chosen is None or not (chosen.certificate or _being_signed(chosen)):
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    page = _paper(case, shown, chosen, chosen.certificate)
    return render(request, "portal/certificate.html", page)


@own_case
def statement(request: HttpRequest, case: Case) -> HttpResponse:
    """S22 at the end: settlement, what was erased, what is kept until when."""
    shown = shown_case(case)
    chosen = _chosen(request, shown["certified"])
    if chosen is None:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    page = _paper(case, shown, chosen, chosen.statement)
    kept = page["said"]["kept"] if page["said"] else ()
    page["elsewhere"] = statements.told_of_elsewhere(page["said"]["erased"]) if page["said"] else ()
    page["kept"] = [{**item, "until": date.fromisoformat(item["until"])} for item in kept]
    page["folder_days"] = FOLDER_KEPT_DAYS
    return render(request, "portal/statement.html", page)


@own_case
def organisation(request: HttpRequest, case: Case) -> HttpResponse:
    """S22 for an organisation: one document for all lines of its request."""
    shown = shown_case(case)
    if shown["whole"] is None:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    page = _paper(case, shown, None, shown["whole"])
    page["lines"] = as_read(papers.lines_of(page["said"]))
    return render(request, "portal/organisation.html", page)


@own_case
@require_POST
def send_link(request: HttpRequest, case: Case) -> HttpResponse:
    """Send reference and address to the confirmed mail contact."""
    sending.send_link(case_id=case.pk, actor=actor_of(request), now=clock.now())
    to = masked(drafting.contact(case))
    messages.success(request, gettext("cert.sent").format(to=to))
    return HttpResponseRedirect(reverse("portal:certificate", args=[case.pk]))


@own_case
def pdf(request: HttpRequest, case: Case, kind: str) -> HttpResponse:
    """Give a document that counts as PDF, the signed text attached; one that does not says why."""
    found = _found(request, case, kind)
    if found.state != DocumentState.VALID:
        return HttpResponseRedirect(reverse(f"portal:{kind}", args=[case.pk]))
    language = "en" if get_language() == "en" else "zh"
    answer = HttpResponse(papers.pdf(found, language=language), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return answer


@own_case
def bundle(request: HttpRequest, case: Case, kind: str) -> HttpResponse:
    """Give a document with all that proves it offline, also one that counts no more."""
    found = _found(request, case, kind)
    return download(bundles.bundle(found), name=f"{found.number}-bundle.json")


def _found(request: HttpRequest, case: Case, kind: str) -> Document:
    """Return the document of a kind: of the line asked for, or of the whole case.

    Raises:
        Http404: it was not issued.
    """
    if kind == DocumentKind.ORGANISATION and (whole := documents_of_organisations.of_case(case)):
        return whole
    chosen = _chosen(request, [each for each in closings(case) if each.certificate])
    papers_of = {"certificate": chosen.certificate, "statement": chosen.statement} if chosen else {}
    found = papers_of.get(kind)
    if found is None:
        raise Http404
    return found


def _paper(
    case: Case, shown: dict[str, Any], chosen: ShownClosing | None, document: Document | None
) -> dict[str, Any]:
    said = documents.read(document) if document is not None else None
    several = f"?line={chosen.closing.pk}" if chosen and len(shown["certified"]) > 1 else ""
    language = "en" if get_language() == "en" else "zh"
    return {
        **shown,
        "chosen": chosen,
        "document": document,
        "said": said,
        "rules": said["policy"].partition("@")[2] if said is not None else "",
        "money": statements.rows(said.get("settlement", {})) if said is not None else [],
        "facts": as_read(papers.facts(DocumentKind(document.kind), said, language=language))
        if document is not None and said is not None
        else [],
        "claim": _claim(said or {}),
        "place": bundles.place_of(document) if document is not None else None,
        "qr": svg(said["verify"]) if said is not None else "",
        "line_query": several,
        "can_send": sending.can_send(shown["contact"]),
    }


def _claim(said: dict[str, Any]) -> dict[str, str]:
    """Return until when and where money that waits can be claimed."""
    if not said.get("claim"):
        return {}
    words = gettext("statement.claim_at").format(
        until=day(date.fromisoformat(said["claim"]["until"]))
    )
    return {"words": words, "at": said["claim"]["at"]}


def _being_signed(chosen: ShownClosing) -> bool:
    return chosen.state is CaseState.EXECUTING and chosen.closing.disconnected_at is not None


def _chosen(request: HttpRequest, certified: list[ShownClosing]) -> ShownClosing | None:
    """Return the line whose papers are asked for: the one named, or the first."""
    wanted = request.GET.get("line", "")
    named = (each for each in certified if str(each.closing.pk) == wanted)
    return next(named, certified[0] if certified else None)
