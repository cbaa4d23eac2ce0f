"""N13: a refund that goes elsewhere is stopped by the link sent to whoever was told before."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from xiaohu.closures import agreeing
from xiaohu.queue import clock

LONGEST = 16


def stop_refund(request: HttpRequest, code: str) -> HttpResponse:
    """Say which refund it is about, and stop it with one press; nobody signs in for that."""
    operator, typed = settings.XIAOHU.operator, code[:LONGEST].upper()
    about = agreeing.about(operator=operator, code=typed, now=clock.now())
    if request.method == "POST":
        agreeing.stop(operator=operator, code=typed, now=clock.now())
        return HttpResponseRedirect(reverse("portal:stop_refund", args=[typed]))
    return render(request, "portal/stop_refund.html", {"about": about, "code": typed})
