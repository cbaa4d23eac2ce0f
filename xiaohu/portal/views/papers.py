"""S22, V1 and V2: the documents, and checking them without an account."""

from datetime import datetime, timedelta

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from xiaohu.access import counters
from xiaohu.access.accounts import TooManyTries
from xiaohu.closures import documents, papers
from xiaohu.closures.models import Case
from xiaohu.core.references import CertificateNumberRefused, normalise_certificate_number
from xiaohu.portal.entering import own_case
from xiaohu.portal.forms import CertificateNumber
from xiaohu.portal.shown import shown_case
from xiaohu.queue import clock
from xiaohu.trail import keys
from xiaohu.ui.qr import svg
from xiaohu.ui.shown import ShownClosing, closings

CHECKS_A_MINUTE = 30


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


def verify(request: HttpRequest) -> HttpResponse:
    """V1: type a number."""
    form = CertificateNumber(request.GET if "number" in request.GET else None)
    if form.is_bound and form.is_valid():
        try:
            number = normalise_certificate_number(form.cleaned_data["number"])
            return HttpResponseRedirect(reverse("portal:verify_result", args=[number]))
        except CertificateNumberRefused:
            form.add_error("number", gettext("refusal.CERTIFICATE_NUMBER_REFUSED"))
    return render(request, "portal/verify.html", {"form": form}, status=422 if form.errors else 200)


def verify_result(request: HttpRequest, number: str) -> HttpResponse:
    """V2: valid, replaced, revoked or not found, in the first line."""
    now = clock.now()
    address = request.META.get("REMOTE_ADDR", "")
    limit = counters.hit(
        "verify", address, limit=CHECKS_A_MINUTE, window=timedelta(minutes=1), now=now
    )
    if not limit.allowed:
        raise TooManyTries(minutes=1)
    try:
        found = documents.find(normalise_certificate_number(number))
    except CertificateNumberRefused:
        found = None
    said = documents.read(found) if found is not None else {}
    page = {
        "number": number,
        "document": found,
        "line": said.get("line", ""),
        "closed_at": datetime.fromisoformat(said["closed_at"]) if said else None,
        "key": keys.key_id(keys.public_key(keys.DOCUMENTS)),
        "now": now,
    }
    return render(request, "portal/verify_result.html", page, status=200 if found else 404)


def public_key(request: HttpRequest) -> HttpResponse:
    """Give the public key, for whoever verifies offline."""
    answer = HttpResponse(keys.public_pem(keys.DOCUMENTS), content_type="application/x-pem-file")
    answer["Content-Disposition"] = 'attachment; filename="xiaohu-documents.pub"'
    return answer
