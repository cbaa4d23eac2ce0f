"""A8: what is typed to hold or open what is kept of a case, and to end a hold."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.core.kept import LONGEST_AUTHORITY, KeptAct
from xiaohu.ui.plain import PlainForm

ASKED_OF_A_CASE = (KeptAct.HOLD, KeptAct.OPEN)


def _authority() -> forms.CharField:
    return forms.CharField(
        label=_("kept.authority"),
        max_length=LONGEST_AUTHORITY,
        error_messages=dict.fromkeys(
            ("required", "max_length"), gettext("refusal.AUTHORITY_MISSING")
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class AskKept(PlainForm):
    """Hold or open what is kept of a case, for an authority."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["act"] = forms.ChoiceField(
            label=_("kept.act"),
            choices=[(one.value, gettext(f"kept.ask.{one}")) for one in ASKED_OF_A_CASE],
            widget=forms.RadioSelect,
            error_messages=dict.fromkeys(("required", "invalid_choice"), gettext("err.choose")),
        )
        self.fields["reference"] = forms.CharField(
            label=_("track.reference"),
            max_length=32,
            error_messages=dict.fromkeys(("required", "max_length"), gettext("kept.err.reference")),
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields["authority"] = _authority()


class EndHold(PlainForm):
    """End a hold, because the authority says so."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["authority"] = _authority()
