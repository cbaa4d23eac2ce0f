"""`xiaohu reconcile`: our money beside everybody else's."""

from typing import Annotated

import typer

from xiaohu.ops.talking import Operator, meant, out, say, spoken


def reconcile(
    operator: Operator = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
    note: Annotated[
        bool, typer.Option("--note", help="Leave each difference to people at the desk.")
    ] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en.")] = None,
) -> None:
    """Compare our books with the payout provider and the operator; exit code 6 on any difference."""

    def do() -> int:
        from xiaohu.ops.reconciling import reconcile as compare

        return compare(operator=meant(operator), as_json=as_json, note=note, say=say, out=out)

    spoken(do, lang)
