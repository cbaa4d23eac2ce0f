"""`xiaohu maintenance`: stop the pages for planned work, and serve again."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from xiaohu.config.options import load
from xiaohu.core.calendar import CHINA
from xiaohu.ops.talking import OK, USAGE, fail, out, spoken

maintenance_app = typer.Typer(
    no_args_is_help=True, help="A planned stop of this machine's pages, with the time it is over."
)
Lang = Annotated[str | None, typer.Option(help="zh or en.")]
_SPAN = re.compile(r"\+([0-9]{1,4})([mh])")
LONGEST = timedelta(days=3)


@maintenance_app.command("on")
def on(
    until: Annotated[
        str, typer.Option("--until", help="2026-12-01T02:00 (China's time), or +30m, +2h.")
    ],
    lang: Lang = None,
) -> None:
    """Answer every page with a calm notice that says when the service is back; health checks go on."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.ui import maintenance
        from xiaohu.ui.templatetags.words import moment

        now = datetime.now(UTC)
        end = _moment(until, now)
        if end is None:
            fail(gettext("cli.maintenance.err.form"), USAGE)
        if not now < end <= now + LONGEST:
            fail(gettext("cli.maintenance.err.span"), USAGE)
        maintenance.begin(load().data_dir, until=end)
        out(gettext("cli.maintenance.on").format(time=moment(end)))
        return OK

    spoken(do, lang)


@maintenance_app.command("off")
def off(lang: Lang = None) -> None:
    """Serve again; harmless where nothing was stopped."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.ui import maintenance

        there = maintenance.end(load().data_dir)
        out(gettext("cli.maintenance.off" if there else "cli.maintenance.none"))
        return OK

    spoken(do, lang)


def _moment(text: str, now: datetime) -> datetime | None:
    """Return a moment given as a span from now or by the clock in China."""
    if span := _SPAN.fullmatch(text):
        return now + timedelta(**{{"m": "minutes", "h": "hours"}[span[2]]: int(span[1])})
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        return None
    return given if given.tzinfo is not None else given.replace(tzinfo=CHINA)
