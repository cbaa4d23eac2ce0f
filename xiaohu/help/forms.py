"""What people type at the help centre."""

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaohu.assistance import feedback


class RemarkForm(forms.Form):
    """H2: what was missing, in the reader's own words."""

    use_required_attribute = False
    words = forms.CharField(
        label=_("help.remark"),
        max_length=feedback.LONGEST_REMARK,
        error_messages={"required": _("help.err.remark"), "max_length": _("err.too_long")},
        widget=forms.Textarea(attrs={"rows": 3}),
    )
