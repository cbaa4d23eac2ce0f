"""D1 to D5."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xiaohu.access import counters, mfa
from xiaohu.access.accounts import TRIES, WINDOW, TooManyTries, too_many
from xiaohu.access.models import StaffUser
from xiaohu.closures import applying, checking, drafting, queries, retrying, reviewing, volunteering
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.closures.retrying import NothingToTry
from xiaohu.closures.reviewing import TakenByOther
from xiaohu.core.actors import ActorKind
from xiaohu.core.checks import Blocked, StaleChecks
from xiaohu.core.review import RefusalReason, ReturnReason
from xiaohu.core.schedule import promised_by
from xiaohu.core.states import CaseState
from xiaohu.desk import work
from xiaohu.desk.entering import SECOND_FACTOR, officer_of, staff_only
from xiaohu.desk.forms import Compared, Reasons, StaffSignIn
from xiaohu.desk.previewing import preview
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.proofing import papers
from xiaohu.queue import clock
from xiaohu.trail import events
from xiaohu.ui import shown
from xiaohu.ui.paths import safe_path
from xiaohu.ui.refusals import Refused, sentence
from xiaohu.ui.said import trouble
from xiaohu.ui.shown import ShownClosing
from xiaohu.vault.keys import Erased


def sign_in(request: HttpRequest) -> HttpResponse:
    """D1: account, password and second factor, all three or nothing."""
    back = safe_path(request.GET.get("next", ""), reverse("desk:work"))
    if officer_of(request) is not None:
        return HttpResponseRedirect(back)
    form = StaffSignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            officer = _checked(request, form)
        except TooManyTries as refused:
            officer = None
            form.add_error(None, Refused(refused))
        if officer is not None:
            login(request, officer)
            request.session[SECOND_FACTOR] = True
            return HttpResponseRedirect(back)
        if not form.errors:
            form.add_error(None, gettext("desk.err.sign_in"))
    return render(request, "desk/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponseRedirect(reverse("desk:sign_in"))


@staff_only
def my_work(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D2: counts, and the next case."""
    now = clock.now()
    if request.method == "POST":
        case = work.next_case(officer, now=now)
        if case is None:
            messages.info(request, gettext("desk.empty"))
            return HttpResponseRedirect(reverse("desk:work"))
        reviewing.claim(case_id=case.pk, officer=officer, now=now)
        return HttpResponseRedirect(reverse("desk:case", args=[case.reference]))
    page = {
        "counts": work.counts(officer, now=now),
        "mine": work.listed("mine", officer, now=now),
        "missing_year": work.missing_year(officer, now=now),
    }
    return render(request, "desk/work.html", page)


