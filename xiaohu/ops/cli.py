"""The `xiaohu` command."""

import os
import re
import sys
from datetime import timedelta
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from xiaohu.config.options import OptionsRefused, load
from xiaohu.ops import alive
from xiaohu.ops.audit_commands import audit_app
from xiaohu.ops.calendar_commands import calendar_app
from xiaohu.ops.cert_commands import cert_app
from xiaohu.ops.drill_commands import drill
from xiaohu.ops.help_commands import help_app
from xiaohu.ops.incident_commands import incident_app
from xiaohu.ops.key_commands import keys_app
from xiaohu.ops.maintenance_commands import maintenance_app
from xiaohu.ops.money_commands import reconcile, settle_app
from xiaohu.ops.notice_commands import notice_app
from xiaohu.ops.policy_commands import policy_app
from xiaohu.ops.retention_commands import retention_app
from xiaohu.ops.sentences import MARK, CannotStart
from xiaohu.ops.store_commands import stores_app
from xiaohu.ops.talking import (
    FAILED,
    NOT_FOUND,
    OK,
    USAGE,
    Operator,
    django,
    fail,
    meant,
    out,
    say,
    spoken,
)

_BY = re.compile(r"\+[0-9]{1,6}[dhm]")
_SPANS = {"d": "days", "h": "hours", "m": "minutes"}

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Xiaohu 销户: closing business calling lines, properly.",
)
demo_app = typer.Typer(no_args_is_help=True, help="The demo: run it, move its clock, close a line.")
import_app = typer.Typer(no_args_is_help=True, help="Bring in an operator's export.")
user_app = typer.Typer(no_args_is_help=True, help="People of the desk.")
app.add_typer(demo_app, name="demo")
app.add_typer(import_app, name="import")
app.add_typer(policy_app, name="policy")
app.add_typer(calendar_app, name="calendar")
app.add_typer(notice_app, name="notice")
app.add_typer(maintenance_app, name="maintenance")
app.add_typer(help_app, name="help")
app.add_typer(incident_app, name="incident")
app.add_typer(cert_app, name="cert")
app.add_typer(audit_app, name="audit")
app.add_typer(user_app, name="user")
app.add_typer(settle_app, name="settle")
app.add_typer(keys_app, name="keys")
app.add_typer(retention_app, name="retention")
app.add_typer(stores_app, name="stores")
app.command()(reconcile)
app.command()(drill)


@app.command()
def version() -> None:
    """Print the version."""
    out(installed_version("xiaohu"))


@app.command()
def serve() -> None:
    """Run the service with an operator's own systems (see docs/settings.md)."""
    _run()


@app.command(hidden=True)
def web() -> None:
    """Run the web server; started by the supervisor."""
    from xiaohu.ops import web as server

    server.serve(load())


@app.command()
def worker() -> None:
    """Run one more worker, on this machine or another."""
    django()
    from xiaohu.ops import worker as working
    from xiaohu.ops.keyring import require_whole
    from xiaohu.ops.reachable import require_databases
    from xiaohu.ops.requirements import require_production

    require_production(load())
    require_databases()
    require_whole()
    working.run()


@app.command(hidden=True)
def prepare() -> None:
    """Bring databases and static files up to date; started by the supervisor."""
    django()
    from xiaohu.ops import demo
    from xiaohu.ops import prepare as preparing

    preparing.prepare()
    if load().demo:
        demo.set_up(load().data_dir)
    else:
        preparing.require_signed_off()


@demo_app.command("run")
def demo_run() -> None:
    """Run everything on this machine, with invented people and simulators."""
    os.environ["XIAOHU_DEMO"] = "1"
    _run()


