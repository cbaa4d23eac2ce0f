"""V1: the number of a document, or the document itself."""

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaohu.portal.forms import text
from xiaohu.ui.plain import PlainForm


class CertificateNumber(PlainForm):
    """The number of a document."""

    number = text(
        "verify.number", empty="verify.err.number", autocomplete="off", autocapitalize="characters"
    )


class PaperFile(PlainForm):
    """A document as it was handed to somebody."""

    file = forms.FileField(
        label=_("verify.file"),
        error_messages={
            "required": _("verify.err.file"),
            "empty": _("verify.err.empty"),
            "invalid": _("verify.err.file"),
        },
        widget=forms.FileInput(attrs={"accept": "application/pdf,.jws,.json"}),
    )
