"""H3: a person by phone, a call-back, a complaint, and its answer."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, gettext

from xiaohu.access.accounts import TooManyTries
from xiaohu.assistance import asking, calling, complaining
from xiaohu.assistance.asking import AskedNotFound
from xiaohu.assistance.calling import Wish
from xiaohu.assistance.complaining import Grievance
from xiaohu.assistance.models import CallBack, Complaint
from xiaohu.closures import queries
from xiaohu.core import assistance
from xiaohu.core.assistance import CallTopic, ComplaintSubject, Slot
from xiaohu.core.calendar import CHINA
from xiaohu.core.references import COMPLAINT, normalise_reference
from xiaohu.core.staffed import closed_until
from xiaohu.help.forms import SOON, AnswerForm, CallForm, ComplaintForm
from xiaohu.queue import clock
from xiaohu.registry import calendars, policies
from xiaohu.ui.refusals import Refused
from xiaohu.ui.templatetags.words import day

OPENED = "xh_answer"
OPEN_FOR = timedelta(minutes=20)


def contact(request: HttpRequest) -> HttpResponse:
    """H3: the hotline, whether somebody is there now, and a call-back at a time one likes."""
    now, operator = clock.now(), settings.XIAOHU.operator
    staffed = policies.current(operator).contact.staffed
    slots = assistance.slots(staffed, now=now, calendar=calendars.working())
    opens = staffed and closed_until(staffed, moment=now, calendar=calendars.working())
    form = CallForm(
        request.POST or None,
        times=[(_key(s), _said(s)) for s in slots],
        initial={"time": _key(slots[0])} if opens and slots else None,
    )
    if request.method == "POST" and form.is_valid():
        made = _ask(request, form, slots, now)
        if made is not None:
            return HttpResponseRedirect(reverse("help:asked", args=[made.reference]))
    page = {
        "form": form,
        "staffed": staffed,
        "staffed_again": opens,
        "wait": calling.usual_wait(operator, now=now),
    }
    return render(request, "help/contact.html", page, status=422 if form.errors else 200)


def complain(request: HttpRequest) -> HttpResponse:
    """H3: say what went wrong; acknowledged at once, answered within fifteen days."""
    form = ComplaintForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = _complain(request, form)
        if made is not None:
            return HttpResponseRedirect(reverse("help:asked", args=[made.reference]))
    page = {"form": form, "days": assistance.COMPLAINT_DAYS}
    return render(request, "help/complaint.html", page, status=422 if form.errors else 200)


def asked(request: HttpRequest, reference: str) -> HttpResponse:
    """H3: the reference, and by when; nothing of whoever asked."""
    operator = settings.XIAOHU.operator
    is_complaint = normalise_reference(reference).startswith(COMPLAINT)
    rows = Complaint.objects if is_complaint else CallBack.objects
    found = asking.of_operator(rows.all(), operator, reference)
    page = {"asked": found, "is_complaint": is_complaint}
    return render(request, "help/asked.html", page)


def answer(request: HttpRequest) -> HttpResponse:
    """H3: the answer to a complaint, for whoever knows its reference and the end of the address.

    It stays open in that browser for twenty minutes, or until it is put away.
    """
    if "close" in request.POST:
        return _put_away()
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = _read(request, form)
        if found is not None:
            return _keep_open(found)
    page: dict[str, object] = {"form": form}
    if request.method == "GET":
        opened = request.get_signed_cookie(OPENED, default="", max_age=OPEN_FOR)
        page["complaint"], page["said"] = complaining.again(settings.XIAOHU.operator, opened or "")
    shown = render(request, "help/answer.html", page, status=422 if form.errors else 200)
    shown["Cache-Control"] = "no-store"
    return shown


def _ask(
    request: HttpRequest, form: CallForm, slots: tuple[Slot, ...], now: datetime
) -> CallBack | None:
    given = form.cleaned_data
    chosen = {_key(slot): slot for slot in slots}
    wish = Wish(
        name=given["name"],
        number=given["number"],
        topic=CallTopic(given["topic"]),
        slot=chosen.get(given["time"]) if given["time"] != SOON else None,
        case_id=_case(given["reference"]),
        reference=given["reference"],
    )
    try:
        return calling.ask(
            operator=settings.XIAOHU.operator,
            wish=wish,
            language=_language(),
            address=_address(request),
            now=now,
        )
    except TooManyTries as refused:
        form.add_error(None, Refused(refused))
        return None


def _complain(request: HttpRequest, form: ComplaintForm) -> Complaint | None:
    given = form.cleaned_data
    case_id = _case(given["reference"])
    # Of a number alone it is never said that it is being closed: that is for who has the reference.
    if case_id is not None and queries.closes_number(case_id, given["to"]):
        form.add_error("to", gettext("refusal.CONTACT_SAME_NUMBER"))
        return None
    said = Grievance(
        name=given["name"],
        to=given["to"],
        subject=ComplaintSubject(given["subject"]),
        words=given["words"],
        case_id=case_id,
        reference=given["reference"],
    )
    try:
        return complaining.complain(
            operator=settings.XIAOHU.operator,
            said=said,
            language=_language(),
            address=_address(request),
            now=clock.now(),
        )
    except TooManyTries as refused:
        form.add_error(None, Refused(refused))
        return None


def _read(request: HttpRequest, form: AnswerForm) -> Complaint | None:
    try:
        return complaining.read(
            operator=settings.XIAOHU.operator,
            reference=form.cleaned_data["reference"],
            tail=form.cleaned_data["tail"],
            address=_address(request),
            now=clock.now(),
        )
    except (TooManyTries, AskedNotFound) as refused:
        form.add_error(None, Refused(refused))
        return None


def _keep_open(found: Complaint) -> HttpResponse:
    to = HttpResponseRedirect(reverse("help:answer"))
    to.set_signed_cookie(
        OPENED,
        str(found.pk),
        max_age=OPEN_FOR,
        path=reverse("help:answer"),
        httponly=True,
        samesite="Lax",
        secure=settings.SECURE_COOKIES,
    )
    return to


def _put_away() -> HttpResponse:
    to = HttpResponseRedirect(reverse("help:contact"))
    to.delete_cookie(OPENED, path=reverse("help:answer"))
    return to


def _case(reference: str) -> UUID | None:
    """Return the case of a reference; that there is none is not said."""
    found = queries.by_reference(settings.XIAOHU.operator, reference) if reference else None
    return found.pk if found else None


def _key(slot: Slot) -> str:
    return slot.begins.astimezone(CHINA).strftime("%Y-%m-%dT%H")


def _said(slot: Slot) -> str:
    begins, ends = slot.begins.astimezone(CHINA), slot.ends.astimezone(CHINA)
    return gettext("help.time.slot").format(
        date=day(begins.date()), begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}"
    )


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE
