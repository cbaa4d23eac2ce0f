"""`xiaohu incident`: tell everybody what does not work, in both languages, until it does again."""

from datetime import datetime
from typing import Annotated

import typer

from xiaohu.ops.talking import OK, USAGE, Operator, fail, meant, out, spoken

incident_app = typer.Typer(no_args_is_help=True, help="Incidents on the status page.")
Zh = Annotated[str, typer.Option(help="What readers of Chinese are told.")]
En = Annotated[str, typer.Option(help="What readers of English are told.")]
Until = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d %H:%M"], help="Expected to work again, in China's time."),
]
Number = Annotated[int, typer.Argument(help="Number of the incident, as in the list.")]


@incident_app.command("open")
def incident_open(
    part: Annotated[
        list[str], typer.Option(help="sign_in, checks, execution, refunds, certificates.")
    ],
    zh: Zh,
    en: En,
    down: Annotated[bool, typer.Option("--down", help="It does not work at all.")] = False,
    until: Until = None,
    operator: Operator = None,
) -> None:
    """Open an incident and print its number."""

    def do() -> int:
        from xiaohu.ops import announcing

        out(
            announcing.open_incident(
                meant(operator), part, down=down, words=_words(zh, en), until=until
            )
        )
        return OK

    _known(part)
    spoken(do)


@incident_app.command("update")
def incident_update(
    number: Number, zh: Zh, en: En, until: Until = None, operator: Operator = None
) -> None:
    """Say more of an incident."""

    def do() -> int:
        from xiaohu.ops import announcing

        out(announcing.update(meant(operator), number, words=_words(zh, en), until=until))
        return OK

    spoken(do)


@incident_app.command("close")
def incident_close(number: Number, zh: Zh, en: En, operator: Operator = None) -> None:
    """Say that it works again."""

    def do() -> int:
        from xiaohu.ops import announcing

        out(announcing.close(meant(operator), number, words=_words(zh, en)))
        return OK

    spoken(do)


@incident_app.command("list")
def incident_list(operator: Operator = None) -> None:
    """Print incidents that are open, and those of the last 30 days."""

    def do() -> int:
        from xiaohu.ops import announcing

        for row in announcing.listed(meant(operator)):
            out(row)
        return OK

    spoken(do)


def _words(zh: str, en: str) -> tuple[str, str]:
    for option, text in (("--zh", zh), ("--en", en)):
        if not 1 <= len(text.strip()) <= 200:
            fail(f"{option}：1 至 200 个字符 · 1 to 200 characters", USAGE)
    return zh.strip(), en.strip()


def _known(parts: list[str]) -> None:
    from xiaohu.core.working import Part

    unknown = [part for part in parts if part not in set(Part)]
    if unknown:
        known = ", ".join(Part)
        fail(f"--part {unknown[0]}：只能是 · is one of {known}", USAGE)
