"""`xiaohu settle` and `xiaohu reconcile`: where money stands, and whether others say the same."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from xiaohu.ops.talking import FAILED, Operator, fail, meant, out, person, say, spoken

settle_app = typer.Typer(no_args_is_help=True, help="Final bills and refunds: where they stand.")
Lang = Annotated[str | None, typer.Option(help="zh or en.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@settle_app.command("run")
def run(lang: Lang = None) -> None:
    """Carry on every bill and refund that is due now, once."""

    def do() -> int:
        from xiaohu.ops import settling

        return settling.run(out=out)

    spoken(do, lang)


@settle_app.command("status")
def status(operator: Operator = None, as_json: AsJson = False, lang: Lang = None) -> None:
    """Show what waits where, how much, since when, and what people must decide; 6 if anything is late."""

    def do() -> int:
        from xiaohu.ops import settling

        return settling.status(operator=meant(operator), as_json=as_json, out=out)

    spoken(do, lang)


@settle_app.command("retry")
def retry(
    what: Annotated[str, typer.Argument(help="Reference of a request, or key of an effect.")],
    by: Annotated[str, typer.Option("--by", help="Account of whoever does it; proves who.")],
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """Try once more what waits for people; never what may have happened already."""

    def do() -> int:
        from xiaohu.ops import settling

        return settling.retry(what, by=person(by, operator), out=out)

    spoken(do, lang)


@settle_app.command("export")
def export(
    file: Annotated[Path, typer.Option("--file", "-o", help="Where to write it.")],
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day; default: all.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day; default: today.")
    ] = None,
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """Write every refund as CSV for finance: amounts, ways, references; of accounts the last four digits."""

    def do() -> int:
        from xiaohu.ops import settling

        try:
            return settling.export(
                file, operator=meant(operator), since=since, until=until, say=say
            )
        except OSError as error:
            fail(
                f"{file} 写不进去（{error.strerror}），请用 -o 指定别处"
                f" · {file} cannot be written ({error.strerror}); name another place by -o",
                FAILED,
            )

    spoken(do, lang)


def reconcile(
    operator: Operator = None,
    as_json: AsJson = False,
    note: Annotated[
        bool, typer.Option("--note", help="Leave each difference to people at the desk.")
    ] = False,
    statement: Annotated[
        Path | None,
        typer.Option(help="A statement of the provider, CSV; see docs/reconciling.md."),
    ] = None,
    lang: Lang = None,
) -> None:
    """Compare our books with the payout provider and the operator; exit code 6 on one nobody decided."""

    def do() -> int:
        from xiaohu.ops import reconciling, statements

        if statement is not None:
            return statements.reconcile(
                statement, operator=meant(operator), as_json=as_json, say=say, out=out
            )
        return reconciling.reconcile(
            operator=meant(operator), as_json=as_json, note=note, say=say, out=out
        )

    spoken(do, lang)
