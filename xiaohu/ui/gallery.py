"""Every component, living, on one page: for whoever builds pages; only the demo shows it."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from xiaohu.queue import clock
from xiaohu.ui.qr import svg
from xiaohu.ui.refusals import Sentence

SECTIONS = (
    "colours",
    "type",
    "buttons",
    "fields",
    "choices",
    "boxes",
    "panels",
    "facts",
    "tasks",
    "time",
    "tables",
    "ways",
    "desk",
    "small",
)
COLOURS = (
    "ink",
    "second",
    "surface",
    "line",
    "field",
    "brand",
    "brand-dark",
    "danger",
    "danger-paper",
    "ok",
    "ok-paper",
    "warn",
    "warn-paper",
    "info-paper",
    "focus",
)


class Sample(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=gettext_lazy("who.name"))
    code = forms.CharField(label=gettext_lazy("code.label"))
    amount = forms.CharField(label=gettext_lazy("review.amount"))
    bank = forms.ChoiceField(
        label=gettext_lazy("account.bank"), choices=[("1", "示例银行"), ("2", "Example Bank")]
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("scope.h1"),
        choices=[("line", gettext_lazy("scope.line")), ("account", gettext_lazy("scope.account"))],
        widget=forms.RadioSelect,
    )
    declared = forms.BooleanField(label=gettext_lazy("review.declare"))


def gallery(request: HttpRequest) -> HttpResponse:
    """Show every component in its ordinary and its troubled state."""
    if not settings.XIAOHU.demo:
        raise Http404
    now = clock.now()
    page = {
        "sections": SECTIONS,
        "colours": COLOURS,
        "plain": Sample(auto_id="plain_%s", initial={"scope": "line"}),
        "wrong": Sample({}, auto_id="wrong_%s"),
        "refused": Sentence("EXAMPLE", _words("check.title.ARREARS"), _words("checks.clear")),
        "now": now,
        "later": now + timedelta(days=3),
        "qr": svg("https://close.example/verify/C7K3M9QX4T2P"),
        "amounts": (0, -3820, 123_456_789),
    }
    return render(request, "ui/gallery.html", page)


def _words(key: str) -> str:
    return str(gettext_lazy(key))
