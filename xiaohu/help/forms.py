"""What people type at the help centre."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.assistance import complaining, feedback
from xiaohu.core.assistance import CallTopic, ComplaintSubject
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.references import is_reference
from xiaohu.ui.plain import PlainForm

SOON = "soon"


def line(label: str, *, empty: str, longest: int = 200, **attributes: str) -> forms.CharField:
    """Return a field of one line that says what to type when it is left empty."""
    kind = attributes.pop("type", "text")
    return forms.CharField(
        label=_(label),
        max_length=longest,
        required=bool(empty),
        error_messages={"required": _(empty or "err.choose"), "max_length": _("err.too_long")},
        widget=forms.TextInput(attrs={"type": kind, **attributes}),
    )


def words(label: str, *, empty: str, longest: int, rows: int) -> forms.CharField:
    """Return a field of several lines."""
    return forms.CharField(
        label=_(label),
        max_length=longest,
        error_messages={"required": _(empty), "max_length": _("err.too_long")},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    """Return one of a few."""
    said = {"required": gettext("err.choose"), "invalid_choice": gettext("err.choose")}
    return forms.ChoiceField(label=gettext(label), choices=choices, error_messages=said)


class RemarkForm(PlainForm):
    """H2: what was missing, in the reader's own words."""

    words = words("help.remark", empty="help.err.remark", longest=feedback.LONGEST_REMARK, rows=3)


class CallForm(PlainForm):
    """H3: who is to be called, when and about what."""

    name = line("help.name", empty="help.err.name", longest=40, autocomplete="name")
    number = line(
        "help.number", empty="help.err.number", type="tel", inputmode="tel", autocomplete="tel"
    )
    reference = line("help.reference", empty="", longest=40, autocomplete="off")

    def __init__(self, *args: Any, times: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = [(topic.value, gettext(f"help.call.{topic}")) for topic in CallTopic]
        self.fields["topic"] = choice("help.topic", topics)
        self.fields["time"] = choice("help.time", [(SOON, gettext("help.time.soon")), *times])

    def clean_number(self) -> str:
        """Return the number in E.164."""
        return _number(self.cleaned_data["number"], "help.err.number")

    def clean_reference(self) -> str:
        """Return the reference as typed, where it can be one."""
        return _reference(self.cleaned_data["reference"])


class ComplaintForm(PlainForm):
    """H3: what happened, and where the answer goes."""

    words = words(
        "help.complaint.words", empty="help.err.words", longest=complaining.LONGEST, rows=6
    )
    name = line("help.name", empty="help.err.name", longest=40, autocomplete="name")
    to = line("help.to", empty="help.err.to", longest=120, autocomplete="tel")
    reference = line("help.reference", empty="", longest=40, autocomplete="off")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        subjects = [(s.value, gettext(f"help.complaint.{s}")) for s in ComplaintSubject]
        self.fields["subject"] = choice("help.subject", subjects)

    def clean_to(self) -> str:
        """Return a mail address, or a number in E.164."""
        to = unicodedata.normalize("NFKC", self.cleaned_data["to"]).strip()
        if "@" not in to:
            return _number(to, "help.err.to")
        try:
            validate_email(to)
        except ValidationError:
            raise ValidationError(gettext("help.err.to")) from None
        return to

    def clean_reference(self) -> str:
        """Return the reference as typed, where it can be one."""
        return _reference(self.cleaned_data["reference"])


class AnswerForm(PlainForm):
    """H3: which complaint, and the end of the address it was made from."""

    reference = line("help.complaint.reference", empty="help.err.reference", autocomplete="off")
    tail = line("help.tail", empty="help.err.tail", longest=8, autocomplete="off")


def _number(typed: str, error: str) -> str:
    try:
        return normalise(typed)
    except NumberRefused:
        raise ValidationError(gettext(error)) from None


def _reference(typed: str) -> str:
    if typed and not is_reference(typed):
        raise ValidationError(gettext("help.err.reference_form"))
    return typed
