"""D10: a masked value in full, for a minute."""

from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import revealing
from xiaohu.closures.models import Case
from xiaohu.closures.noting import NoteRefused
from xiaohu.core.numbers import national
from xiaohu.core.revealing import (
    LONGEST_NOTE,
    SHOWN_FOR_SECONDS,
    Masked,
    RevealNotPermitted,
    RevealReason,
)
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import WhyReveal
from xiaohu.desk.showing import find_case
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence
from xiaohu.vault.keys import Erased

REVEALED = "revealed"


@staff_only
def reveal(request: HttpRequest, officer: StaffUser, reference: str, what: str) -> HttpResponse:
    """D10: say why, then see the value for a minute; that it was seen is on record."""
    case = find_case(reference)
    masked = _masked(what)
    try:
        revealing.role_for(officer, masked)
    except RevealNotPermitted as refused:
        page = {"case": case, "what": masked, "refused": sentence(refused)}
        return render(request, "desk/reveal.html", page, status=403)
    form = WhyReveal(request.POST if request.method == "POST" else None, longest=LONGEST_NOTE)
    if (
        request.method == "POST"
        and form.is_valid()
        and _noted(request, case, masked, officer, form)
    ):
        return HttpResponseRedirect(request.path)
    page = {
        "case": case,
        "what": masked,
        "form": form,
        "longest": LONGEST_NOTE,
        **_seen(request, case, masked),
    }
    answer = render(request, "desk/reveal.html", page, status=422 if form.errors else 200)
    if "value" in page:
        case_page = reverse("desk:case", args=[case.reference])
        answer["Refresh"] = f"{page['seconds']};url={case_page}"
    return answer


def _masked(what: str) -> Masked:
    try:
        return Masked(what)
    except ValueError:
        raise Http404 from None


def _noted(
    request: HttpRequest, case: Case, what: Masked, officer: StaffUser, form: WhyReveal
) -> bool:
    now = clock.now()
    try:
        revealing.reveal(
            case_id=case.pk,
            what=what,
            reason=RevealReason(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
            officer=officer,
            now=now,
        )
    except NoteRefused:
        form.add_error("note", gettext("desk.err.reveal_note"))
        return False
    until = now + timedelta(seconds=SHOWN_FOR_SECONDS)
    request.session[REVEALED] = [str(case.pk), what.value, until.isoformat()]
    return True


def _seen(request: HttpRequest, case: Case, what: Masked) -> dict[str, Any]:
    """Return the value and how long it is still shown, where it was asked for a moment ago."""
    granted = request.session.get(REVEALED)
    if not granted or granted[:2] != [str(case.pk), what.value]:
        return {}
    left = datetime.fromisoformat(granted[2]) - clock.now()
    if not timedelta() < left:
        del request.session[REVEALED]
        return {}
    try:
        value = revealing.value(case, what)
    except Erased:
        value = ""
    if what is Masked.NUMBER:
        value = national(value)
    return {"value": value, "seconds": int(left.total_seconds())}
