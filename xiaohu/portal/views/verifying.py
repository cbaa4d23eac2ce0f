"""V1 to V4: checking a certificate or statement without an account."""

import hashlib
from datetime import datetime, timedelta
from importlib.resources import files

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xiaohu.access import counters
from xiaohu.access.accounts import TooManyTries
from xiaohu.closures import verifying
from xiaohu.closures.verifying import LARGEST
from xiaohu.core.calendar import day_of
from xiaohu.core.references import CertificateNumberRefused, normalise_certificate_number
from xiaohu.portal import verified
from xiaohu.portal.verify_forms import CertificateNumber, PaperFile
from xiaohu.queue import clock
from xiaohu.trail import keys, published
from xiaohu.ui.context import page as frame
from xiaohu.ui.refusals import sentence

CHECKS_A_MINUTE = 30
FILES_A_MINUTE = 10


def verify(request: HttpRequest) -> HttpResponse:
    """V1: type a number, or choose a file."""
    asked = request.GET if "number" in request.GET else None
    form = CertificateNumber(request.POST or asked)
    if form.is_bound and form.is_valid():
        try:
            number = normalise_certificate_number(form.cleaned_data["number"])
            return HttpResponseRedirect(reverse("portal:verify_result", args=[number]))
        except CertificateNumberRefused as refused:
            form.add_error("number", sentence(refused).what)
    return _form(request, form, PaperFile())


def verify_result(request: HttpRequest, number: str) -> HttpResponse:
    """V2: valid, replaced, revoked or not found, in the first line."""
    now = clock.now()
    _limit(request, "verify", CHECKS_A_MINUTE, now)
    result = verified.of_number(number, now=now)
    status = 200 if result.known else 404
    return render(request, "portal/verify_result.html", {"result": result}, status=status)


def result_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """V2 to file away: the same answer as PDF."""
    now = clock.now()
    _limit(request, "verify", CHECKS_A_MINUTE, now)
    result = verified.of_number(number, now=now)
    if not result.known:
        raise Http404
    made = verified.pdf(result, issued_by=frame(request)["operator_name"])
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{result.number}-result.pdf"'
    return answer


def verify_file(request: HttpRequest) -> HttpResponse:
    """V3: hold a file against its signature and the records. It is read in memory and not kept."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("portal:verify"))
    _limit(request, "verify file", FILES_A_MINUTE, clock.now())
    form = PaperFile(request.POST, request.FILES)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not request.FILES and length.isdigit() and int(length) > LARGEST:
        form.errors["file"] = form.error_class([gettext("verify.err.size")])
    if not form.is_valid():
        return _form(request, CertificateNumber(), form)
    content = form.cleaned_data["file"].read(LARGEST + 1)
    if len(content) > LARGEST:
        form.add_error("file", gettext("verify.err.size"))
        return _form(request, CertificateNumber(), form)
    judged = verifying.judge(content, known=keys.public_keys(keys.DOCUMENTS))
    result = verified.of_file(judged, digest=hashlib.sha256(content).hexdigest())
    return render(request, "portal/verify_file.html", {"result": result, "now": clock.now()})


def about(request: HttpRequest) -> HttpResponse:
    """V4: how it works, and every public key with its dates."""
    listed = [
        (one.id, day_of(one.since), day_of(one.until) if one.until else None)
        for one in keys.history(keys.DOCUMENTS)
    ]
    return render(request, "portal/verify_about.html", {"keys": listed})


def public_key(request: HttpRequest) -> HttpResponse:
    """Give the public keys, for whoever verifies offline."""
    answer = HttpResponse(keys.public_pem(keys.DOCUMENTS), content_type="application/x-pem-file")
    answer["Content-Disposition"] = 'attachment; filename="xiaohu-documents.pub"'
    return answer


def keys_file(request: HttpRequest) -> HttpResponse:
    """Give the keys whoever verifies a bundle offline trusts."""
    return verified.download(published.keys_file(), name=published.FILE)


@require_POST
def bundle(request: HttpRequest) -> HttpResponse:
    """Give whoever holds a document all that proves it offline."""
    _limit(request, "verify file", FILES_A_MINUTE, clock.now())
    found = verified.bundle_of(request.POST.get("token", ""))
    if found is None:
        raise Http404
    number, made = found
    return verified.download(made, name=f"{number}-bundle.json")


def offline(request: HttpRequest, name: str) -> HttpResponse:
    """Give a verifier to keep: a page, or a Python file; neither asks us anything."""
    answer = HttpResponse((files("verifiers") / name).read_bytes(), content_type="text/plain")
    answer["Content-Disposition"] = f'attachment; filename="xiaohu-{name}"'
    return answer


def _form(request: HttpRequest, form: CertificateNumber, paper: PaperFile) -> HttpResponse:
    wrong = bool(form.errors or paper.errors)
    page = {"form": form, "paper": paper}
    return render(request, "portal/verify.html", page, status=422 if wrong else 200)


def _limit(request: HttpRequest, what: str, most: int, now: datetime) -> None:
    """Refuse an address that asks too often.

    Raises:
        TooManyTries: it has to wait.
    """
    address = request.META.get("REMOTE_ADDR", "")
    limit = counters.hit(what, address, limit=most, window=timedelta(minutes=1), now=now)
    if not limit.allowed:
        raise TooManyTries(minutes=1)
