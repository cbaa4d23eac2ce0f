"""What an operator may write in a notice: the variables it has, all it must say, one message long."""

import hashlib
from string import Formatter

from xiaohu.core.notices import (
    NOTICES,
    SAMPLES,
    SMS_LENGTH,
    SMS_LENGTH_LATIN,
    Channel,
    Notice,
)
from xiaohu.core.refusals import Refusal

CHINESE, ENGLISH = "zh-hans", "en"
LANGUAGES = (CHINESE, ENGLISH)
LONGEST_MAIL = 2000


class TemplateRefused(Refusal):
    """Words of a notice cannot be used; `notice` and `language` say which."""

    code = "TEMPLATE_REFUSED"


class TemplateUnreadable(TemplateRefused):
    """A brace stands alone, or something other than a variable stands in braces."""

    code = "TEMPLATE_UNREADABLE"


class TemplateVariableUnknown(TemplateRefused):
    """The notice has no such variable."""

    code = "TEMPLATE_VARIABLE_UNKNOWN"


class TemplateLacks(TemplateRefused):
    """Something the notice must say is not said."""

    code = "TEMPLATE_LACKS"


class TemplateTooLong(TemplateRefused):
    """With sample values the words do not fit one message."""

    code = "TEMPLATE_TOO_LONG"


class TemplateExclaims(TemplateRefused):
    """Notices are said calmly."""

    code = "TEMPLATE_EXCLAIMS"


def version(text: str) -> str:
    """Return what names a wording: the beginning of its hash."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def mandatory(notice: Notice) -> frozenset[str]:
    """Return the variables every wording of a notice holds."""
    return frozenset({"sign", *NOTICES[notice].must})


def require_fit(
    notice: Notice, channel: Channel, language: str, text: str, *, sign: str = SAMPLES["sign"]
) -> None:
    """Refuse words that cannot be said.

    Raises:
        TemplateRefused: one of its kinds says why.
    """
    used = _variables(notice, language, text)
    unknown = used - mandatory(notice)
    if unknown:
        raise TemplateVariableUnknown(notice=notice, language=language, name=min(unknown))
    missing = mandatory(notice) - used
    if missing:
        raise TemplateLacks(notice=notice, language=language, name=min(missing))
    if "!" in text or "！" in text:
        raise TemplateExclaims(notice=notice, language=language)
    length, most = len(text.format(**{**SAMPLES, "sign": sign})), longest(channel, language)
    if length > most:
        raise TemplateTooLong(notice=notice, language=language, length=length, most=most)


def longest(channel: Channel, language: str) -> int:
    """Return how many characters the words of a notice may have."""
    if channel is Channel.MAIL:
        return LONGEST_MAIL
    return SMS_LENGTH_LATIN if language == ENGLISH else SMS_LENGTH


def _variables(notice: Notice, language: str, text: str) -> frozenset[str]:
    """Return the names in braces; anything cleverer than a name could reach into the program."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise TemplateUnreadable(notice=notice, language=language) from None
    for _, name, form, conversion in parts:
        if name is not None and (form or conversion or not name.isidentifier()):
            raise TemplateUnreadable(notice=notice, language=language)
    return frozenset(name for _, name, _, _ in parts if name is not None)
