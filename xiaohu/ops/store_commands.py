"""`xiaohu stores`: check the operator's own systems, count what a closing would erase, show where it stands."""

from pathlib import Path
from typing import Annotated

import typer

from xiaohu.ops.talking import NOT_FOUND, Operator, fail, meant, out, spoken, text_of

stores_app = typer.Typer(
    no_args_is_help=True, help="The operator's own systems in which a closing erases too."
)
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]
Lang = Annotated[str | None, typer.Option(help="zh or en.")]


@stores_app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The list of stores, TOML; see docs/stores.md.")],
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Say everything that is wrong with a list, asking each system what it holds; changes nothing."""
    toml = text_of(file)

    def do() -> int:
        from xiaohu.ops import stores

        return stores.check(toml, operator=meant(None), out=out, as_json=as_json)

    spoken(do, lang)


@stores_app.command("plan")
def plan(
    reference: Annotated[str, typer.Option("--reference", help="Reference of a request.")],
    operator: Operator = None,
    as_json: AsJson = False,
    lang: Lang = None,
) -> None:
    """Count what a request would erase, here and in each other system; changes nothing."""

    def do() -> int:
        from xiaohu.ops import stores

        case_id = stores.find(reference, operator=meant(operator))
        if case_id is None:
            fail(f"没有受理编号 {reference} · No such reference {reference}", NOT_FOUND)
        return stores.plan(case_id, out=out, as_json=as_json)

    spoken(do, lang)


@stores_app.command("status")
def status(operator: Operator = None, as_json: AsJson = False, lang: Lang = None) -> None:
    """Show which systems fail, what waits for them, and what is kept in them; 6 if anything is late."""

    def do() -> int:
        from xiaohu.ops import stores

        return stores.status(operator=meant(operator), out=out, as_json=as_json)

    spoken(do, lang)
