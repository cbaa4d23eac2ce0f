"""What an administrator announces of an incident, in both languages."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.core.calendar import CHINA
from xiaohu.core.working import Part, Works
from xiaohu.ui.plain import PlainForm

LONGEST = 200
TIME = "%Y-%m-%d %H:%M"


def _words(label: str, empty: str) -> forms.CharField:
    return forms.CharField(
        label=_(label),
        max_length=LONGEST,
        error_messages={"required": _(empty), "max_length": _("err.too_long")},
        widget=forms.Textarea(attrs={"rows": "2"}),
    )


class News(PlainForm):
    """What is said of an incident, and when it should be over."""

    zh = _words("incident.zh", "incident.err.zh")
    en = _words("incident.en", "incident.err.en")
    until = forms.CharField(
        label=_("incident.until"),
        required=False,
        max_length=20,
        error_messages={"max_length": _("incident.err.until")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now

    def clean_until(self) -> datetime | None:
        """Return the moment in China's time; one that has passed is no news."""
        typed = self.cleaned_data["until"]
        if not typed:
            return None
        try:
            until = datetime.strptime(typed, TIME).replace(tzinfo=CHINA)
        except ValueError:
            raise ValidationError(gettext("incident.err.until")) from None
        if until <= self.now:
            raise ValidationError(gettext("incident.err.past"))
        return until


class Announcement(News):
    """A new incident: which parts do not work, and how badly."""

    field_order = ("parts", "works", "zh", "en", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parts"] = forms.MultipleChoiceField(
            label=_("incident.parts"),
            choices=[(part.value, gettext(f"status.part.{part}")) for part in Part],
            widget=forms.CheckboxSelectMultiple,
            error_messages=dict.fromkeys(
                ("required", "invalid_choice"), gettext("incident.err.parts")
            ),
        )
        self.fields["works"] = forms.ChoiceField(
            label=_("incident.works"),
            choices=[(w.value, gettext(f"status.works.{w}")) for w in (Works.SLOW, Works.DOWN)],
            widget=forms.RadioSelect,
            error_messages=dict.fromkeys(("required", "invalid_choice"), gettext("err.choose")),
        )
        self.order_fields(self.field_order)
