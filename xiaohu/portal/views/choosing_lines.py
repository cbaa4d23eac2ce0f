"""S4: which line, or lines: from a list, by a search, or by a list of numbers of one's own."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.access.sessions import Subscriber
from xiaohu.closures import queries
from xiaohu.core.steps import Scope
from xiaohu.portal import options
from xiaohu.portal.entering import signed_in
from xiaohu.portal.forms import NumberList, SomeChoices
from xiaohu.portal.opening import open_draft
from xiaohu.registry import lines, number_list
from xiaohu.registry.files.refused import FileRefused
from xiaohu.registry.models import Line
from xiaohu.registry.number_list import ListTooLong
from xiaohu.ui import uploads
from xiaohu.ui.plain import Unsent
from xiaohu.ui.refusals import sentence

SEARCH_ABOVE = 10
SHOWN = 200


@signed_in
def choose_line(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Tick lines; a search is sent, since a number belongs into no address."""
    wanted = _scope(request)
    own = queries.lines_of(subscriber)
    finds = request.method == "POST" and "find" in request.POST
    form = SomeChoices(None if finds else request.POST or None, choices=_plain(own))
    if request.method == "POST" and not finds and form.is_valid():
        return open_draft(subscriber, wanted, [UUID(c) for c in form.cleaned_data["choice"]])
    sought = request.POST.get("sought", "")[:64].strip() if finds else ""
    ticked = {each for each in request.POST.getlist("choice") if request.method == "POST"}
    found = _found(own, sought)
    kept = [line for line in own if str(line.pk) in ticked and line not in found]
    form.show([*_answers(kept), *_answers(found[:SHOWN])], ticked=ticked)
    page = {
        "form": form,
        "scope": wanted,
        "count": len(own),
        "searched": finds,
        "sought": request.POST.get("sought", "")[:64],
        "found": len(found),
        "more": len(found) > SHOWN,
        "shown": SHOWN,
        "can_search": len(own) > SEARCH_ABOVE,
        "only_line": subscriber.account_id is None,
    }
    return render(request, "portal/lines.html", page, status=422 if form.errors else 200)


@signed_in
def upload(request: HttpRequest, subscriber: Subscriber) -> HttpResponse:
    """Tick the lines that a file or pasted numbers name; what is wrong is said row by row."""
    own = queries.lines_of(subscriber)
    if not own:
        return HttpResponseRedirect(reverse("portal:lines"))
    sent = request.method == "POST"
    kept = request.POST if isinstance(request.POST, Unsent) else None
    form = NumberList(request.POST if sent else kept, request.FILES if sent else None)
    left_out = sent and uploads.refuse_left_out(request, form)
    named = None
    if sent and not left_out and form.is_valid():
        named = _named(form, own)
    page = {"form": form, "scope": _scope(request), "named": named}
    ticked = (
        {str(pk) for pk in named.line_ids} if named else set(kept.getlist("choice") if kept else ())
    )
    chosen = [line for line in own if str(line.pk) in ticked]
    if chosen:
        ticks = SomeChoices(None, choices=_plain(chosen))
        ticks.show(_answers(chosen), ticked={str(line.pk) for line in chosen})
        page["ticks"] = ticks
    none = named is not None and not named.line_ids
    return render(request, "portal/upload.html", page, status=422 if form.errors or none else 200)


def _scope(request: HttpRequest) -> Scope:
    return Scope.BOTH if request.GET.get("scope") == Scope.BOTH else Scope.LINE


def _plain(own: Iterable[Line]) -> list[tuple[str, str]]:
    return [(str(line.pk), "") for line in own]


def _answers(listed: Collection[Line]) -> list[tuple[str, str]]:
    closing = queries.closing_now([line.pk for line in listed])
    return [
        (str(shown.id), options.line(shown, closing=shown.id in closing))
        for shown in lines.shown(listed)
    ]


def _found(own: list[Line], sought: str) -> list[Line]:
    """Return the lines a search means: by some digits of the number, or by the product."""
    if not sought:
        return own
    digits = "".join(str(int(c)) for c in sought if c.isdecimal()).removeprefix("86")
    by_number = lines.containing(own, digits) if digits else []
    return by_number or [x for x in own if sought.casefold() in x.product.casefold()]


def _named(form: NumberList, own: list[Line]) -> number_list.Named | None:
    file = form.cleaned_data["file"]
    try:
        rows = (
            number_list.of_file(file.read())
            if file is not None
            else number_list.of_text(form.cleaned_data["numbers"])
        )
        return number_list.named(rows, own)
    except (FileRefused, ListTooLong) as refused:
        form.add_error("file" if file is not None else "numbers", sentence(refused).what)
    return None
