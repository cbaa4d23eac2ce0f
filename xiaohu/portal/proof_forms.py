"""S9: what proves who somebody is; nothing typed here is ever kept."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.core.cards import IccidRefused, normalise_iccid_tail
from xiaohu.portal.forms import agreed, text
from xiaohu.ui.plain import PlainForm


class SendForm(PlainForm):
    """S9: the button that sends a code; nothing is typed, but it may have to wait."""


class CardForm(PlainForm):
    """S9: the last four characters on the card."""

    tail = text(
        "verify.card", empty="verify.err.card", autocomplete="off", autocapitalize="characters"
    )

    def clean_tail(self) -> str:
        """Return the last four characters; what can be no card number is not tried."""
        try:
            return normalise_iccid_tail(self.cleaned_data["tail"])
        except IccidRefused:
            raise ValidationError(gettext("verify.err.card_form")) from None


class ServicePassword(PlainForm):
    """S9: the password of the operator's own service, which the operator checks."""

    service_password = forms.CharField(
        label=_("verify.service_password"),
        strip=False,
        max_length=64,
        error_messages={"required": _("verify.err.service_password")},
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


class FaceForm(PlainForm):
    """S9: a picture of the holder's face for the operator, with a consent of its own.

    The field opens the front camera where there is one, and takes a picture there is otherwise.
    """

    file = forms.FileField(
        label=_("verify.face"),
        error_messages={
            "required": _("verify.err.no_face"),
            "empty": _("paper.err.unreadable"),
            "invalid": _("verify.err.no_face"),
        },
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "user"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "id_face_%s"
        self.fields["agreed"] = agreed("face")
