"""D12: what keys do, and switching the single ones off."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.desk import habits
from xiaohu.desk.entering import staff_only

KEYS = (
    (("/",), "search"),
    (("J", "K"), "move"),
    (("Enter",), "open"),
    (("X",), "select"),
    (("A",), "take"),
    (("E",), "decide"),
    (("R",), "return"),
    (("N",), "note"),
    (("G", "Q"), "queue"),
    (("Ctrl", "K"), "commands"),
    (("?",), "help"),
)


@staff_only
def keys(request: HttpRequest, officer: StaffUser) -> HttpResponse:
    """D12: every key; whoever wants none of the single ones switches them off for good."""
    if request.method == "POST":
        wanted = request.POST.get("single_keys", "") != "off"
        habits.set_single_keys(officer=officer, on=wanted)
        habits.remember(request, officer)
        messages.success(request, gettext("desk.keys.saved"))
        return HttpResponseRedirect(request.path)
    page = {"keys": KEYS, "single_keys": not request.session.get(habits.KEYS_OFF, False)}
    return render(request, "desk/keys.html", page)
