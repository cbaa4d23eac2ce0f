"""An operator's own words for notices: read from TOML, checked whole, published or not at all."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xiaohu.core.actors import Actor
from xiaohu.core.notices import Channel, Notice, sent
from xiaohu.core.refusals import Refusal
from xiaohu.core.wording import CHINESE, ENGLISH, require_fit, version
from xiaohu.notices.models import NoticeTemplate
from xiaohu.notices.wording import Key, published
from xiaohu.registry import policies
from xiaohu.trail import events

WRITTEN = (Channel.TEXT, Channel.MAIL)


class TemplateFileRefused(Refusal):
    """The file is no list of notices with words in both languages; `field` and `why` say more."""

    code = "TEMPLATE_FILE_REFUSED"


class TemplateNoticeUnknown(Refusal):
    """There is no such message, or it is a page."""

    code = "TEMPLATE_NOTICE_UNKNOWN"


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    notice: str
    channel: Annotated[Channel, Field(strict=False)] = Channel.TEXT
    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    notice: Annotated[tuple[_Entry, ...], Field(min_length=1, strict=False)]


@dataclass(frozen=True, slots=True)
class Published:
    """One wording, and whether it is new."""

    notice: Notice
    channel: Channel
    language: str
    version: str
    new: bool


@transaction.atomic(durable=True)
def publish(*, operator: str, toml: str, actor: Actor, now: datetime) -> tuple[Published, ...]:
    """Put an operator's words in force for what is sent from now on; the same words change nothing.

    Raises:
        TemplateFileRefused, TemplateNoticeUnknown: the file cannot be read as such words.
        TemplateRefused: words lack something, have an unknown variable or are too long.
        NoPolicy: the operator, whose name signs the texts, is not known yet.
    """
    words = _words(operator, _read(toml))
    before = {key: known.text for key, known in published(operator).items()}
    NoticeTemplate.objects.bulk_create(
        [
            NoticeTemplate(
                operator=operator,
                notice=notice,
                channel=channel,
                language=language,
                version=version(text),
                text=text,
                published_at=now,
            )
            for (notice, channel, language), text in words.items()
            if before.get((notice, channel, language)) != text
        ]
    )
    made = tuple(
        Published(
            Notice(key[0]), Channel(key[1]), key[2], version(text), new=before.get(key) != text
        )
        for key, text in words.items()
    )
    _record(operator, made, actor, now)
    return made


def _read(toml: str) -> tuple[_Entry, ...]:
    try:
        return _File.model_validate(tomllib.loads(toml)).notice
    except tomllib.TOMLDecodeError as broken:
        raise TemplateFileRefused(field="TOML", why=str(broken)) from None
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise TemplateFileRefused(field=field, why=first["msg"]) from None


def _words(operator: str, entries: tuple[_Entry, ...]) -> Mapping[Key, str]:
    names = policies.current(operator).names
    words: dict[Key, str] = {}
    for entry in entries:
        if entry.notice not in sent():
            raise TemplateNoticeUnknown(notice=entry.notice)
        if entry.channel not in WRITTEN:
            raise TemplateFileRefused(field="channel", why=entry.channel.value)
        notice = Notice(entry.notice)
        for language, text in ((CHINESE, entry.zh), (ENGLISH, entry.en)):
            require_fit(notice, entry.channel, language, text, sign=names.read(language))
            words[notice.value, entry.channel.value, language] = text
    return words


def _record(operator: str, made: tuple[Published, ...], actor: Actor, now: datetime) -> None:
    new = {f"{one.notice}.{one.channel}.{one.language}": one.version for one in made if one.new}
    if new:
        events.record(
            operator=operator,
            actor=actor,
            action="publish_notices",
            case_id=None,
            evidence=new,
            now=now,
        )
