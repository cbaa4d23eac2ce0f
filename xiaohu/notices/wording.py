"""The words of a notice: the operator's own where it published some, else those of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils import translation

from xiaohu.core import wording
from xiaohu.core.notices import Channel, Notice, key
from xiaohu.notices.models import NoticeTemplate

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """One wording, and the version it is known by."""

    text: str
    version: str
    own: bool = False


def published(operator: str) -> Mapping[Key, Words]:
    """Return an operator's words in force by notice, channel and language, with one query."""
    rows = (
        NoticeTemplate.objects.filter(operator=operator)
        .order_by("notice", "channel", "language", "-id")
        .distinct("notice", "channel", "language")
    )
    return {
        (row.notice, row.channel, row.language): Words(row.text, row.version, own=True)
        for row in rows
    }


def in_force(own: Mapping[Key, Words], notice: Notice, channel: Channel, language: str) -> Words:
    """Return the words of a notice; what an operator asks others to pass on is a text like any."""
    written = Channel.TEXT if channel is Channel.OPERATOR else channel
    found = own.get((notice.value, written.value, language))
    return found if found is not None else _default(notice, language)


@cache
def _default(notice: Notice, language: str) -> Words:
    with translation.override(language):
        text = translation.gettext(key(notice))
    if text == key(notice):
        raise LookupError(f"no words for {notice}")
    return Words(text, wording.version(text))
