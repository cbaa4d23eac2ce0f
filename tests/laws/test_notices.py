"""The table of notices is the whole catalogue: every page exists, every message has words and a sender."""

import re
from pathlib import Path

import pytest
from django.urls import get_resolver
from django.utils import translation

import xiaohu
from xiaohu.core.notices import AFFECTED, DECEASED, NOTICES, Channel, Notice, sent, together
from xiaohu.core.wording import LANGUAGES, require_fit
from xiaohu.notices import wording

PACKAGE = Path(xiaohu.__file__).parent
ROOMS = [
    path.read_text(encoding="utf-8")
    for room in ("closures", "notices", "assistance")
    for path in (PACKAGE / room).rglob("*.py")
]
# A closing by the operator itself is announced by whoever starts one.
ANNOUNCED_ELSEWHERE = {Notice.INVOLUNTARY, Notice.INVOLUNTARY_STOPPED, Notice.INVOLUNTARY_DONE}


def named() -> set[Notice]:
    """Return the messages some room sends, with those that take their place or go along."""
    said = {name for text in ROOMS for name in re.findall(r"\bNotice\.([A-Z_]+)\b", text)}
    plain = {notice for notice in Notice if notice.name in said}
    more = {DECEASED[notice] for notice in plain if notice in DECEASED} | set(AFFECTED)
    return {one for notice in plain | more for one in together(notice)}


def test_every_message_is_sent_by_somebody() -> None:
    assert set(sent()) - named() - ANNOUNCED_ELSEWHERE == set()


@pytest.mark.parametrize("notice", [notice for notice in Notice if NOTICES[notice].page])
def test_the_page_of_a_notice_exists(notice: Notice) -> None:
    room, _, name = NOTICES[notice].page.partition(":")
    inner = get_resolver(f"xiaohu.{room}.urls")
    assert inner.reverse_dict.getlist(name) != []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("notice", sent())
def test_the_words_that_come_with_the_service_keep_the_rules_for_anybodys(
    notice: Notice, language: str
) -> None:
    with translation.override(language):
        words = wording.in_force({}, notice, Channel.TEXT, language)
    require_fit(notice, Channel.TEXT, language, words.text)


def test_a_page_says_what_its_notice_is_about() -> None:
    pages = PACKAGE / "portal" / "templates" / "portal"
    effects = (pages / "effects.html").read_text(encoding="utf-8")
    for key in ("effects.1", "effects.3", "effects.bindings", "effects.backup", "effects.go"):
        assert f'"{key}"' in effects
    assert "ui/money.html" in (pages / "progress.html").read_text(encoding="utf-8")
