"""Words by key, and the ways amounts and moments are written."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from xiaohu.core.calendar import CHINA, last_day_of
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.laws import in_english
from xiaohu.core.money import Money
from xiaohu.core.profile import Bilingual, Contact, Profile
from xiaohu.core.states import CaseState
from xiaohu.ui import ways_out
from xiaohu.ui.ways_out import WayOut

register = template.Library()
SAYS_I = frozenset(
    {
        Choice.APPEAL,
        Choice.PAY,
        Choice.PAY_DEPOSIT,
        Choice.PAY_OFF,
        Choice.RESTORE,
        Choice.RETURN_EQUIPMENT,
    }
)
SAYS_YOU = frozenset({CaseState.AWAITING_CUSTOMER})
# References, and numbers of documents.
_REFERENCE = r"[A-Z]{2}-\d{4}-[0-9A-Z]{4}-[0-9A-Z]{2}|[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"
_REFERENCES = re.compile(f"((?:{_REFERENCE})[，。；]?)")
_WHOLE = re.compile(
    "((?:"
    + "|".join(
        (
            r"\d{1,2}:\d{2}\s*[–-]\s*\d{1,2}:\d{2}",  # hours
            r"\d{4}年\d{1,2}月\d{1,2}日(?: \d{2}:\d{2})?",  # days and moments
            r"\d{1,2} [A-Z][a-z]+ \d{4}(?: \d{2}:\d{2})?",
            r"\d{2,3} \*{2,4} \d{2,4}",  # masked numbers
            _REFERENCE,
            r"\d[\d,]* (?:个工作日|天|分钟|小时|积分)",
            r"(?:余额约 |about )?\N{MINUS SIGN}?\d[\d,]*(?:\.\d{2})? (?:元|yuan)",  # amounts
        )
    )
    + ")[，。；]?)"  # no line begins with what ends the one before
)

_ON_PAPER = re.compile(
    r"(?<![\w-])(?P<day>20\d\d-\d\d-\d\d)(?P<time> \d\d:\d\d)?(?: \(UTC\+8\))?(?![\w-])"
)


@register.simple_tag
def t(key: str, **params: Any) -> SafeString:
    """Return the words of a key in the reader's language; parameters are escaped."""
    escaped = {name: conditional_escape(value) for name, value in params.items()}
    return SafeString(conditional_escape(gettext(key)).format(**escaped))


@register.simple_tag
def whole(key: str, **params: Any) -> SafeString:
    """Return the words of a key as `t` does, with no line ending inside a moment or an amount."""
    return unbroken(gettext(key).format(**params))


@register.filter
def words(key: object, prefix: str = "") -> str:
    """Return the words of a key made of a prefix and a code: `{{ case.state|words:"state." }}`."""
    return gettext(f"{prefix}{key}")


@register.filter
def for_staff(state: str) -> str:
    """Return a state in the words of staff: who is awaited where the subscriber's words say "you"."""
    return gettext(f"desk.state.{state}" if state in SAYS_YOU else f"state.{state}")


@register.filter
def of_holder(choice: str) -> str:
    """Return a choice in the words of staff: of the holder where the holder's own words say "I"."""
    return gettext(f"choice.desk.{choice}" if choice in SAYS_I else f"choice.{choice}")


@register.filter
def said(own: Bilingual | None) -> str:
    """Return the operator's own words in the reader's language."""
    return own.read(get_language() or "zh-hans") if own else ""


@register.filter
def complaints(contact: Contact | None) -> str:
    """Return where to complain in the reader's language: to the operator, then beyond it."""
    return contact.complaints(get_language() or "zh-hans") if contact else ""


@register.filter
def counter_hours(profile: Profile | None) -> str:
    """Return when shops serve, or whom to ask where the operator does not say."""
    if profile is None:
        return ""
    contact = profile.contact
    if contact.counter_hours is None:
        return gettext("counter.ask").format(hotline=said(contact.hotline))
    return gettext("counter.hours").format(hours=said(contact.counter_hours))


@register.filter
def unbroken(text: str) -> SafeString:
    """Return hours, moments, masked numbers and amounts so that no line ends inside them."""
    return _joined(_WHOLE.split(text))


@register.filter
def whole_references(text: str) -> SafeString:
    """Return a text so that no line ends at the hyphen of a reference in it."""
    parts = _REFERENCES.split(text)
    # What is escaped already is not escaped again.
    return _joined([SafeString(part) for part in parts] if isinstance(text, SafeString) else parts)


def _joined(parts: list[str]) -> SafeString:
    return format_html_join(
        "", "{}", ((_kept(part) if at % 2 else part,) for at, part in enumerate(parts))
    )


def _kept(text: str) -> SafeString:
    return format_html('<span class="nowrap">{}</span>', text)


@register.filter
def way_out(profile: Profile | None, code: str) -> WayOut | None:
    """Return where an obstacle is settled outside this service, where it is."""
    return ways_out.way_out(profile, CheckCode(code)) if profile is not None else None


@register.filter
def source(basis: str) -> str:
    """Return the clause a rule rests on in the reader's language."""
    return in_english(basis) if get_language() == "en" else basis


@register.filter
def listed(codes: Iterable[object], prefix: str) -> str:
    """Return the words of several codes as one list, separated as the language does."""
    return (", " if get_language() == "en" else "、").join(words(code, prefix) for code in codes)


@register.filter
def yuan(fen: int | None) -> str:
    """Return 12640 as "126.40", and less than nothing with a minus sign."""
    if fen is None:
        return ""
    sign = "−" if fen < 0 else ""
    whole, _, part = Money(abs(fen)).yuan().partition(".")
    return f"{sign}{int(whole):,}.{part}"


@register.filter
def moment(value: datetime | None) -> str:
    """Return a moment in China's time: "2026年12月1日 15:30"."""
    if value is None:
        return ""
    local = value.astimezone(CHINA)
    return f"{day(local.date())} {local:%H:%M}"


@register.filter
def as_read(text: str) -> str:
    """Return a text of a paper with days and moments as every page writes them."""
    return _ON_PAPER.sub(_day_as_read, text)


def _day_as_read(found: re.Match[str]) -> str:
    return day(date.fromisoformat(found["day"])) + (found["time"] or "")


@register.filter
def month(value: str) -> str:
    """Return 2026-11 as a month: "2026年11月", "November 2026"."""
    first = date.fromisoformat(f"{value}-01")
    if get_language() == "en":
        return f"{first:%B %Y}"
    return f"{first.year}年{first.month}月"


@register.filter
def last_day(value: datetime | None) -> str:
    """Return the day a deadline at its end belongs to: midnight ends the day before."""
    if value is None:
        return ""
    return day(last_day_of(value))


@register.filter
def day(value: date | None) -> str:
    """Return a day: "2026年12月1日", "1 December 2026"."""
    if value is None:
        return ""
    if get_language() == "en":
        return f"{value.day} {value:%B %Y}"
    return f"{value.year}年{value.month}月{value.day}日"
