"""D4: what a person erases in a system of the operator, and the evidence of it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import erasing_by_hand
from xiaohu.core.actors import ActorKind
from xiaohu.core.evidence import EvidenceKind, EvidenceRefused
from xiaohu.core.refusals import Refusal
from xiaohu.desk.entering import staff_only
from xiaohu.desk.forms import ErasedByHand
from xiaohu.desk.showing import find_case
from xiaohu.erasure import outside
from xiaohu.erasure.models import OutsideErasure
from xiaohu.erasure.stores.shape import IdentityKind
from xiaohu.queue import clock
from xiaohu.ui.refusals import sentence
from xiaohu.ui.said import in_words


@staff_only
def erased(request: HttpRequest, officer: StaffUser, reference: str, row_id: UUID) -> HttpResponse:
    """D4: one thing to erase by hand; POST confirms it."""
    case = find_case(reference)
    found = erasing_by_hand.one(row_id, operator=officer.operator)
    if found is None or found[1].case_id != case.pk:
        raise Http404
    row, closing = found
    form = ErasedByHand(request.POST or None)
    problem = None
    if request.method == "POST" and form.is_valid():
        try:
            _confirm(row_id, form, officer)
        except EvidenceRefused as refused:
            form.add_error("reference", sentence(refused).what)
        except Refusal as refused:
            problem = sentence(refused)
        else:
            messages.success(request, gettext("by_hand.done"))
            return HttpResponseRedirect(reverse("desk:case", args=[reference]))
    todo, identity = _told(row)
    page = {
        "case": case,
        "store": in_words(row.names),
        "dataset": row.dataset,
        "todo": todo,
        "identity": identity,
        "form": form,
        "problem": problem,
        "officer_may": officer.acts_as(ActorKind.OFFICER),
        "due": closing.owner_due_at,
    }
    status = 409 if problem else 422 if form.errors else 200
    return render(request, "desk/by_hand.html", page, status=status)


def _told(row: OutsideErasure) -> tuple[str, str]:
    """Return what is to be done, and by what it is found; nothing where the list says it no more."""
    if row.why == outside.PASSED_ON:
        return gettext("by_hand.passed_on"), IdentityKind.NUMBER.value
    todo = erasing_by_hand.todo(row)
    return (in_words(todo.todo.model_dump()), todo.identity.value) if todo is not None else ("", "")


def _confirm(row_id: UUID, form: ErasedByHand, officer: StaffUser) -> None:
    erasing_by_hand.confirm(
        row_id=row_id,
        evidence=EvidenceKind(form.cleaned_data["evidence"]),
        reference=form.cleaned_data["reference"],
        count=form.cleaned_data["count"],
        officer=officer,
        now=clock.now(),
    )
