"""What people type, judged by the server alone; every error says what to do."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.core.applicants import PHOTOS
from xiaohu.core.numbers import NumberRefused, normalise
from xiaohu.core.reasons import MOST_CHARACTERS
from xiaohu.ui.plain import PlainForm
from xiaohu.ui.uploads import paper_field

CODE = re.compile(r"[0-9]{6}")


def agreed(kind: str) -> forms.BooleanField:
    """Return a box of its own for one consent; without it the page names another way."""
    return forms.BooleanField(
        label=_(f"consent.{kind}"),
        help_text=_(f"consent.{kind}.other"),
        error_messages={"required": _(f"consent.err.{kind}")},
    )


def text(label: str, *, empty: str, **attributes: str) -> forms.CharField:
    """Return a text field that says what to type when it is left empty."""
    kind = attributes.pop("type", "text")
    return forms.CharField(
        label=_(label),
        max_length=200,
        error_messages={"required": _(empty), "max_length": _("err.too_long")},
        widget=forms.TextInput(attrs={"type": kind, **attributes}),
    )


class PasswordSignIn(PlainForm):
    """S2: user name and password."""

    username = text("signin.username", empty="signin.err.username", autocomplete="username")
    password = forms.CharField(
        label=_("signin.password"),
        strip=False,
        max_length=128,
        error_messages={"required": _("signin.err.password")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class ManualCheck(PlainForm):
    """S7: whom people call who look at what stands in the way."""

    name = text("people.name", empty="people.err.name", autocomplete="name")
    number = text(
        "people.number", empty="signin.err.number", type="tel", inputmode="tel", autocomplete="tel"
    )

    def clean_number(self) -> str:
        """Return the number in E.164."""
        try:
            return normalise(self.cleaned_data["number"])
        except NumberRefused:
            raise ValidationError(gettext("signin.err.number")) from None


class NumberSignIn(PlainForm):
    """S2: a code to the line."""

    number = text(
        "signin.number", empty="signin.err.number", type="tel", inputmode="tel", autocomplete="tel"
    )

    def clean_number(self) -> str:
        """Return the number in E.164."""
        try:
            return normalise(self.cleaned_data["number"])
        except NumberRefused:
            raise ValidationError(gettext("signin.err.number")) from None


class ReferenceSignIn(PlainForm):
    """S2: a code to the contact of a case."""

    reference = text("track.reference", empty="track.err.reference", autocomplete="off")


class Recovery(PlainForm):
    """S2: a code that lets somebody set another password: to a line of theirs, or to their contact."""

    username = text("signin.username", empty="signin.err.username", autocomplete="username")
    to = forms.ChoiceField(
        label=_("recover.to"),
        choices=[
            ("recover_line", _("recover.to.line")),
            ("recover_contact", _("recover.to.contact")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("err.choose"), "invalid_choice": _("err.choose")},
    )
    number = forms.CharField(
        label=_("recover.number"),
        required=False,
        max_length=200,
        error_messages={"max_length": _("err.too_long")},
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a number, in E.164, where the code is to reach a line."""
        given = super().clean() or {}
        if given.get("to") == "recover_line" and "number" not in self.errors:
            try:
                given["number"] = normalise(given.get("number", ""))
            except NumberRefused:
                self.add_error("number", gettext("signin.err.number"))
        return given


class FreshPassword(PlainForm):
    """A password for somebody who proved themselves by a code."""

    password = forms.CharField(
        label=_("password.new"),
        strip=False,
        max_length=128,
        error_messages={
            "required": _("password.err.length"),
            "max_length": _("password.err.length"),
        },
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class CodeForm(PlainForm):
    """S3: six digits, spaces and full-width digits understood."""

    code = text(
        "code.label",
        empty="code.err.len",
        inputmode="numeric",
        autocomplete="one-time-code",
    )

    def clean_code(self) -> str:
        """Return six ASCII digits."""
        digits = "".join(
            str(int(character)) for character in self.cleaned_data["code"] if character.isdecimal()
        )
        if not CODE.fullmatch(digits):
            raise ValidationError(gettext("code.err.len"))
        return digits


class OneChoice(PlainForm):
    """One question with a few answers."""

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"] = forms.ChoiceField(
            label="",
            choices=choices,
            widget=forms.RadioSelect,
            error_messages={"required": _("err.choose"), "invalid_choice": _("err.choose")},
        )


class SomeChoices(PlainForm):
    """One question with one or more of a few answers."""

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A single line is chosen like any one thing; several may be ticked together.
        single = len(choices) == 1
        self.fields["choice"] = forms.MultipleChoiceField(
            label="",
            choices=choices,
            initial=[choices[0][0]] if single else None,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("err.choose"), "invalid_choice": _("err.choose")},
        )

    def show(self, choices: list[tuple[str, str]], *, ticked: Collection[str]) -> None:
        """Show only these of the answers; each keeps its tick."""
        field = cast(forms.MultipleChoiceField, self.fields["choice"])
        field.choices = choices
        if ticked:
            field.initial = list(ticked)


