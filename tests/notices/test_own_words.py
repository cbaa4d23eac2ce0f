"""An operator's own words: checked whole, kept as they were, named by their version."""

import pytest

from tests.notices.queued import CONTACT, Provider, of_case
from tests.stories import ADMIN, CLEAN, NOON, OPERATOR
from xiaohu.core import wording
from xiaohu.core.notices import SAMPLES, Channel, Notice
from xiaohu.core.refusals import Refusal
from xiaohu.core.wording import (
    TemplateExclaims,
    TemplateLacks,
    TemplateTooLong,
    TemplateUnreadable,
    TemplateVariableUnknown,
)
from xiaohu.notices import outbox, publishing
from xiaohu.notices.models import NoticeTemplate, QueuedNotice
from xiaohu.notices.publishing import Published, TemplateFileRefused, TemplateNoticeUnknown
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ZH = "【{sign}】申请{ref}已通过，{date}起办理。"
EN = "{sign}: {ref} accepted, from {date}."


def file(zh: str = ZH, en: str = EN, *, notice: str = "approved", channel: str = "text") -> str:
    """Return a file with the words of one notice."""
    return f'[[notice]]\nnotice = "{notice}"\nchannel = "{channel}"\nzh = "{zh}"\nen = "{en}"\n'


def publish(toml: str) -> tuple[Published, ...]:
    """Publish a file as its operator."""
    return publishing.publish(operator=OPERATOR, toml=toml, actor=ADMIN, now=NOON)


def said(provider: Provider, **how: str) -> tuple[str, str]:
    """Send a message and return its text, and the version it says it used."""
    queued = of_case(Notice.APPROVED, **how)  # type: ignore[arg-type] # address and language
    outbox.flush(now=NOON)
    queued.refresh_from_db()
    return provider.calls[-1][2], queued.template


def test_the_words_of_the_catalogue_serve_until_others_are_published(provider: Provider) -> None:
    before, old = said(provider, to=CLEAN)
    assert {one.new for one in publish(file())} == {True}
    after, new = said(provider, to=CLEAN)
    assert before != after == ZH.format(**SAMPLES)
    assert (old, new) != (new, old)
    assert new == wording.version(ZH)


def test_each_language_has_its_own(provider: Provider) -> None:
    publish(file())
    text, version = said(provider, to=CLEAN, language="en")
    assert text.startswith("Example Telecom: ")
    assert version == wording.version(EN)


def test_words_for_texts_leave_mail_alone(provider: Provider) -> None:
    before, _ = said(provider, to=CONTACT)
    publish(file())
    assert said(provider, to=CONTACT)[0] == before
    long = ZH + "办理时请留意短信与邮件。" * 20
    publish(file(zh=long, channel="mail"))
    assert said(provider, to=CONTACT)[0] == long.format(**SAMPLES)


def test_the_same_words_again_change_nothing(provider: Provider) -> None:
    publish(file())
    assert {one.new for one in publish(file())} == {False}
    assert NoticeTemplate.objects.count() == 2
    assert Event.objects.filter(action="publish_notices").count() == 1


def test_earlier_words_stay_as_they_were(provider: Provider) -> None:
    publish(file())
    first = said(provider, to=CLEAN)[1]
    publish(file(zh="【{sign}】{ref}：{date}起办理。"))
    assert said(provider, to=CLEAN)[1] != first
    assert NoticeTemplate.objects.filter(version=first).get().text == ZH
    publish(file())
    assert said(provider, to=CLEAN)[1] == first
    assert QueuedNotice.objects.filter(template=first).count() == 2


def test_another_operator_keeps_its_own(provider: Provider) -> None:
    NoticeTemplate.objects.create(
        operator="another",
        notice="approved",
        channel="text",
        language="zh-hans",
        version="0" * 12,
        text="别人的文案",
        published_at=NOON,
    )
    assert said(provider, to=CLEAN)[0] != "别人的文案"


@pytest.mark.parametrize(
    ("zh", "refusal", "name"),
    [
        ("【{sign}】{date}起办理。", TemplateLacks, "ref"),
        ("申请{ref}，{date}起办理。", TemplateLacks, "sign"),
        (ZH + "{holder}", TemplateVariableUnknown, "holder"),
        (ZH + "{cert}", TemplateVariableUnknown, "cert"),
        (ZH + "{", TemplateUnreadable, ""),
        (ZH + "{ref.__class__}", TemplateUnreadable, ""),
        (ZH + "{ref!r}", TemplateUnreadable, ""),
        (ZH + "{ref:>900}", TemplateUnreadable, ""),
        (ZH + "{}", TemplateUnreadable, ""),
        (ZH + "恭喜！", TemplateExclaims, ""),
        (ZH + "长" * 25, TemplateTooLong, ""),
    ],
)
def test_refuses_words_that_cannot_be_said(
    provider: Provider, zh: str, refusal: type[Refusal], name: str
) -> None:
    with pytest.raises(refusal) as refused:
        publish(file(zh=zh))
    assert refused.value.params["notice"] == "approved"
    assert refused.value.params.get("name", "") == name
    assert not NoticeTemplate.objects.exists()


@pytest.mark.parametrize(("length", "fits"), [(160, True), (161, False)])
def test_english_has_room_for_160_characters(
    provider: Provider, length: int, *, fits: bool
) -> None:
    sign = "Example Telecom"
    short = len(EN.format(**{**SAMPLES, "sign": sign}))
    en = EN + "x" * (length - short)
    if fits:
        publish(file(en=en))
    else:
        with pytest.raises(TemplateTooLong) as refused:
            publish(file(en=en))
        assert refused.value.params["length"] == 161


@pytest.mark.parametrize(
    ("toml", "refusal"),
    [
        ("", TemplateFileRefused),
        ("notice = 7", TemplateFileRefused),
        ("[[notice]", TemplateFileRefused),
        (file() + 'fr = "x"\n', TemplateFileRefused),
        (f'[[notice]]\nnotice = "approved"\nzh = "{ZH}"\n', TemplateFileRefused),
        (file(channel="fax"), TemplateFileRefused),
        (file(channel="operator"), TemplateFileRefused),
        (file(notice="nonsense"), TemplateNoticeUnknown),
        (file(notice="entry"), TemplateNoticeUnknown),
    ],
)
def test_refuses_a_file_that_is_none(provider: Provider, toml: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        publish(toml)
    assert not NoticeTemplate.objects.exists()


def test_a_file_with_one_flaw_publishes_nothing(provider: Provider) -> None:
    with pytest.raises(TemplateLacks):
        publish(file() + file(zh="【{sign}】", notice="refused"))
    assert not NoticeTemplate.objects.exists()


def test_the_words_others_are_told_by_the_operator_are_texts() -> None:
    wording.require_fit(Notice.AFFECTED_PAYER, Channel.TEXT, "zh-hans", "【{sign}】{day}后。")
