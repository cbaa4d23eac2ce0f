"""`xiaohu audit`: is the log whole, who did what, and the log as files that prove themselves."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from xiaohu.ops.talking import FAILED, Operator, fail, meant, out, say, spoken

audit_app = typer.Typer(no_args_is_help=True, help="The log of everything that was done.")
Lang = Annotated[str | None, typer.Option(help="zh or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Case = Annotated[str, typer.Option("--case", help="Reference of a request, or its id.")]
Action = Annotated[str, typer.Option(help="What was done: submit, certify, …")]
By = Annotated[str, typer.Option("--actor", help="Who: a role, an id, or role:id.")]
FORMATS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
Since = Annotated[datetime | None, typer.Option(formats=FORMATS, help="Not before; China time.")]
Until = Annotated[datetime | None, typer.Option(formats=FORMATS, help="Before; China time.")]


@audit_app.command("verify")
def verify(
    export: Annotated[
        Path | None, typer.Option(help="A folder of `audit export`; default: the log itself.")
    ] = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Compute every hash again and hold it against all that was signed; 6 if anything differs."""

    def do() -> int:
        from xiaohu.ops import auditing

        if export is None:
            return auditing.verify(as_json=as_json, out=out)
        try:
            return auditing.verify_export(export, as_json=as_json, out=out)
        except (OSError, UnicodeDecodeError) as error:
            fail(f"{export} 无法读取（{error}） · {export} cannot be read ({error})", FAILED)

    spoken(do, lang)


@audit_app.command("search")
def search(
    case: Case = "",
    action: Action = "",
    actor: By = "",
    since: Since = None,
    until: Until = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Newest events shown.")] = 100,
    operator: Operator = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Show events of a request, an action, a person or a time, oldest first."""

    def do() -> int:
        from xiaohu.closures.auditing import Asked
        from xiaohu.ops import auditing

        asked = Asked(meant(operator), case, action, actor, since, until)
        return auditing.search(asked, limit=limit, as_json=as_json, say=say, out=out)

    spoken(do, lang)


@audit_app.command("export")
def export(
    to: Annotated[Path, typer.Option("--to", "-o", help="Folder to write into.")],
    case: Case = "",
    action: Action = "",
    actor: By = "",
    since: Since = None,
    until: Until = None,
    operator: Operator = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Write events as JSON lines with a signed manifest; without filters the whole log."""

    def do() -> int:
        from xiaohu.closures.auditing import Asked
        from xiaohu.ops import auditing

        asked = Asked(meant(operator), case, action, actor, since, until)
        try:
            return auditing.export(to, asked, as_json=as_json, out=out)
        except OSError as error:
            fail(
                f"{to} 写不进去（{error.strerror}），请用 -o 指定别处"
                f" · {to} cannot be written ({error.strerror}); name another place by -o",
                FAILED,
            )

    spoken(do, lang)
