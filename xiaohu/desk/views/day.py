"""D2: what is to do, and the next case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import late_stores
from xiaohu.core.actors import ActorKind
from xiaohu.desk import asked, auditing, listing, money, retaining, work
from xiaohu.desk.entering import staff_only
from xiaohu.queue import clock


@staff_only
def my_work(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D2: counts, one's own cases, and the next one by the time left."""
    now = clock.now()
    if request.method == "POST":
        case = work.take_next(officer, now=now)
        if case is not None:
            return HttpResponseRedirect(reverse("desk:case", args=[case.reference]))
        messages.info(request, gettext("desk.nothing_free"))
        return HttpResponseRedirect(reverse("desk:work"))
    counted = work.counts(officer, now=now)
    mine = listing.rows(work.first_of("mine", officer, now=now), now=now)
    to_decide = money.to_decide(officer)
    refunds = officer.acts_as(ActorKind.FINANCE) and counted["refunds"]
    kept_to_do = retaining.to_do(officer, now=now)
    page = {
        "counts": [(view, counted[view], work.in_figures(counted[view])) for view in work.FIGURES],
        "unassigned": work.in_figures(counted["waiting"]) if counted["waiting"] else 0,
        "mine": mine,
        "all_done": not (mine or to_decide or refunds or kept_to_do),
        "asked": asked.counts(now=now),
        "late_complaints": asked.late_complaints(officer, now=now),
        "to_decide": to_decide,
        "audits": auditing.is_auditor(officer),
        "log_broken": auditing.is_broken(officer),
        "keeps": retaining.keeps(officer),
        "kept_to_do": kept_to_do,
        "late_stores": len(late_stores.of(officer.operator, now=now))
        if late_stores.may(officer)
        else 0,
        "announces": officer.acts_as(ActorKind.ADMIN),
        "missing_year": work.missing_year(officer, now=now),
    }
    return render(request, "desk/work.html", page)
