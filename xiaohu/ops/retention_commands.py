"""`xiaohu retention`: what the law keeps, its end, and the two people every touch of it takes."""

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from xiaohu.core.kept import KeptAct
from xiaohu.core.retention import Category
from xiaohu.ops.talking import OK, PARTLY, Operator, meant, out, person, spoken

if TYPE_CHECKING:
    from xiaohu.erasure.models import KeptRequest

retention_app = typer.Typer(
    no_args_is_help=True,
    help="Records kept for the law: what ends when, destroyed, held or opened by two people.",
)
By = Annotated[str, typer.Option("--by", help="Account of whoever does it; proves who they are.")]
Lang = Annotated[str | None, typer.Option(help="zh or en.")]
Reference = Annotated[str, typer.Argument(help="Reference of the closed case.")]
Authority = Annotated[str, typer.Option("--authority", help="The authority's own reference.")]
Request = Annotated[UUID, typer.Argument(help="Id of the request, as `retention list` shows it.")]


@retention_app.command("list")
def listed(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """List the months that end soon or are over, and what waits for the second person; exit 6 where one is over."""

    def do() -> int:
        from xiaohu.ops import keeping

        seen = keeping.look(operator=meant(operator))
        if as_json:
            out(json.dumps(seen.as_json(), ensure_ascii=False))
        else:
            for line in seen.lines():
                out(line)
        return PARTLY if seen.over else OK

    spoken(do, lang)


@retention_app.command("destroy")
def destroy(
    category: Annotated[Category, typer.Argument(help="Category, as `retention list` shows it.")],
    until: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="Its last day.")],
    by: By,
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """Ask that a month of a category be destroyed once it is over; another person agrees."""

    def do() -> int:
        from xiaohu.erasure import kept
        from xiaohu.queue import clock

        officer = person(by, operator)
        day: date = until.date()
        return _asked(
            kept.ask_to_destroy(category=category, until=day, officer=officer, now=clock.now())
        )

    spoken(do, lang)


@retention_app.command("hold")
def hold(
    reference: Reference, authority: Authority, by: By, operator: Operator = None, lang: Lang = None
) -> None:
    """Ask to keep what is kept of a case beyond its end; another person agrees."""
    _ask(KeptAct.HOLD, reference, authority, by, operator, lang)


@retention_app.command("release")
def release(
    hold: Annotated[UUID, typer.Argument(help="Id of the hold, as `retention list` shows it.")],
    authority: Authority,
    by: By,
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """Ask to end a hold; what is past its end and held by no other is destroyed. Another person agrees."""

    def do() -> int:
        from xiaohu.erasure import kept
        from xiaohu.queue import clock

        officer = person(by, operator)
        return _asked(
            kept.ask_to_release(hold_id=hold, authority=authority, officer=officer, now=clock.now())
        )

    spoken(do, lang)


@retention_app.command("open")
def open_(
    reference: Reference, authority: Authority, by: By, operator: Operator = None, lang: Lang = None
) -> None:
    """Ask to read what is kept of a case; another person agrees, then either may for an hour."""
    _ask(KeptAct.OPEN, reference, authority, by, operator, lang)


@retention_app.command("agree")
def agree(request: Request, by: By, operator: Operator = None, lang: Lang = None) -> None:
    """Agree to what another person asked for."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.erasure import kept
        from xiaohu.queue import clock

        done = kept.agree(request_id=request, officer=person(by, operator), now=clock.now())
        key = "cli.retention.done" if done.done_at else "cli.retention.waits"
        out(gettext(key).format(n=done.records, day=done.until))
        return OK

    spoken(do, lang)


@retention_app.command("drop")
def drop(request: Request, by: By, operator: Operator = None, lang: Lang = None) -> None:
    """Leave kept records as they are."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.erasure import kept
        from xiaohu.queue import clock

        kept.drop(request_id=request, officer=person(by, operator), now=clock.now())
        out(gettext("cli.retention.dropped"))
        return OK

    spoken(do, lang)


@retention_app.command("read")
def read(request: Request, by: By, operator: Operator = None, lang: Lang = None) -> None:
    """Print what two people agreed to open, as JSON; each look is on record."""

    def do() -> int:
        from xiaohu.erasure import kept
        from xiaohu.queue import clock

        found = kept.read(request_id=request, officer=person(by, operator), now=clock.now())
        for (closing, category), value in sorted(found.items(), key=str):
            out(json.dumps({"closing": str(closing), category: value}, ensure_ascii=False))
        return OK

    spoken(do, lang)


def _ask(
    act: KeptAct, reference: str, authority: str, by: str, operator: str | None, lang: str | None
) -> None:
    def do() -> int:
        from xiaohu.closures import queries
        from xiaohu.erasure import kept
        from xiaohu.queue import clock

        officer = person(by, operator)
        closings = queries.closings_of_reference(officer.operator, reference)
        return _asked(
            kept.ask(
                act=act, closings=closings, authority=authority, officer=officer, now=clock.now()
            )
        )

    spoken(do, lang)


def _asked(request: "KeptRequest") -> int:
    from django.utils.translation import gettext

    out(gettext("cli.retention.asked").format(id=request.pk))
    return OK
