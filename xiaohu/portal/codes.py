"""What the pages with a code box have in common: sending, trying, and saying what came of it."""

from datetime import datetime

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext

from xiaohu.access.codes import Outcome, Tried
from xiaohu.ui.templatetags.words import moment

TOO_OFTEN = ("too_often", "TOO_MANY_TRIES")


def explain(form: forms.Form, tried: Tried) -> None:
    """Put into the form what came of a try."""
    if tried.outcome is Outcome.WRONG:
        form.add_error("code", gettext("code.err.wrong").format(n=tried.tries_left))
    elif tried.outcome is Outcome.EXPIRED:
        form.add_error("code", gettext("code.err.expired"))
    elif tried.outcome is Outcome.LOCKED and tried.for_today:
        form.add_error("code", gettext("code.err.locked_today"))
    elif tried.outcome is Outcome.LOCKED:
        form.add_error("code", gettext("code.err.locked").format(time=moment(tried.locked_until)))


def limited(again_at: datetime, *, now: datetime) -> ValidationError:
    """Return what a form says of a code that cannot be sent yet."""
    wait = waiting_time(again_at, now=now)
    return ValidationError(gettext("code.err.limited").format(wait=wait), code="too_often")


def status_of(form: forms.Form) -> int:
    """Return how a page with a form is answered: well, wrong, or asked too often."""
    often = any(form.has_error(NON_FIELD_ERRORS, code) for code in TOO_OFTEN)
    return 429 if often else 422 if form.errors else 200


def waiting_time(until: datetime, *, now: datetime) -> str:
    """Return a waiting time in words: seconds, minutes or hours, rounded up."""
    seconds = max(1, int((until - now).total_seconds()))
    for size, key in ((3600, "wait.hours"), (60, "wait.minutes")):
        if seconds > size:
            return gettext(key).format(n=-(-seconds // size))
    return gettext("wait.seconds").format(n=seconds)
