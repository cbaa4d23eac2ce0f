"""Answers to choose from that say more than their name."""

from django.utils.html import format_html
from django.utils.translation import gettext

from xiaohu.core.facts import LineStatus
from xiaohu.registry.lines import ShownLine
from xiaohu.ui.templatetags.words import unbroken, yuan

# What somebody who chooses a line should know, by the state of the line: a key and a tone.
CAN_CLOSE = {
    LineStatus.ACTIVE: ("yes", "ok"),
    LineStatus.ARREARS_STOPPED: ("arrears", "warn"),
    LineStatus.PORTED_OUT: ("gone", "bad"),
}
WITH_PAPERS, ALREADY = ("papers", "warn"), ("already", "warn")


def explained(key: str) -> str:
    """Return an answer with the sentence of what it means."""
    return format_html("{}<small>{}</small>", gettext(key), gettext(f"{key}.means"))


def line(shown: ShownLine, *, closing: bool) -> str:
    """Return a line as an answer: its mask, what it is, and whether it can be closed."""
    can, tone = ALREADY if closing else CAN_CLOSE.get(shown.status, WITH_PAPERS)
    if can == "yes" and shown.balance_fen < 0:
        can, tone = CAN_CLOSE[LineStatus.ARREARS_STOPPED]
    detail = gettext("lines.detail").format(
        product=shown.product,
        state=gettext(f"line.{shown.status}"),
        balance=yuan(shown.balance_fen),
    )
    return format_html(
        '{} <span class="tag {}">{}</span><small>{}</small>',
        shown.number,
        tone,
        gettext(f"lines.can.{can}"),
        unbroken(detail),
    )
