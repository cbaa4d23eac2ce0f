"""S14 and S15: how to reach the person, and what closing means."""

from datetime import datetime

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from xiaohu.access import codes
from xiaohu.access.codes import Limited, Outcome, Purpose
from xiaohu.closures import checking, drafting, estimates, expecting, queries, timing
from xiaohu.closures.checking import Checked
from xiaohu.closures.drafting import ContactRefused, ContactSameNumber
from xiaohu.closures.models import Case
from xiaohu.core.bindings import OFFICIAL
from xiaohu.core.numbers import local
from xiaohu.core.profile import Profile
from xiaohu.core.schedule import fees_stop_on
from xiaohu.notices import outbox
from xiaohu.portal import boxes, journey, pending
from xiaohu.portal.boxes import Box
from xiaohu.portal.codes import explain, limited
from xiaohu.portal.entering import own_draft
from xiaohu.portal.forms import CodeForm, ContactForm
from xiaohu.portal.pending import Pending
from xiaohu.portal.shown import masked
from xiaohu.queue import clock
from xiaohu.ui import shown
from xiaohu.ui.plain import PlainForm
from xiaohu.ui.refusals import sentence
from xiaohu.ui.templatetags.words import yuan


@own_draft
def contact(request: HttpRequest, case: Case) -> HttpResponse:
    """S14: a contact that outlives the line; a code is sent to it."""
    form = ContactForm(request.POST or None, initial={"to": local(drafting.contact(case))})
    if request.method == "POST" and form.is_valid():
        try:
            drafting.set_contact(case_id=case.pk, to=form.cleaned_data["to"])
        except (ContactRefused, ContactSameNumber) as refused:
            form.add_error("to", sentence(refused).what)
        else:
            answer = _confirm(case, form)
            if answer is not None:
                return answer
    page = {"case": case, "form": form}
    return render(request, "portal/contact.html", page, status=422 if form.errors else 200)


@own_draft
def contact_code(request: HttpRequest, case: Case) -> HttpResponse:
    """S14: the code box for the code sent to the contact."""
    waiting = pending.recall(request)
    here = reverse("portal:contact", args=[case.pk])
    if waiting is None or waiting.typed != f"contact:{case.pk}":
        return HttpResponseRedirect(here)
    form: PlainForm = CodeForm(request.POST or None)
    shown = codes.shown_to(waiting.code_id)
    box = Box(waiting, "contact", masked(shown), begin=here, other=here)
    answer = None
    if request.method == "POST" and "again" in request.POST:
        form = PlainForm({})
        answer = boxes.another(request, box, form, typed=waiting.typed)
    elif request.method == "POST" and form.is_valid():
        answer = _try(case, waiting, shown, form)
    return answer or boxes.page(request, box, form)


def _try(case: Case, waiting: Pending, shown: str, form: PlainForm) -> HttpResponse | None:
    now = clock.now()
    tried = codes.check(
        code_id=waiting.code_id,
        purpose=Purpose.CONFIRM_CONTACT,
        code=form.cleaned_data["code"],
        now=now,
    )
    # A right code for a contact that was changed meanwhile confirms nothing; the page says it is over.
    if tried.outcome is not Outcome.OK or shown != drafting.contact(case):
        explain(form, tried)
        return None
    drafting.confirm_contact(case_id=case.pk)
    answer = HttpResponseRedirect(journey.next_page(_fresh(case), now=now))
    answer.delete_cookie(pending.COOKIE)
    return answer


@own_draft
def effects(request: HttpRequest, case: Case) -> HttpResponse:
    """S15: what closing means, before anything is submitted."""
    now = clock.now()
    if request.method == "POST":
        drafting.note_effects_read(case_id=case.pk)
        return HttpResponseRedirect(journey.next_page(_fresh(case), now=now))
    profile = queries.profile_of(case)
    checked = checking.last(case, now=now)
    decision = expecting.decided_by(case, now=now)
    accepted_at = expecting.accepted_at(decision, now=now)
    planned = timing.earliest(case, accepted_at=accepted_at)
    page = {
        "case": case,
        "planned": planned,
        "decision": decision,
        "freezes": profile.calendar.freezes,
        "later": shown.later_lines(case, now=accepted_at),
        "fees_stop_on": fees_stop_on(profile, requested_at=now, stops_at=planned.at),
        "quarantine_days": profile.number.quarantine_days,
        "checked": checked,
        "lapsing": lapsing(checked, profile, now=now) if checked else "",
        "esim": checked is not None and any(each.facts.esim for each in checked.lines),
        "checklist": OFFICIAL.items(),
    }
    return render(request, "portal/effects.html", page)


def lapsing(checked: Checked, profile: Profile, *, now: datetime) -> str:
    """Return what lapses with the lines of a request, as one list with its amounts.

    Gift credit pays the last bill first, so it is what the estimate leaves of it, as on S12.
    """
    gift_fen = estimates.of(checked, profile, now=now).lapsing_fen
    parts = []
    if checked.points:
        parts.append(gettext("lapsing.points").format(n=f"{checked.points:,}"))
    if gift_fen:
        parts.append(gettext("lapsing.gift").format(amount=yuan(gift_fen)))
    if checked.coupons:
        parts.append(gettext("lapsing.coupons").format(n=checked.coupons))
    return (", " if get_language() == "en" else "、").join(parts)


def _confirm(case: Case, form: ContactForm) -> HttpResponse | None:
    now = clock.now()
    with transaction.atomic(durable=True):
        issued = codes.issue(
            operator=case.operator,
            purpose=Purpose.CONFIRM_CONTACT,
            to=drafting.contact(case),
            known=True,
            now=now,
        )
        if not isinstance(issued, Limited):
            outbox.queue_code(
                operator=case.operator,
                code_id=issued.code_id,
                language=get_language() or "zh-hans",
                now=now,
            )
    if isinstance(issued, Limited):
        form.add_error("to", limited(issued.again_at, now=now))
        return None
    answer = HttpResponseRedirect(reverse("portal:contact_code", args=[case.pk]))
    return pending.remember(
        answer, Pending(issued.code_id, f"contact:{case.pk}", issued.again_at, "")
    )


def _fresh(case: Case) -> Case:
    case.refresh_from_db()
    return case
