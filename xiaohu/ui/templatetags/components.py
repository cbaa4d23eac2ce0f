"""Form fields and the list of what is wrong with a form."""

from typing import Any

from django import template
from django.forms import BoundField, Form
from django.utils.translation import gettext

from xiaohu.ui.refusals import Refused, Sentence

register = template.Library()


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, kind: str = "", hint: str = "") -> dict[str, Any]:
    """Show a text field: label, help, error, box."""
    ids = [
        f"{bound.id_for_label}-{part}"
        for part, there in (("help", hint or bound.help_text), ("error", bound.errors))
        if there
    ]
    attributes: dict[str, str | bool] = {}
    if ids:
        attributes["aria-describedby"] = " ".join(ids)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {
        "bound": bound,
        "box": bound.as_widget(attrs=attributes),
        "kind": kind,
        "hint": hint or bound.help_text,
    }


@register.inclusion_tag("ui/reference.html")
def reference(number: str, name: str = "", shape: str = "caption") -> dict[str, Any]:
    """Show a number people go by, always in the same form.

    `caption` stands above a heading; `heading` is the heading; `panel` is given to be kept. The
    last two can be copied.
    """
    return {"number": number, "name": name or gettext("track.reference"), "shape": shape}


@register.inclusion_tag("ui/options.html")
def options(bound: BoundField, legend: str = "", heading: bool = False) -> dict[str, Any]:
    """Show radios or checkboxes, each with its sentence."""
    return {"bound": bound, "legend": legend or bound.label, "heading": heading}


@register.inclusion_tag("ui/checkbox.html")
def checkbox(bound: BoundField, first: bool = False) -> dict[str, Any]:
    """Show one box to tick, such as a declaration or a consent, with its error.

    `first` is where a key of the desk leads.
    """
    return {"bound": bound, "first": first}


@register.inclusion_tag("ui/error_summary.html")
def error_summary(form: Form) -> dict[str, Any]:
    """Show what is wrong, linked to where."""
    # A group of options has no label of its own; its frame carries the id.
    listed = [
        (bound.id_for_label or bound.auto_id, error) for bound in form for error in bound.errors
    ]
    general = form.non_field_errors().as_data()
    return {
        "listed": listed,
        "general": [said for e in general if not isinstance(e, Refused) for said in e.messages],
        "refusals": [error.sentence for error in general if isinstance(error, Refused)],
    }


@register.inclusion_tag("ui/problem.html")
def problem(
    sentence: Sentence | None, tone: str = "bad", href: str = "", label: str = ""
) -> dict[str, Any]:
    """Show a refusal inside a page: what happened, what to do next, its code."""
    return {"sentence": sentence, "tone": tone, "href": href, "label": label}