class NumberList(PlainForm):
    """S4: numbers in a file, or pasted."""

    numbers = forms.CharField(
        label=_("upload.numbers"),
        required=False,
        max_length=40_000,
        error_messages={"max_length": _("upload.err.too_many")},
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off"}),
    )
    file = forms.FileField(
        label=_("upload.file"),
        required=False,
        error_messages={
            "empty": _("upload.err.unreadable"),
            "invalid": _("upload.err.unreadable"),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        given = super().clean() or {}
        if not self.errors and not given.get("numbers") and given.get("file") is None:
            self.add_error("numbers", gettext("upload.err.nothing"))
        return given


class Asker(PlainForm):
    """S5: who applies."""

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label="",
            choices=kinds,
            widget=forms.RadioSelect,
            error_messages={"required": _("err.choose"), "invalid_choice": _("err.choose")},
        )


class Applicant(PlainForm):
    """S5: whoever applies for the holder says who both are."""

    name = forms.CharField(
        label=_("who.name"),
        max_length=100,
        error_messages={"required": _("refusal.NAME_MISSING")},
    )
    document_number = forms.CharField(
        label=_("who.document_number"),
        max_length=40,
        error_messages={"required": _("who.err.document_number")},
    )
    holder_name = forms.CharField(
        label=_("who.holder_name"),
        max_length=100,
        error_messages={"required": _("intake.err.holder_name")},
    )
    holder_document = forms.CharField(
        label=_("who.holder_document"),
        max_length=40,
        error_messages={"required": _("intake.err.holder_document")},
    )

    def __init__(self, *args: Any, documents: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document_kind"] = forms.ChoiceField(
            label=_("who.document_kind"),
            choices=documents,
            required=False,
            error_messages={"invalid_choice": _("err.choose")},
        )


class ReasonForm(OneChoice):
    """S11: why, if somebody wants to say so; own words only beside "other"."""

    words = forms.CharField(
        label=_("reason.words"),
        required=False,
        max_length=MOST_CHARACTERS,
        error_messages={"max_length": _("reason.err.long")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class OnePaper(PlainForm):
    """S10: one file of one kind."""

    file = paper_field()

    def __init__(
        self, *args: Any, kinds: list[tuple[str, str]], ask_consent: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(
            label=_("papers.kind"),
            choices=kinds,
            error_messages={"required": _("err.choose"), "invalid_choice": _("err.choose")},
        )
        if ask_consent:
            self.fields["agreed"] = agreed("id_photo")
            self.fields["agreed"].required = False

    def clean(self) -> None:
        """Refuse a picture of an identity document that its owner did not agree to."""
        photo = self.cleaned_data.get("kind") in PHOTOS
        if photo and "agreed" in self.fields and not self.cleaned_data.get("agreed"):
            self.add_error("agreed", gettext("consent.err.id_photo"))


class Objection(PlainForm):
    """What a holder says against a closing the operator started, with one paper if there is any."""

    statement = forms.CharField(
        label=_("object.statement"),
        max_length=500,
        error_messages={
            "required": _("object.err.statement"),
            "max_length": _("object.err.too_long"),
        },
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    file = forms.FileField(
        label=_("object.file"),
        required=False,
        error_messages={"empty": _("paper.err.unreadable"), "invalid": _("papers.err.file")},
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,application/pdf"}),
    )


class ContactForm(PlainForm):
    """S14: a number or an e-mail address."""

    to = text("contact.label", empty="contact.err.empty", autocomplete="off")


class Declaration(PlainForm):
    """S16: one box to tick; the last digits of a number only where closing is easily regretted."""

    declared = forms.BooleanField(
        label=_("review.declare"), error_messages={"required": _("review.err.declare")}
    )

    def __init__(self, *args: Any, tail: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = tail
        if tail:
            self.fields["tail"] = text(
                "review.tail", empty="review.err.tail", inputmode="numeric", autocomplete="off"
            )
            self.order_fields(["tail", "declared"])

    def clean_tail(self) -> str:
        """Return the last four digits of the line, as they were asked for."""
        typed = unicodedata.normalize("NFKC", str(self.cleaned_data["tail"])).strip()
        if typed != self.wanted:
            raise ValidationError(gettext("review.err.tail"))
        return typed


class NewPassword(PlainForm):
    """Another password, for somebody who knows the one in use."""

    old = forms.CharField(
        label=_("password.old"),
        strip=False,
        max_length=128,
        error_messages={"required": _("password.err.old"), "max_length": _("password.err.old")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("password.new"),
        strip=False,
        max_length=128,
        error_messages={"required": _("password.err.length")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