@staff_only
def queue(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D3: one view of the queue."""
    view = request.GET.get("view", "waiting")
    view = view if view in work.VIEWS else "waiting"
    page = {
        "view": view,
        "views": work.VIEWS,
        "rows": work.listed(view, officer, now=clock.now()),
    }
    return render(request, "desk/queue.html", page)


@staff_only
def one_case(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """D4: everything on one case; POST takes it, checks again, or tries again what failed."""
    case = _case(reference)
    problem = None
    if request.method == "POST":
        try:
            _do(request, case, officer)
            return HttpResponseRedirect(reverse("desk:case", args=[reference]))
        except (GatewayUnavailable, UnknownLine, TakenByOther, NothingToTry) as refused:
            problem = sentence(refused)
    page = {**_shown(case, officer), "problem": problem}
    return render(request, "desk/case.html", page, status=409 if problem else 200)


@staff_only
def paper(request: HttpRequest, officer: StaffUser, reference: str, paper_id: UUID) -> HttpResponse:
    """One page of a paper, for the eyes of the desk only; that it was looked at is recorded."""
    case = _case(reference)
    try:
        page = papers.picture(operator=case.operator, case_id=case.pk, paper_id=paper_id)
    except Erased:
        page = None
    if page is None:
        raise Http404
    with transaction.atomic(durable=True):
        events.record(
            operator=case.operator,
            actor=officer.actor(ActorKind.REVIEWER),
            action="view_paper",
            case_id=case.pk,
            now=clock.now(),
        )
    answer = HttpResponse(page, content_type="image/jpeg")
    answer["Cache-Control"] = "no-store"
    return answer


@staff_only
def decide(request: HttpRequest, officer: StaffUser, reference: str) -> HttpResponse:
    """D5: approve, return or refuse, with reasons and the words the applicant will read."""
    case = _case(reference)
    outcome = request.POST.get("outcome") or request.GET.get("outcome", "approve")
    outcomes = _outcomes(case)
    if outcome not in outcomes:
        raise Http404
    form = _form(case, outcome, request)
    problem = None
    if request.method == "POST" and "preview" in request.POST:
        form = None if form is None else form.unjudged()
    elif request.method == "POST" and (form is None or form.is_valid()):
        try:
            _decide(case, officer, outcome, form)
            messages.success(request, gettext(f"desk.decided.{outcome}").format(ref=reference))
            return HttpResponseRedirect(reverse("desk:work"))
        except (StaleChecks, Blocked) as refused:
            problem = sentence(refused)
    page = {
        **_shown(case, officer),
        "outcome": outcome,
        "outcomes": outcomes,
        "form": form,
        "problem": problem,
        "preview": preview(case, outcome, _named(request, form), now=clock.now()),
    }
    wrong = form is not None and bool(form.errors)
    return render(
        request, "desk/decide.html", page, status=422 if wrong else 409 if problem else 200
    )


OUTCOMES = ("approve", "return", "refuse")
OWN_OUTCOMES = ("approve", "stop")  # of a closing the operator started


def _outcomes(case: Case) -> tuple[str, ...]:
    return OWN_OUTCOMES if case.by_operator else OUTCOMES


def _checked(request: HttpRequest, form: StaffSignIn) -> StaffUser | None:
    """Return the officer if all three are right; nothing tells which one was wrong.

    Raises:
        TooManyTries: five in a quarter of an hour, whether there is such an account or not.
    """
    name = form.cleaned_data["username"]
    now = clock.now()
    tries = counters.hit("staff", name.casefold(), limit=TRIES, window=WINDOW, now=now)
    user = authenticate(request, username=name, password=form.cleaned_data["password"])
    if not tries.allowed:
        raise too_many(tries.resets_at, now)
    if not isinstance(user, StaffUser):
        return None
    if user.operator != settings.XIAOHU.operator:
        return None
    if not mfa.check(user, form.cleaned_data["code"], now=now):
        return None
    counters.clear("staff", name.casefold())
    return user


def _case(reference: str) -> Case:
    case = queries.by_reference(settings.XIAOHU.operator, reference)
    if case is None or case.state == CaseState.DRAFT.value:
        raise Http404
    return case


def _do(request: HttpRequest, case: Case, officer: StaffUser) -> None:
    if "claim" in request.POST:
        reviewing.claim(case_id=case.pk, officer=officer, now=clock.now())
    elif "recheck" in request.POST and case.state == CaseState.IN_REVIEW.value:
        checking.run(case_id=case.pk, now=clock.now())
    elif "try_again" in request.POST:
        closing_id = _uuid(request.POST["try_again"])
        retrying.try_again(case_id=case.pk, closing_id=closing_id, officer=officer, now=clock.now())


def _uuid(typed: str) -> UUID:
    try:
        return UUID(typed)
    except ValueError:
        raise Http404 from None


def _form(case: Case, outcome: str, request: HttpRequest) -> Reasons | Compared | None:
    """Return what a decision asks for: reasons for a "no", and a look at the papers for a "yes"."""
    listed: dict[str, list[tuple[str, str]]] = {
        "return": [(r.value, gettext(f"return.{r}")) for r in ReturnReason],
        "refuse": [(r.value, gettext(f"refusal_reason.{r}")) for r in RefusalReason],
    }
    if outcome not in listed:
        return Compared(request.POST or None) if papers.kinds_of(case.pk) else None
    return Reasons(request.POST or None, choices=listed[outcome])


def _named(request: HttpRequest, form: Reasons | Compared | None) -> list[str]:
    """Return the reasons ticked so far, of those there are."""
    offered = {value for value, _ in form.listed} if isinstance(form, Reasons) else set()
    return [reason for reason in request.POST.getlist("reasons") if reason in offered]


def _decide(case: Case, officer: StaffUser, outcome: str, form: Reasons | Compared | None) -> None:
    now = clock.now()
    chosen = form.cleaned_data.get("reasons", []) if form is not None else []
    if outcome == "approve":
        reviewing.approve(case_id=case.pk, officer=officer, now=now)
    elif outcome == "stop":
        reviewing.stop_case(case_id=case.pk, officer=officer, now=now)
    elif outcome == "return":
        reasons = [ReturnReason(reason) for reason in chosen]
        reviewing.return_case(case_id=case.pk, officer=officer, reasons=reasons, now=now)
    else:
        refusals = [RefusalReason(reason) for reason in chosen]
        reviewing.refuse(case_id=case.pk, officer=officer, reasons=refusals, now=now)


def _shown(case: Case, officer: StaffUser) -> dict[str, Any]:
    now = clock.now()
    closings = shown.with_registry(shown.closings(case))
    checked = checking.last(case, now=now, with_answers=True)
    in_review = case.state == CaseState.IN_REVIEW.value
    other = reviewing.held_by_other(case, officer, now=now)
    return {
        "case": case,
        "closings": closings,
        "holder": shown.holder(closings),
        "applicant": shown.applicant(case),
        "holder_differs": applying.holder_differs(case),
        "payee": drafting.payee(case),
        "reason_words": volunteering.own_words_of(case),
        "troubles": _troubles(closings, now),
        "papers": papers.of_case(case.pk),
        "two_decide": applying.deciders(case) > 1,
        "other_outcomes": _outcomes(case)[1:],
        **shown.involuntary(case),
        "checked": checked,
        "findings": shown.findings(checked) if checked else [],
        "money_known": bool(checked and checked.lines) and not any(c.settled for c in closings),
        "timeline": [(event.action, event.at) for event in events.of_case(case.pk)],
        "notices": shown.messages(case),
        "profile_of_case": queries.profile_of(case),
        "in_review": in_review,
        "taken_by_other": other,
        "mine": in_review and case.officer_id == officer.pk,
        "can_claim": in_review and not other and case.officer_id != officer.pk,
    }


def _troubles(closings: list[ShownClosing], now: datetime) -> list[dict[str, Any]]:
    """Return what people own: in words, by when it is owed, and whether that has passed."""
    owned = [each for each in closings if each.closing.owner == HumanQueue.OPERATIONS]
    return [
        {
            "each": each,
            "said": trouble(each.closing.trouble, each.closing.step),
            "late": each.closing.owner_due_at <= now,
            "told": promised_by(each.closing.owner_due_at, now=now),
        }
        for each in owned
        if each.closing.owner_due_at is not None
    ]
