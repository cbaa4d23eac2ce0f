"""`xiaohu notice`: who is told what, in whose words."""

from pathlib import Path
from typing import Annotated

import typer

from xiaohu.ops.talking import NOT_FOUND, OK, Operator, fail, meant, out, spoken

notice_app = typer.Typer(no_args_is_help=True, help="Notices: who gets which words.")


@notice_app.command("list")
def notice_list(
    operator: Operator = None,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Print every notice: number, recipients, page, and whose words it has."""

    def do() -> int:
        from xiaohu.ops.noticing import list_notices

        list_notices(meant(operator), out=out)
        return OK

    spoken(do, lang)


@notice_app.command("show")
def notice_show(
    notice: Annotated[str, typer.Argument(help="Key of a notice, as in the list.")],
    operator: Operator = None,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Print the words of a notice in force, with their version and sample values."""

    def do() -> int:
        from xiaohu.ops.noticing import show_notice

        show_notice(notice, meant(operator), out=out)
        return OK

    spoken(do, lang)


@notice_app.command("publish")
def notice_publish(
    file: Annotated[Path, typer.Argument(help="Words of notices, TOML; see docs/notices.md.")],
    operator: Operator = None,
) -> None:
    """Put an operator's own words in force."""

    def do() -> int:
        from xiaohu.ops.noticing import publish_file

        try:
            publish_file(file, operator=meant(operator), out=out)
        except (OSError, UnicodeDecodeError) as error:
            fail(f"{file}: {error}", NOT_FOUND)
        return OK

    spoken(do)
