"""The box for a code, whatever the code is for: another one, what a try would meet, the ways on."""

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from xiaohu.access import codes
from xiaohu.access.codes import Issued, Limited
from xiaohu.portal import pending, ways
from xiaohu.portal.codes import limited, status_of
from xiaohu.portal.forms import CodeForm
from xiaohu.portal.pending import Pending
from xiaohu.queue import clock
from xiaohu.ui.plain import PlainForm


@dataclass(frozen=True, slots=True)
class Box:
    """A code that is waited for: how and where it went, where it began, and where other ways are."""

    waiting: Pending
    way: str
    shown: str
    begin: str
    other: str
    can_call: bool = False

    def calls(self, request: HttpRequest) -> bool:
        """Say whether another code is asked for by a call."""
        return request.POST.get("again") == "voice" and self.can_call


def another(request: HttpRequest, box: Box, form: PlainForm, *, typed: str) -> HttpResponse | None:
    """Send another code where one went and remember it; say on the form when it is too soon."""
    now = clock.now()
    issued = ways.send_again(box.waiting.code_id, voice=box.calls(request), now=now)
    if isinstance(issued, Issued):
        kept = replace(box.waiting, code_id=issued.code_id, again_at=issued.again_at, typed=typed)
        return pending.remember(HttpResponseRedirect(request.path), kept)
    if isinstance(issued, Limited):
        form.add_error(None, limited(issued.again_at, now=now))
        return None
    return HttpResponseRedirect(box.begin)


def page(request: HttpRequest, box: Box, form: PlainForm) -> HttpResponse:
    """Show the box, or that its code is over and how to go on."""
    now = clock.now()
    context = {
        "form": form if isinstance(form, CodeForm) else CodeForm(),
        "told": form,
        "shown": box.shown,
        "way": box.way,
        "minutes": codes.VALID_MINUTES,
        "standing": codes.standing(box.waiting.code_id, now=now),
        "can_call": box.can_call,
        "again_in": max(0, int((box.waiting.again_at - now).total_seconds())),
        "again": box.begin,
        "other": box.other,
    }
    return render(request, "portal/code.html", context, status=status_of(form))
