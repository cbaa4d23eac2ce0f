"""D9: money that waits to be claimed, handed out at the counter by two of us."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import handing_out, queries
from xiaohu.core.actors import ActorKind
from xiaohu.core.identity import DocumentKind, DocumentRefused
from xiaohu.core.refusals import Refusal
from xiaohu.core.repaying import SlipRefused
from xiaohu.desk import unclaimed
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import HandedOut
from xiaohu.desk.unclaimed import Waiting
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence


@staff_only
def listed(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D9: everything that waits to be claimed."""
    return render(request, "desk/unclaimed.html", {"rows": unclaimed.waiting()})


@staff_only
def hand_out(request: HttpRequest, officer: StaffUser, closing_id: UUID) -> HttpResponse:
    """D9: one of them; POST records, confirms or takes back what was handed out."""
    found = unclaimed.one(closing_id)
    if found is None:
        raise Http404
    asked = request.POST.get("do", "")
    form = HandedOut(request.POST if asked == "record" else None)
    problem = None
    if request.method == "POST" and (asked != "record" or form.is_valid()):
        try:
            _do(asked, officer, found, form)
        except SlipRefused as refused:
            form.add_error("slip", sentence(refused).what)
        except DocumentRefused as refused:
            form.add_error("document_number", sentence(refused).what)
        except Refusal as refused:
            problem = sentence(refused)
        else:
            messages.success(request, gettext(f"refunds.done.{asked}"))
            return HttpResponseRedirect(reverse("desk:unclaimed"))
    page = {
        "row": found,
        "case": found.closing.case,
        "form": form,
        "late_rule": queries.profile_of(found.closing.case).refund.claimed_late,
        "problem": problem,
        "may_repair": any(officer.acts_as(k) for k in (ActorKind.FINANCE, ActorKind.OFFICER)),
        "as_registered": found.pending is not None and handing_out.is_the_holders(found.pending),
        "own_record": found.pending is not None and found.pending.recorded_by_id == officer.pk,
    }
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "desk/unclaimed_one.html", page, status=status)


def _do(asked: str, officer: StaffUser, found: Waiting, form: HandedOut) -> None:
    now = clock.now()
    if asked == "record":
        handing_out.record(
            closing_id=found.closing.pk,
            slip=form.cleaned_data["slip"],
            identity_seen=form.cleaned_data["identity_seen"],
            document_kind=DocumentKind(form.cleaned_data["document_kind"]),
            document_number=form.cleaned_data["document_number"],
            officer=officer,
            now=now,
        )
    elif asked == "confirm" and found.pending is not None:
        handing_out.confirm(payment_id=found.pending.pk, officer=officer, now=now)
    elif asked == "drop" and found.pending is not None:
        handing_out.drop(payment_id=found.pending.pk, officer=officer, now=now)
    else:
        raise Http404
