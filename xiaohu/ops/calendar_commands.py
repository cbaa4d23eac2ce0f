"""`xiaohu calendar`: read and load the working days of a year."""

from pathlib import Path
from typing import Annotated

import typer

from xiaohu.config.options import load as options
from xiaohu.ops.talking import NOT_FOUND, OK, fail, out, say, spoken

calendar_app = typer.Typer(
    no_args_is_help=True, help="Working days, as the State Council arranges."
)
Lang = Annotated[str | None, typer.Option(help="zh or en.")]


@calendar_app.command("show")
def show(year: Annotated[int, typer.Argument(help="For example 2027.")], lang: Lang = None) -> None:
    """Print the days of a year that are not what their weekday says, as a file to load."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.registry import calendars

        try:
            official, days = calendars.unusual(year)
        except calendars.UnknownYear:
            fail(gettext("cli.calendar.unknown").format(year=year), NOT_FOUND)
        key = "cli.calendar.official" if official else "cli.calendar.provisional"
        say(gettext(key).format(year=year))
        out(",".join(calendars.COLUMNS))
        for day, worked in days:
            out(f"{day.isoformat()},{worked:d}")
        return OK

    spoken(do, lang)


@calendar_app.command("load")
def load(
    file: Annotated[Path, typer.Argument(help="CSV: day,working (2027-02-06,1).")],
    lang: Lang = None,
) -> None:
    """Take a file as the official days of its years; deadlines that rested on them are recounted."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.closures import deadlines
        from xiaohu.ops.prepare import COMMAND_LINE
        from xiaohu.queue import clock
        from xiaohu.registry import calendars

        now = clock.now()
        years = calendars.load(path=file, operator=options().operator, actor=COMMAND_LINE, now=now)
        changed = deadlines.recompute(now=now)
        listed = ", ".join(str(year) for year in years)
        out(gettext("cli.calendar.loaded").format(years=listed, changed=changed))
        return OK

    spoken(do, lang)
