"""What staff type and tick."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class StaffSignIn(forms.Form):
    """D1: account, password, and the code of the authenticator."""

    use_required_attribute = False
    username = forms.CharField(
        label=_("desk.username"),
        max_length=64,
        error_messages={"required": _("signin.err.username")},
        widget=forms.TextInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("signin.password"),
        max_length=128,
        strip=False,
        error_messages={"required": _("signin.err.password")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    code = forms.CharField(
        label=_("desk.code"),
        max_length=12,
        error_messages={"required": _("code.err.len"), "max_length": _("code.err.len")},
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class Reasons(forms.Form):
    """D5: at least one reason."""

    use_required_attribute = False

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reasons"] = forms.MultipleChoiceField(
            label=_("desk.reasons"),
            choices=choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("refusal.REASON_MISSING")},
        )


class Compared(forms.Form):
    """D5: whoever approves has compared the papers with what is registered."""

    use_required_attribute = False
    compared = forms.BooleanField(
        label=_("desk.compared"), error_messages={"required": _("desk.err.compared")}
    )
