"""What an operator may write in a notice: all it must say, no more than fits, and nothing clever."""

from typing import Any

import pytest

from xiaohu.core.notices import NOTICES, SAMPLES, SMS_LENGTH, SMS_LENGTH_LATIN, Channel, Notice
from xiaohu.core.wording import (
    CHINESE,
    ENGLISH,
    LONGEST_MAIL,
    TemplateExclaims,
    TemplateLacks,
    TemplateRefused,
    TemplateTooLong,
    TemplateUnreadable,
    TemplateVariableUnknown,
    longest,
    mandatory,
    require_fit,
    version,
)

NOTICE = Notice.REFUNDED
WHOLE = " ".join(f"{{{name}}}" for name in sorted(mandatory(NOTICE)))


def judge(text: str, *, language: str = CHINESE, channel: Channel = Channel.TEXT) -> None:
    """Judge words of a notice."""
    require_fit(NOTICE, channel, language, text)


def test_what_must_be_said_is_the_table_s_and_who_says_it() -> None:
    assert mandatory(NOTICE) == {"sign", *NOTICES[NOTICE].must}
    judge(WHOLE)


@pytest.mark.parametrize("left_out", sorted(mandatory(NOTICE)))
def test_nothing_that_must_be_said_is_left_out(left_out: str) -> None:
    with pytest.raises(TemplateLacks) as refused:
        judge(WHOLE.replace(f"{{{left_out}}}", ""))
    assert refused.value.params["name"] == left_out


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (WHOLE + "{mood}", TemplateVariableUnknown),
        (WHOLE + "!", TemplateExclaims),
        (WHOLE + "！", TemplateExclaims),
        (WHOLE + "{", TemplateUnreadable),
        (WHOLE + "{}", TemplateUnreadable),
        (WHOLE + "{sign.denied}", TemplateUnreadable),
        (WHOLE + "{sign!r}", TemplateUnreadable),
        (WHOLE + "{sign:>9}", TemplateUnreadable),
    ],
)
def test_anything_but_plain_calm_words_is_refused(text: str, why: type[TemplateRefused]) -> None:
    with pytest.raises(why) as refused:
        judge(text)
    assert (refused.value.params["notice"], refused.value.params["language"]) == (NOTICE, CHINESE)


@pytest.mark.parametrize(
    ("channel", "language", "most"),
    [
        (Channel.TEXT, CHINESE, SMS_LENGTH),
        (Channel.TEXT, ENGLISH, SMS_LENGTH_LATIN),
        (Channel.MAIL, CHINESE, LONGEST_MAIL),
        (Channel.MAIL, ENGLISH, LONGEST_MAIL),
    ],
)
def test_a_notice_fits_one_message(channel: Channel, language: str, most: int) -> None:
    assert longest(channel, language) == most
    said = len(WHOLE.format(**SAMPLES))
    judge(WHOLE + "x" * (most - said), language=language, channel=channel)
    with pytest.raises(TemplateTooLong) as refused:
        judge(WHOLE + "x" * (most - said + 1), language=language, channel=channel)
    assert (refused.value.params["length"], refused.value.params["most"]) == (most + 1, most)


def test_the_operator_s_own_name_counts() -> None:
    room: dict[str, Any] = {"sign": "x" * (SMS_LENGTH + 1)}
    with pytest.raises(TemplateTooLong):
        require_fit(NOTICE, Channel.TEXT, CHINESE, WHOLE, **room)


def test_another_wording_has_another_name() -> None:
    assert version("a") == version("a") != version("b")
