"""What the pages with a code box have in common: sending, trying, and saying what came of it."""

from datetime import datetime

from django.utils.translation import gettext

from xiaohu.access.codes import Outcome, Tried
from xiaohu.portal.forms import CodeForm
from xiaohu.ui.templatetags.words import moment


def explain(form: CodeForm, tried: Tried) -> None:
    """Put into the form what came of a try."""
    if tried.outcome is Outcome.WRONG:
        form.add_error("code", gettext("code.err.wrong").format(n=tried.tries_left))
    elif tried.outcome is Outcome.EXPIRED:
        form.add_error("code", gettext("code.err.expired"))
    elif tried.outcome is Outcome.LOCKED:
        form.add_error("code", gettext("code.err.locked").format(time=moment(tried.locked_until)))


def limited(again_at: datetime, *, now: datetime) -> str:
    """Return the sentence for a code that cannot be sent yet."""
    return gettext("code.err.limited").format(wait=waiting_time(again_at, now=now))


def waiting_time(until: datetime, *, now: datetime) -> str:
    """Return a waiting time in words: seconds, minutes or hours, rounded up."""
    seconds = max(1, int((until - now).total_seconds()))
    for size, key in ((3600, "wait.hours"), (60, "wait.minutes")):
        if seconds > size:
            return gettext(key).format(n=-(-seconds // size))
    return gettext("wait.seconds").format(n=seconds)
