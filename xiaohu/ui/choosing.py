"""S24: language, size, contrast and reading aloud; one press on any page, or all of them on a page."""

from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xiaohu.ui import typed
from xiaohu.ui.display import Display, Size, display_of, keep, remember
from xiaohu.ui.paths import safe_path
from xiaohu.ui.plain import PlainForm, Unsent
from xiaohu.ui.views import system


class Offered(forms.ChoiceField):
    """One of a few, shown as radios."""

    widget = forms.RadioSelect

    def offer(self, key: str, choices: list[tuple[str, str]]) -> None:
        """Take choices and words in the reader's language."""
        self.choices = choices
        self.label = gettext(f"display.{key}")
        self.error_messages = dict.fromkeys(("required", "invalid_choice"), gettext("display.err"))


class DisplayForm(PlainForm):
    """The four choices."""

    language = Offered()
    size = Offered()
    contrast = Offered()
    aloud = Offered()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = {
            "language": [(code, str(name)) for code, name in settings.LANGUAGES],
            "size": [(size.value, gettext(f"display.size.{size}")) for size in Size],
            "contrast": [
                (each, gettext(f"display.contrast.{each}")) for each in ("standard", "high")
            ],
            "aloud": [(each, gettext(f"display.aloud.{each}")) for each in ("on", "off")],
        }
        for key, choices in offered.items():
            cast(Offered, self.fields[key]).offer(key, choices)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Remember the reader's language and stay on the same page, with what was typed there."""
    answer = HttpResponseRedirect(safe_path(request.GET.get("next", "")))
    wanted = request.GET.get("to", "")
    if wanted in dict(settings.LANGUAGES):
        keep(answer, settings.LANGUAGE_COOKIE_NAME, wanted)
    return _with_typed(request, answer)


@require_POST
def size(request: HttpRequest) -> HttpResponse:
    """Remember a size and stay on the same page, with what was typed there."""
    answer = HttpResponseRedirect(safe_path(request.GET.get("next", "")))
    wanted = request.GET.get("to", "")
    if wanted in set(Size):
        remember(answer, replace(display_of(request), size=Size(wanted)))
    return _with_typed(request, answer)


def _with_typed(request: HttpRequest, answer: HttpResponseRedirect) -> HttpResponse:
    """Return an answer that keeps what was typed, or say that it is too long to be taken along."""
    if typed.keep_unsent(request, answer, path=urlsplit(answer.url).path):
        return answer
    return system(request, "413typed", 413)


def display(request: HttpRequest) -> HttpResponse:
    """S24: all choices on one page, applied at once."""
    back = safe_path(request.POST.get("next") or request.GET.get("next", ""))
    form = DisplayForm(_given(request), initial=_chosen(request))
    if request.method == "POST" and form.is_valid():
        return _applied(form, back)
    page = {"form": form, "back": back, "saved": "saved" in request.GET}
    status = 422 if form.errors else 200
    return render(request, "ui/display.html", page, status=status)


def _given(request: HttpRequest) -> QueryDict | None:
    """Return what was sent or ticked; what a switch has just changed counts more than its tick."""
    given: QueryDict = request.POST
    if isinstance(given, Unsent):
        given = given.copy()
        for switched in ("language", "size"):
            given.pop(switched, None)
    return given or None


def _chosen(request: HttpRequest) -> dict[str, str]:
    chosen = display_of(request)
    return {
        "language": translation.get_language() or settings.LANGUAGE_CODE,
        "size": chosen.size.value,
        "contrast": "high" if chosen.contrast else "standard",
        "aloud": "on" if chosen.aloud else "off",
    }


def _applied(form: DisplayForm, back: str) -> HttpResponse:
    given = form.cleaned_data
    answer = HttpResponseRedirect(f"{reverse('ui:display')}?saved=1&next={back}")
    chosen = Display(
        Size(given["size"]),
        aloud=given["aloud"] == "on",
        contrast=given["contrast"] == "high",
    )
    remember(answer, chosen)
    keep(answer, settings.LANGUAGE_COOKIE_NAME, given["language"])
    return answer
