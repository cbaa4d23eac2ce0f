"""`xiaohu notice list|show|publish`: which words go out, and an operator's own in their place."""

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext

from xiaohu.core.notices import NOTICES, SAMPLES, Channel, Notice, sent
from xiaohu.core.wording import LANGUAGES, longest, mandatory
from xiaohu.notices import publishing, wording
from xiaohu.notices.publishing import TemplateNoticeUnknown
from xiaohu.ops.prepare import COMMAND_LINE
from xiaohu.queue import clock
from xiaohu.registry import policies

Out = Callable[[str], None]


def list_notices(operator: str, *, out: Out) -> None:
    """Print every notice: number, key, where it is shown, to whom it goes, whose words it has."""
    own = wording.published(operator)
    for notice, rule in NOTICES.items():
        to = ",".join(rule.to) or "-"
        whose = sorted({words.version for key, words in own.items() if key[0] == notice})
        title = gettext(f"notice.{notice}")
        words = ",".join(whose) if whose else "default" if rule.to else "-"
        out(f"{rule.number} {notice:<20} {to:<38} {rule.page or '-':<19} {words:<12} {title}")


def show_notice(name: str, operator: str, *, out: Out) -> None:
    """Print the words of a notice in force, how they read, and what they must hold.

    Raises:
        TemplateNoticeUnknown: no such message.
    """
    if name not in sent():
        raise TemplateNoticeUnknown(notice=name)
    notice, own = Notice(name), wording.published(operator)
    names = policies.current(operator).names
    out(f"{NOTICES[notice].number} {notice} · {gettext(f'notice.{notice}')}")
    out("variables: " + ", ".join(f"{{{each}}}" for each in sorted(mandatory(notice))))
    for channel in publishing.WRITTEN:
        for language in LANGUAGES:
            words = wording.in_force(own, notice, channel, language)
            read = words.text.format(**{**SAMPLES, "sign": names.read(language)})
            whose = operator if words.own else "default"
            out(
                f"[{channel} {language}] {words.version} {whose} {_length(read, channel, language)}"
            )
            out(f"  {words.text}")
            out(f"  {read}")


def publish_file(file: Path, *, operator: str, out: Out) -> None:
    """Publish a file of words, and print each with its version."""
    made = publishing.publish(
        operator=operator,
        toml=file.read_text(encoding="utf-8"),
        actor=COMMAND_LINE,
        now=clock.now(),
    )
    for one in made:
        said = gettext("cli.notice.new" if one.new else "cli.notice.same")
        out(f"{one.notice} {one.channel} {one.language} {one.version} {said}")


def _length(read: str, channel: Channel, language: str) -> str:
    return f"{len(read)}/{longest(channel, language)}"
