"""A7: what the log is asked for; codes, ids and days in China."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xiaohu.access.models import StaffUser
from xiaohu.closures.auditing import Asked
from xiaohu.core.actors import ActorKind
from xiaohu.desk import auditing
from xiaohu.trail import events
from xiaohu.ui.plain import PlainForm


class AskLog(PlainForm):
    """Which events to show; what is left empty leaves none out."""

    reference = forms.CharField(
        label=_("track.reference"),
        max_length=36,
        required=False,
        error_messages={"max_length": _("audit.no_request")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, team: list[StaffUser], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anything = ("", gettext("desk.any"))
        actions = sorted((auditing.named(one), one) for one in events.actions())
        self.fields["action"] = _choice(
            "audit.col.action", [anything, *((one, said) for said, one in actions)]
        )
        roles = [(one.value, gettext(f"audit.actor.{one}")) for one in ActorKind]
        people = [(str(one.pk), one.display_name) for one in team]
        self.fields["actor"] = _choice(
            "audit.col.actor",
            [anything, (gettext("audit.roles"), roles), (gettext("audit.people"), people)],
        )
        self.fields["since"] = _day("audit.since")
        self.fields["until"] = _day("audit.until")

    def clean(self) -> dict[str, Any]:
        """Refuse a last day before the first."""
        given = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", gettext("audit.err.order"))
        return given

    def asked(self, operator: str) -> Asked:
        """Return what was asked for, of a form that is valid."""
        given = self.cleaned_data
        return Asked(
            operator,
            case=given["reference"],
            action=given["action"],
            actor=given["actor"],
            since=_begins(given["since"]),
            until=_begins(given["until"] and _day_after(given["until"])),
        )


def _choice(label: str, choices: list[Any]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext(label),
        choices=choices,
        required=False,
        error_messages={"invalid_choice": gettext("err.choose")},
    )


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=gettext(label),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": gettext("audit.err.day")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )


def _begins(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min) if day else None


def _day_after(day: date) -> date | None:
    """Return the next day; none after the last there is."""
    return day + timedelta(days=1) if day < date.max else None
