"""S22: the documents."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from xiaohu.closures import documents, papers
from xiaohu.closures.models import Case
from xiaohu.portal.entering import own_case
from xiaohu.portal.shown import shown_case
from xiaohu.ui.qr import svg
from xiaohu.ui.shown import ShownClosing, closings


@own_case
def certificate(request: HttpRequest, case: Case) -> HttpResponse:
    """S22: the closing certificate, later the statement."""
    shown = shown_case(case)
    chosen = _chosen(request, shown["certified"])
    if chosen is None or chosen.certificate is None:
        return HttpResponseRedirect(reverse("portal:case", args=[case.pk]))
    statement = chosen.statement
    said = documents.read(chosen.certificate)
    page = {
        **shown,
        "chosen": chosen,
        "certificate": chosen.certificate,
        "statement": statement,
        "said": said,
        "qr": svg(said["verify"]),
        "account_of": documents.read(statement) if statement is not None else None,
    }
    return render(request, "portal/certificate.html", page)


@own_case
def pdf(request: HttpRequest, case: Case, kind: str) -> HttpResponse:
    """Give a document as PDF, the signed text attached."""
    chosen = _chosen(request, [each for each in closings(case) if each.certificate])
    papers_of = {"certificate": chosen.certificate, "statement": chosen.statement} if chosen else {}
    found = papers_of.get(kind)
    if found is None:
        raise Http404
    language = "en" if get_language() == "en" else "zh"
    answer = HttpResponse(papers.pdf(found, language=language), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return answer


def _chosen(request: HttpRequest, certified: list[ShownClosing]) -> ShownClosing | None:
    """Return the line whose papers are asked for: the one named, or the first."""
    wanted = request.GET.get("line", "")
    named = (each for each in certified if str(each.closing.pk) == wanted)
    return next(named, certified[0] if certified else None)