@demo_app.command("data")
def demo_data(
    lines: Annotated[int, typer.Option(min=1, help="How many lines.")] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same file.")] = 1,
    file: Annotated[Path, typer.Option("--file", "-o", help="Where to write it.")] = Path(
        "lines.csv"
    ),
) -> None:
    """Write an export of invented people."""

    def do() -> int:
        from datetime import datetime

        from xiaohu.core.calendar import CHINA
        from xiaohu.registry import demo_data as data

        try:
            data.write(path=file, lines=lines, seed=seed, today=datetime.now(CHINA).date())
        except OSError as error:
            fail(
                f"{file} 写不进去（{error.strerror}），请用 -o 指定别处"
                f" · {file} cannot be written ({error.strerror}); name another place by -o",
                FAILED,
            )
        out(str(file))
        return OK

    spoken(do)


@demo_app.command("code")
def demo_code(name: Annotated[str, typer.Argument(help="Account of a demo officer.")]) -> None:
    """Print the authenticator code of a demo officer."""
    _demo_only()

    def do() -> int:
        from xiaohu.ops import demo

        code = demo.staff_code(name)
        if code is None:
            fail(f"没有账号 {name} · No such account {name}", NOT_FOUND)
        out(code)
        return OK

    spoken(do)


@demo_app.command("clock")
def demo_clock(by: Annotated[str, typer.Argument(help="How far: +3d, +2h, +30m.")]) -> None:
    """Move business time ahead."""
    _demo_only()
    amount, unit = by.removeprefix("+")[:-1], by[-1:]
    if not _BY.fullmatch(by):
        fail("请写成 +3d、+2h 或 +30m · Write +3d, +2h or +30m", USAGE)

    def do() -> int:
        from xiaohu.queue import clock
        from xiaohu.ui.templatetags.words import moment

        out(moment(clock.move(by=timedelta(**{_SPANS[unit]: int(amount)}))))
        return OK

    spoken(do)


@demo_app.command("close")
def demo_close(lang: Annotated[str, typer.Option(help="zh or en.")] = "zh") -> None:
    """Close one line on the running service, as a browser would, and tell each step."""
    _demo_only()

    def do() -> int:
        from xiaohu.ops.demo_close import close_one

        return close_one(load(), language=lang, tell=out)

    spoken(do, lang)


@import_app.command("lines")
def import_lines(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX; columns in docs/import.md.")],
    operator: Operator = None,
    errors: Annotated[
        Path | None, typer.Option(help="Where bad rows are listed; default: beside the file.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge all, change nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report as JSON.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en.")] = None,
) -> None:
    """Bring in lines, holders and balances; bad rows are reported and good rows go on."""

    def do() -> int:
        from xiaohu.ops.importing import import_file

        return import_file(
            file,
            operator=meant(operator),
            errors=errors,
            dry_run=dry_run,
            as_json=as_json,
            say=say,
            out=out,
        )

    spoken(do, lang)


@user_app.command("add")
def user_add(
    name: Annotated[str, typer.Argument(help="Account.")],
    display_name: Annotated[str, typer.Option(help="Name others see.")],
    role: Annotated[list[str], typer.Option(help="officer, reviewer, finance, compliance, admin.")],
) -> None:
    """Add somebody to the desk; the password is asked, the authenticator secret printed once."""
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)

    def do() -> int:
        from xiaohu.ops.staff import add

        out(add(username=name, display_name=display_name, roles=role, password=password))
        return OK

    spoken(do)


def _demo_only() -> None:
    """Let a demo command work in a folder that says it is a demo, and nowhere else."""
    from xiaohu.ops.requirements import require_demo_folder

    require_demo_folder(load().data_dir)
    os.environ["XIAOHU_DEMO"] = "1"
    load.cache_clear()


def _run() -> None:
    from xiaohu.ops.banner import banner
    from xiaohu.ops.supervisor import Supervisor

    options = load()
    supervisor = Supervisor(options, say=say)
    supervisor.run(when_ready=lambda: say(banner(options, rules=supervisor.rules)))


def main() -> None:
    """Run, and turn what stops a start into one sentence."""
    alive.exit_with_supervisor()  # before the rooms are loaded, which takes a while
    try:
        app()
    except OptionsRefused as reason:
        say(f"{MARK}{reason}")
        sys.exit(USAGE)
    except CannotStart as reason:
        say(f"{MARK}{reason}")
        sys.exit(reason.code)


if __name__ == "__main__":
    main()
